/** The program's flags: they follow the values. */
import { all, each, isAbove, isSet, joined, not, text, value, when } from "./expression.ts";
import { IS_ELECTED } from "./program.ts";
import type { Expression, Template } from "./template.ts";
import type { ValuePath } from "./values.ts";

/** Where a kubelet asks, as kubebuilder's Deployments have it. */
export const PROBES_PORT = 8081;

/** Makes the arguments of the container. What a flag's own default says is not said again. */
export function argTemplates(): Template[] {
  const namespaces = value("namespaces");
  const perIssuer = value("maxConcurrentRequestsPerIssuer");
  return [
    `--health-probe-bind-address=:${PROBES_PORT}`,
    when(value("metrics.enabled"), text`--metrics-bind-address=:${value("metrics.port")}`),
    when(IS_ELECTED, "--leader-elect"),
    when(value("sharding.enabled"), "--sharded"),
    when(
      all(value("sharding.enabled"), value("sharding.requestsOf")),
      text`--shard-requests-of=${joined(value("sharding.requestsOf"))}`,
    ),
    ...whenSet("leaderElection.namespace", (found) => text`--leader-election-namespace=${found}`),
    ...whenSet("leaderElection.id", (found) => text`--leader-election-id=${found}`),
    ...whenSet("clusterResourceNamespace", (found) => text`--cluster-resource-namespace=${found}`),
    when(isSet(namespaces), text`--namespaces=${joined(namespaces)}`),
    when(not(value("certificateRequests")), "--certificate-requests=false"),
    when(not(value("certificateSigningRequests")), "--certificate-signing-requests=false"),
    text`--max-concurrent-requests=${value("maxConcurrentRequests")}`,
    when(isAbove(perIssuer, 0), text`--max-concurrent-requests-per-issuer=${perIssuer}`),
    text`--max-retry-duration=${value("maxRetryDuration")}`,
    ...whenSet("maxPendingDuration", (found) => text`--max-pending-duration=${found}`),
    text`--log-level=${value("logLevel")}`,
    each(value("extraArgs"), "arg", (arg) => arg),
  ];
}

function whenSet(path: ValuePath, flag: (found: Expression) => Template): Template[] {
  return [when(isSet(value(path)), flag(value(path)))];
}
