import type { MetricDefinition, Metrics } from "@countersign/kube";
import { type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import type { IssuerReport } from "./issuer-status.ts";

const NOT_AFTER: MetricDefinition<"kind" | "namespace" | "name"> = {
  name: "countersign_issuer_not_after_timestamp_seconds",
  help: "When the CA of an issuer ends, in seconds since 1970. Only of issuers that know it.",
  labels: ["kind", "namespace", "name"],
};

/** Measures issuers. */
export interface IssuerMetrics {
  checked(issuer: IssuerKey, report: IssuerReport): void;
  gone(issuer: IssuerKey): void;
}

/**
 * Defines the metrics of issuers. The end of a CA stays as it was last known while the issuer cannot
 * be used: an alert of it must not fall silent because something else broke as well.
 */
export function issuerMetrics(metrics: Metrics): IssuerMetrics {
  const notAfter = metrics.gauge(NOT_AFTER);
  return {
    checked(issuer, report) {
      const end = "notAfter" in report ? report.notAfter : undefined;
      if (end !== undefined) notAfter.set(labelsOf(issuer), end.getTime() / 1_000);
      else if (report.type === "ready") notAfter.remove(labelsOf(issuer));
    },
    gone: (issuer) => notAfter.remove(labelsOf(issuer)),
  };
}

function labelsOf(issuer: IssuerKey): { kind: string; namespace: string; name: string } {
  const { kind, key } = placeOfIssuer(issuer);
  const [name = "", namespace = ""] = key.split("/").toReversed();
  return { kind, namespace, name };
}
