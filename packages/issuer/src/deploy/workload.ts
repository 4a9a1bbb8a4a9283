/** What runs the program: its Deployment, and what Kubernetes should know when it evicts its pods. */
import {
  all,
  isAbove,
  isSet,
  membersIn,
  NAME,
  not,
  text,
  value,
  when,
  withFieldsOf,
} from "./expression.ts";
import { metaOf, type Program, selectorOf } from "./program.ts";
import { argTemplates, PROBES_PORT } from "./program-args.ts";
import type { Template, When } from "./template.ts";
import type { ValuePath } from "./values.ts";

/** The user called `nonroot` of distroless images. */
const NONROOT = 65_532;

/** More than the program's own grace period, 25 s. */
const GRACE_SECONDS = 30;

/** Node counts only a part of a container's memory as its own unless it is told. */
const NODE_OPTIONS = { name: "NODE_OPTIONS", value: "--max-old-space-size-percentage=70" };

/** Makes the Deployment. */
export function deploymentTemplates(program: Program): Template[] {
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metaOf(program),
      spec: {
        replicas: value("replicas"),
        // Without a lease two pods must never run at the same time, not even during an update.
        strategy: when(all(not(value("leaderElection.enabled")), not(value("sharding.enabled"))), {
          type: "Recreate",
        }),
        selector: { matchLabels: selectorOf(program) },
        template: {
          metadata: {
            labels: withFieldsOf(value("podLabels"), selectorOf(program)),
            annotations: optional("podAnnotations"),
          },
          spec: podSpec(program),
        },
      },
    },
  ];
}

/** Makes the PodDisruptionBudget, which one pod alone would only keep its node from being drained by. */
export function disruptionBudgetTemplates(program: Program): Template[] {
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metaOf(program),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(program) } },
  };
  const isOneOfSeveral = isAbove(value("replicas"), 1);
  return [when(all(value("podDisruptionBudget.enabled"), isOneOfSeveral), budget)];
}

function podSpec(program: Program): Template {
  return {
    serviceAccountName: NAME,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: NONROOT,
      runAsGroup: NONROOT,
      seccompProfile: { type: "RuntimeDefault" },
    },
    imagePullSecrets: optional("imagePullSecrets"),
    priorityClassName: optional("priorityClassName"),
    nodeSelector: optional("nodeSelector"),
    tolerations: optional("tolerations"),
    affinity: optional("affinity"),
    topologySpreadConstraints: optional("topologySpreadConstraints"),
    containers: [containerOf(program)],
    volumes: optional("extraVolumes"),
  };
}

function containerOf({ programName }: Program): Template {
  const probe = (path: string): Template => ({ httpGet: { path, port: "probes" } });
  return {
    name: programName,
    image: text`${value("image.repository")}:${value("image.tag")}`,
    imagePullPolicy: value("image.pullPolicy"),
    args: argTemplates(),
    env: [NODE_OPTIONS, membersIn(value("extraEnv"), "variable")],
    ports: [
      { name: "probes", containerPort: PROBES_PORT, protocol: "TCP" },
      when(value("metrics.enabled"), {
        name: "metrics",
        containerPort: value("metrics.port"),
        protocol: "TCP",
      }),
    ],
    livenessProbe: { ...Object(probe("/healthz")), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...Object(probe("/readyz")), periodSeconds: 5, failureThreshold: 3 },
    resources: value("resources"),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: optional("extraVolumeMounts"),
  };
}

/** A field that is there when its value is. */
function optional(path: ValuePath): When {
  return when(isSet(value(path)), value(path));
}
