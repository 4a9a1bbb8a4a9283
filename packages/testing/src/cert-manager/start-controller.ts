import { access } from "node:fs/promises";
import { join } from "node:path";
import { withLog } from "../control-plane/start-on-free-port.ts";
import { poll } from "../poll.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { TestingError } from "../testing-error.ts";
import { createIdentity } from "./create-identity.ts";
import { CONTROLLER_RULES } from "./rules.ts";
import { featureGateArgs, type Setting, START_TIMEOUT_MS, serverEnv } from "./setting.ts";

/** Starts cert-manager's controllers and waits until they have read the cluster. */
export async function startController(setting: Setting): Promise<SupervisedProcess> {
  const { controlPlane, program, featureGates, controllerArgs = [], signal } = setting;
  const name = "cert-manager-controller";
  const kubeconfig = await createIdentity(controlPlane, {
    name: "cert-manager",
    rules: CONTROLLER_RULES,
    signal,
  });
  const readyFile = join(controlPlane.dir, `${name}.ready`);
  const process = await controlPlane.startProcess({
    name,
    command: program,
    args: [
      "controller",
      `--kubeconfig=${kubeconfig}`,
      `--ready-file=${readyFile}`,
      ...featureGateArgs(featureGates),
      ...controllerArgs,
    ],
    env: serverEnv(controlPlane),
  });
  let hasExited = false;
  void process.exited.then(() => {
    hasExited = true; // `exited` never rejects
  });
  try {
    await poll(
      "cert-manager's controllers to read the cluster",
      async () => hasExited || access(readyFile).then(() => true),
      { timeoutMs: START_TIMEOUT_MS, signal },
    );
    if (hasExited) throw new Error("it has exited");
    return process;
  } catch (error) {
    signal?.throwIfAborted();
    const log = process.logTail();
    await process.stop();
    throw new TestingError(
      "ERR_PROCESS_START",
      withLog(`Cannot start ${name}: ${(error as Error).message}`, log),
      { cause: error },
    );
  }
}
