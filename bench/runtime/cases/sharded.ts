import type { SupervisedProcess } from "@countersign/testing";
import { printStep } from "../../../tools/demo/print-step.ts";
import { acceptedStatusWrites } from "../audit-log.ts";
import type { BenchCase } from "../bench-case.ts";
import {
  type BenchCluster,
  createIssuer,
  startBenchCluster,
  waitForIssuer,
} from "../bench-cluster.ts";
import { type Contender, ours, startContender } from "../contender.ts";
import { type ProcessUsage, usageOf } from "../process-usage.ts";
import { RequestWatch } from "../request-watch.ts";
import { createBacklog } from "../requests.ts";

const REPLICAS = 3;

/** More than there are replicas, as the work is divided by issuer. */
const ISSUERS = 12;

/** Of a backlog for one process; there are more of these. */
const TIMES_AS_MANY = 3;

const TIMEOUT_MS = 300_000;

interface Replica {
  readonly user: string;
  readonly process: SupervisedProcess;
}

/** Does every request get its certificate, once, when one of several replicas is killed? */
export const sharded: BenchCase = {
  name: "sharded",
  question: `${REPLICAS} replicas divide a backlog, and one is killed half-way: is all issued, once?`,

  async run({ requests, from }) {
    await using cluster = await startBenchCluster({ audit: true });
    const { controlPlane, client } = cluster;
    const { namespace } = ours(from);
    const contender = ours(from, {
      args: ["--sharded", `--leader-election-namespace=${namespace}`],
    });
    const names = await createBacklogs(cluster, contender, requests * TIMES_AS_MANY);
    await using watched = await RequestWatch.open(client, namespace);
    const { ready } = watched;
    const startedAt = performance.now();
    const replicas = await startReplicas(cluster, contender);
    const [killed, ...others] = replicas;
    await printStep(`${names.length} requests, until half are Ready`, () =>
      watched.until(() => ready.size * 2 >= names.length, { timeoutMs: TIMEOUT_MS }),
    );
    const half = ready.size;
    const firstAt = Math.min(...[...ready.values()].map(({ readyAt }) => readyAt));
    const halfMs = performance.now() - firstAt;
    const usage = await Promise.all(replicas.map(({ process }) => usageOf(process.pid)));
    killed?.process.signal("SIGKILL");
    const killedAt = performance.now();
    await printStep("one replica is killed, until all are Ready", () =>
      watched.until(() => ready.size === names.length, { timeoutMs: TIMEOUT_MS }),
    );
    const restMs = performance.now() - killedAt;
    await Promise.all(others.map(({ process }) => process.stop()));
    const writes = await acceptedStatusWrites(controlPlane.auditLogPath ?? "", namespace);
    const perRequest = Map.groupBy(writes, ({ name }) => name);
    return {
      bars: [
        bar("requests without a certificate", names.length - ready.size),
        bar(
          "requests whose status was written more than once",
          [...perRequest.values()].filter((each) => each.length > 1).length,
        ),
      ],
      figures: {
        "s from the start to the first certificate": (firstAt - startedAt) / 1_000,
        "requests/s of all replicas from then to the kill": (half * 1_000) / halfMs,
        "s from the kill to the last certificate": restMs / 1_000,
        ...Object.assign(
          {},
          ...replicas.map(({ user }, index) => {
            const done = writes.filter((write) => write.user === user).length;
            return figuresOf(user, { done, ...(usage[index] ?? NOTHING_KNOWN) });
          }),
        ),
      },
      runs: [],
    };
  },
};

const NOTHING_KNOWN: ProcessUsage = { cpuMs: Number.NaN, peakRssMb: Number.NaN };

function figuresOf(user: string, { done, cpuMs }: ProcessUsage & { done: number }): object {
  return { [`${user}: requests`]: done, [`${user}: CPU ms until the kill`]: cpuMs };
}

function bar(what: string, value: number) {
  return { what, value, must: "at most" as const, limit: 0, unit: "" };
}

/** The same number of requests for each issuer, which is Ready before. Returns their names. */
async function createBacklogs(
  cluster: BenchCluster,
  contender: Contender,
  count: number,
): Promise<string[]> {
  const { namespace, issuerRef } = contender;
  const issuers = Array.from({ length: ISSUERS }, (_, index) => `bench-${index}`);
  const each = Math.ceil(count / ISSUERS);
  for (const name of issuers) await createIssuer(cluster, contender, { name });
  const first = await startContender(cluster, contender);
  for (const name of issuers) await waitForIssuer(cluster, contender, name);
  await first.stop();
  await printStep(`${each * ISSUERS} requests for ${ISSUERS} issuers`, async () => {
    for (const name of issuers) {
      const owner = { namespace, issuerRef: { ...issuerRef, name } };
      await createBacklog(cluster.client, owner, { count: each, prefix: name });
    }
  });
  return issuers.flatMap((name) => Array.from({ length: each }, (_, index) => `${name}-${index}`));
}

async function startReplicas(cluster: BenchCluster, contender: Contender): Promise<Replica[]> {
  const users = Array.from({ length: REPLICAS }, (_, index) => `replica-${index + 1}`);
  const kubeconfigs = await Promise.all(
    users.map((userName) =>
      cluster.controlPlane.createKubeconfig(userName, { userName, groups: ["system:masters"] }),
    ),
  );
  return Promise.all(
    users.map(async (user, index) => {
      const kubeconfig = kubeconfigs[index] ?? "";
      return { user, process: await startContender(cluster, contender, { as: user, kubeconfig }) };
    }),
  );
}
