import { devCommand } from "./dev/dev-command.ts";
import { doctorCommand } from "./doctor/doctor-command.ts";
import { explainCommand } from "./explain/explain-command.ts";
import { manifestsCommand } from "./manifests/manifests-command.ts";
import type { CliCommand } from "./program.ts";
import { signCommand } from "./sign/sign-command.ts";

/** All commands, in the order in which the help lists them. A new one is a file and a row. */
export const COMMANDS: readonly CliCommand[] = [
  devCommand,
  signCommand,
  explainCommand,
  doctorCommand,
  manifestsCommand,
];
