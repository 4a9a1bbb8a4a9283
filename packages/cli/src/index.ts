export { COMMANDS } from "./commands.ts";
export { describeStep, stateLine } from "./dev/event-lines.ts";
export { type FollowedStates, type FollowOptions, followStates } from "./dev/follow-states.ts";
export type { ConditionedObject } from "./dev/object-row.ts";
export { describeChange, type StateChange } from "./dev/state-change.ts";
export { main } from "./main.ts";
export {
  type CliCommand,
  type Invocation,
  type OutputFormat,
  type Report,
  runCli,
  type Terminal,
} from "./program.ts";
