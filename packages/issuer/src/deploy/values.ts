import * as z from "zod";
import type { Json } from "../outcome.ts";
import type { Form } from "./template.ts";

/** The name of a value, as it is given with `--set`: `image.tag`. */
export type ValuePath = string;

/** One of the chart's values: what it is, and what it is for. */
export interface Value {
  readonly default: Json;
  readonly schema: z.ZodType;
  readonly description: string;
}

const text = z.string();
const someText = z.string().min(1);
const oneSwitch = z.boolean();
/** Read by the API server alone. */
const map = z.record(z.string(), z.unknown());
const list = z.array(z.unknown());
const texts = z.record(z.string(), z.string());
/** RFC 1123. */
const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label");
const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, "must be a DNS name");
const nameOrNone = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([-.a-z0-9]*[a-z0-9])?)?$/, "must be a DNS name or empty");
const duration = z
  .string()
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/, "must be a duration such as 90s, 10m or 1h30m");
const durationOrNone = z
  .string()
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))*$/, "must be a duration such as 90s, or empty");
const port = z.int().min(1_024).max(65_535);

/**
 * All values of the chart, and of the plain manifests, which are made from the same objects. An
 * empty text stands for what is not given.
 */
export const VALUES: Readonly<Record<ValuePath, Value>> = {
  "image.repository": {
    default: "",
    schema: someText,
    description: "The image of the issuer's program, without its tag.",
  },
  "image.tag": {
    default: "",
    schema: someText,
    description: "Its tag, or `tag@sha256:…` for that image and no other.",
  },
  "image.pullPolicy": {
    default: "IfNotPresent",
    schema: z.enum(["Always", "IfNotPresent", "Never"]),
    description: "When the kubelet pulls it.",
  },
  imagePullSecrets: {
    default: [],
    schema: list,
    description: "Secrets to pull it with: a list of `name`.",
  },
  replicas: {
    default: 2,
    schema: z.int().min(0),
    description:
      "How many pods run. With more than one, leaderElection.enabled or sharding.enabled must be true.",
  },
  "leaderElection.enabled": {
    default: true,
    schema: oneSwitch,
    description: "Whether one pod of several works, and the others wait for its lease.",
  },
  "leaderElection.namespace": {
    default: "",
    schema: nameOrNone,
    description: "Where the lease is, or those of sharding. The release's namespace if empty.",
  },
  "leaderElection.id": {
    default: "",
    schema: nameOrNone,
    description: "The lease's name. The issuers' group if empty.",
  },
  "sharding.enabled": {
    default: false,
    schema: oneSwitch,
    description:
      "Whether all pods work, each on its share of the issuers, instead of one of them. leaderElection.enabled then says nothing.",
  },
  "sharding.requestsOf": {
    default: [],
    schema: z.array(text),
    description:
      "Issuers whose requests are divided among the pods as well: `<kind>/[<namespace>/]<name>=<ranges>`.",
  },
  namespaces: {
    default: [],
    schema: z.array(label),
    description:
      "Where CertificateRequests and namespaced issuers are served. Everywhere if empty.",
  },
  secretNamespaces: {
    default: [],
    schema: z.array(label),
    description: "Where all Secrets and ConfigMaps may be read that namespaced issuers refer to.",
  },
  secretNames: {
    default: {},
    schema: z.record(label, z.array(name).min(1)),
    description:
      "Secrets and ConfigMaps that may be read, and no others of their namespace: `namespace: [name]`.",
  },
  clusterResourceNamespace: {
    default: "",
    schema: nameOrNone.max(63),
    description: "Where the Secrets of cluster issuers are. The release's namespace if empty.",
  },
  certificateRequests: {
    default: true,
    schema: oneSwitch,
    description: "Whether cert-manager's CertificateRequests are served.",
  },
  certificateSigningRequests: {
    default: true,
    schema: oneSwitch,
    description: "Whether Kubernetes' CertificateSigningRequests are served.",
  },
  "approver.enabled": {
    default: true,
    schema: oneSwitch,
    description:
      "Whether cert-manager's approver may approve requests for these issuers. If false, give cert-manager's chart approveSignerNames, or run an approver of your own.",
  },
  "approver.serviceAccount.namespace": {
    default: "cert-manager",
    schema: label,
    description: "The namespace of the approver's service account.",
  },
  "approver.serviceAccount.name": {
    default: "cert-manager",
    schema: name,
    description: "The name of the approver's service account.",
  },
  "serviceAccount.annotations": {
    default: {},
    schema: texts,
    description: "Annotations of the issuer's service account, such as a cloud's role.",
  },
  maxConcurrentRequests: {
    default: 32,
    schema: z.int().min(1),
    description: "Requests signed at the same time.",
  },
  maxConcurrentRequestsPerIssuer: {
    default: 0,
    schema: z.int().min(0),
    description: "Of these, by one issuer. What its type declares if 0.",
  },
  maxRetryDuration: {
    default: "10m",
    schema: duration,
    description: "How long a failing request is tried again.",
  },
  maxPendingDuration: {
    default: "",
    schema: durationOrNone,
    description: "How long the CA may take over an order. As long as it likes if empty.",
  },
  logLevel: {
    default: "info",
    schema: z.enum(["debug", "info", "warn", "error"]),
    description: "What is logged.",
  },
  extraArgs: {
    default: [],
    schema: z.array(text),
    description: "More flags of the program.",
  },
  extraEnv: {
    default: [],
    schema: list,
    description: "More environment variables, such as HTTPS_PROXY: a list of `name` and `value`.",
  },
  extraVolumes: {
    default: [],
    schema: list,
    description: "More volumes of the pod.",
  },
  extraVolumeMounts: {
    default: [],
    schema: list,
    description: "Where they are mounted. The root file system is read-only.",
  },
  resources: {
    default: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    schema: map,
    description: "What a pod asks for and may use. Node takes 70 % of the memory for its heap.",
  },
  podLabels: {
    default: {},
    schema: texts,
    description: "More labels of the pods.",
  },
  podAnnotations: {
    default: {},
    schema: texts,
    description: "Annotations of the pods.",
  },
  nodeSelector: {
    default: {},
    schema: texts,
    description: "Labels of the nodes that pods run on.",
  },
  tolerations: {
    default: [],
    schema: list,
    description: "Taints of nodes that pods run on nevertheless.",
  },
  affinity: {
    default: {},
    schema: map,
    description: "Which nodes and pods they are drawn to or away from.",
  },
  topologySpreadConstraints: {
    default: [],
    schema: list,
    description: "How pods are spread over zones and nodes.",
  },
  priorityClassName: {
    default: "",
    schema: nameOrNone,
    description: "The pods' priority class.",
  },
  "metrics.enabled": {
    default: true,
    schema: oneSwitch,
    description: "Whether /metrics is served, over HTTP within the cluster.",
  },
  "metrics.port": {
    default: 8080,
    schema: port,
    description: "Where.",
  },
  "metrics.serviceMonitor.enabled": {
    default: false,
    schema: oneSwitch,
    description: "Whether the Prometheus operator is told of it. Its CRDs must be there.",
  },
  "metrics.serviceMonitor.interval": {
    default: "30s",
    schema: duration,
    description: "How often it is scraped.",
  },
  "metrics.serviceMonitor.labels": {
    default: {},
    schema: texts,
    description: "Labels by which a Prometheus finds its ServiceMonitors.",
  },
  "networkPolicy.enabled": {
    default: true,
    schema: oneSwitch,
    description: "Whether the network lets in nothing but probes and scrapes of /metrics.",
  },
  "networkPolicy.metricsFrom": {
    default: [],
    schema: list,
    description: "Who may scrape: peers of a NetworkPolicy. Anybody if empty.",
  },
  "networkPolicy.egress": {
    default: [{}],
    schema: list,
    description:
      "What pods may call: rules of a NetworkPolicy. Anything as it is; the API server, DNS and the CAs are needed.",
  },
  "podDisruptionBudget.enabled": {
    default: true,
    schema: oneSwitch,
    description: "Whether at most one pod of several is evicted at a time.",
  },
  "crds.enabled": {
    default: true,
    schema: oneSwitch,
    description: "Whether the release has the CustomResourceDefinitions, and so upgrades them.",
  },
  "crds.keep": {
    default: true,
    schema: oneSwitch,
    description: "Whether they, and all issuers with them, stay when the release is uninstalled.",
  },
};

/**
 * How a value stands in YAML.
 *
 * @throws TypeError for one that the chart has not.
 */
export function formOf(path: ValuePath): Form {
  const found = VALUES[path];
  if (found === undefined) throw new TypeError(`Cannot use value ${path}: the chart has none`);
  switch (typeof found.default) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "truth";
    default:
      return "structure";
  }
}
