/** Values of the chart, nested as in its `values.yaml`. */
export type Values = { readonly [name: string]: unknown };

/** What each value is set to. */
const BY_PATH: Readonly<Record<string, unknown>> = {
  "image.repository": "registry.example.com/team/issuer",
  "image.tag": "1.2.3",
  "image.pullPolicy": "Always",
  imagePullSecrets: [{ name: "pull" }],
  replicas: 3,
  "leaderElection.enabled": false,
  "leaderElection.namespace": "leases",
  "leaderElection.id": "another.example.com",
  "sharding.enabled": true,
  "sharding.requestsOf": ["CAClusterIssuer/busy=4"],
  namespaces: ["team-a", "team-b"],
  secretNamespaces: ["team-a"],
  secretNames: { "team-b": ["ca", "token"], "team-a": ["ca"] },
  clusterResourceNamespace: "cluster-secrets",
  certificateRequests: false,
  certificateSigningRequests: false,
  "approver.enabled": false,
  "approver.serviceAccount.namespace": "security",
  "approver.serviceAccount.name": "approver",
  "serviceAccount.annotations": { "example.com/role": "issuer" },
  maxConcurrentRequests: 64,
  maxConcurrentRequestsPerIssuer: 4,
  maxRetryDuration: "1h30m",
  maxPendingDuration: "24h",
  logLevel: "debug",
  extraArgs: ["--leader-election-lease-duration=60s"],
  extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy.example.com:3128" }],
  extraVolumes: [{ name: "tmp", emptyDir: { sizeLimit: "16Mi" } }],
  extraVolumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  resources: { requests: { cpu: "100m" }, limits: { cpu: "1", memory: "512Mi" } },
  podLabels: { team: "security" },
  podAnnotations: { "example.com/inject": "false" },
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] },
        },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { team: "security" } },
    },
  ],
  priorityClassName: "system-cluster-critical",
  "metrics.enabled": false,
  "metrics.port": 9402,
  "metrics.serviceMonitor.enabled": true,
  "metrics.serviceMonitor.interval": "1m",
  "metrics.serviceMonitor.labels": { release: "prometheus" },
  "networkPolicy.enabled": false,
  "networkPolicy.metricsFrom": [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
  "networkPolicy.egress": [{ ports: [{ port: 443, protocol: "TCP" }] }],
  "podDisruptionBudget.enabled": false,
  "crds.enabled": false,
  "crds.keep": false,
};

/** What some mean nothing without, or are refused. */
const TOGETHER: Values = {
  extraVolumeMounts: { extraVolumes: BY_PATH.extraVolumes },
  "leaderElection.enabled": { replicas: 1 },
  "sharding.requestsOf": { sharding: { enabled: true } },
  "metrics.serviceMonitor.interval": { metrics: { serviceMonitor: { enabled: true } } },
  "metrics.serviceMonitor.labels": { metrics: { serviceMonitor: { enabled: true } } },
};

/** Another value for each that the chart has, by the path that `--set` takes. */
export const EXAMPLES: readonly (readonly [path: string, values: Values])[] = Object.entries(
  BY_PATH,
).map(([path, value]) => {
  const together = (TOGETHER[path] ?? {}) as Values;
  return [path, mergeValues(together, nested(path.split("."), value))];
});

/** Merges values as Helm does: maps by their keys, all else whole. */
export function mergeValues(a: Values, b: Values): Values {
  const merged = Object.entries(b).map(([name, value]) => {
    const before = a[name];
    return [name, isMap(before) && isMap(value) ? mergeValues(before, value) : value];
  });
  return { ...a, ...Object.fromEntries(merged) };
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nested([name, ...rest]: readonly string[], value: unknown): Values {
  return name === undefined ? {} : { [name]: rest.length === 0 ? value : nested(rest, value) };
}

/** The paths of a chart's values, as its schema has them; `global` is Helm's. */
export function pathsOf(schema: ValuesSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field.additionalProperties !== false) return name === "global" ? [] : [name];
    return pathsOf(field).map((path) => `${name}.${path}`);
  });
}

/** The parts of a JSON Schema that say which values there are. */
export interface ValuesSchema {
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
  readonly additionalProperties?: unknown;
}
