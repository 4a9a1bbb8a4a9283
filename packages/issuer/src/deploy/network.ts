/** How the pods are reached, and by whom. */
import { all, isSet, value, when, withFieldsOf } from "./expression.ts";
import { metaOf, type Program, selectorOf } from "./program.ts";
import { PROBES_PORT } from "./program-args.ts";
import type { Template } from "./template.ts";

/** Makes the Service, which is there for whoever scrapes. */
export function serviceTemplates(program: Program): Template[] {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: metaOf(program),
    spec: {
      selector: selectorOf(program),
      ports: [
        { name: "metrics", port: value("metrics.port"), targetPort: "metrics", protocol: "TCP" },
      ],
    },
  };
  return [when(value("metrics.enabled"), service)];
}

/** Makes the NetworkPolicy. */
export function networkPolicyTemplates(program: Program): Template[] {
  const from = value("networkPolicy.metricsFrom");
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metaOf(program),
    spec: {
      podSelector: { matchLabels: selectorOf(program) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { ports: [{ port: PROBES_PORT, protocol: "TCP" }] },
        when(value("metrics.enabled"), {
          ports: [{ port: value("metrics.port"), protocol: "TCP" }],
          from: when(isSet(from), from),
        }),
      ],
      egress: value("networkPolicy.egress"),
    },
  };
  return [when(value("networkPolicy.enabled"), policy)];
}

/** Makes the ServiceMonitor, by which the Prometheus operator is told what to scrape. */
export function serviceMonitorTemplates(program: Program): Template[] {
  const { labels: _, ...meta } = metaOf(program);
  const monitor = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: {
      ...meta,
      labels: withFieldsOf(value("metrics.serviceMonitor.labels"), selectorOf(program)),
    },
    spec: {
      selector: { matchLabels: selectorOf(program) },
      endpoints: [
        { port: "metrics", path: "/metrics", interval: value("metrics.serviceMonitor.interval") },
      ],
    },
  };
  const isScraped = all(value("metrics.enabled"), value("metrics.serviceMonitor.enabled"));
  return [when(isScraped, monitor)];
}
