/** A V8 CPU profile, as `node --cpu-prof` writes it. Times are microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node that was running at each sample. */
  readonly samples: readonly number[];
  /** From the sample before, or the start, to each sample. */
  readonly timeDeltas: readonly number[];
}

type Frame = CpuProfile["nodes"][number]["callFrame"];

/** Whose a frame is: the first row that fits. */
const OWNERS: readonly (readonly [owner: string, fits: (frame: Frame) => boolean])[] = [
  ["", named("(idle)", "(root)")],
  ["garbage collection", named("(garbage collector)")],
  ["native code: system calls, TLS records", named("(program)")],
  ["kube", within("/packages/kube/")],
  ["issuer", within("/packages/issuer/")],
  ["x509", within("/packages/x509/")],
  ["undici", within("/node_modules/undici/")],
  ["zod", within("/node_modules/zod/")],
  ["pino", within("/node_modules/pino/", "/node_modules/sonic-boom/")],
  ["prom-client", within("/node_modules/prom-client/")],
  ["other packages", within("/node_modules/")],
  ["loading modules", within("node:internal/modules/", "node:internal/vm", "node:internal/main/")],
  ["node:crypto", within("crypto")],
  ["Node's TLS, sockets and streams", within("tls", "net", "stream", "events", "timers", "buffer")],
  ["Node, the rest", within("node:")],
];

const BUILT_IN = "V8's built-ins";

/** Milliseconds of CPU by whose code was running, the most first. Waiting is nobody's. */
export function timesByOwner({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id) ?? "";
    // A sample says what ran until the next one.
    const us = timeDeltas[index + 1] ?? 0;
    if (owner !== "") times.set(owner, (times.get(owner) ?? 0) + us / 1_000);
  }
  return new Map([...times].sort(([, a], [, b]) => b - a));
}

function ownerOf(frame: Frame): string {
  return OWNERS.find(([, fits]) => fits(frame))?.[0] ?? BUILT_IN;
}

function named(...names: readonly string[]): (frame: Frame) => boolean {
  return ({ functionName }) => names.includes(functionName);
}

function within(...places: readonly string[]): (frame: Frame) => boolean {
  return ({ url }) => places.some((place) => url.includes(place));
}
