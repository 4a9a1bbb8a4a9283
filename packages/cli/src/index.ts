export { COMMANDS } from "./commands.ts";
export { main } from "./main.ts";
export {
  type CliCommand,
  type Invocation,
  type OutputFormat,
  type Report,
  runCli,
  type Terminal,
} from "./program.ts";
