import { type Finding, unseen } from "../finding.ts";
import type { DryRun, WebhookSnapshot } from "./snapshot.ts";

const ABOUT = "cert-manager's webhook";

/** Says whether the API server reaches cert-manager's webhook: what is configured, then a dry run. */
export function checkWebhook(snapshot: WebhookSnapshot): Finding[] {
  return [checkConfiguration(snapshot), checkDryRun(snapshot.dryRun)];
}

function checkConfiguration({ configurations }: WebhookSnapshot): Finding {
  if (configurations.is === "unknown") {
    return unseen(ABOUT, "its configuration", configurations.right);
  }
  const webhooks = configurations.is === "there" ? configurations.object : [];
  if (webhooks.length === 0) {
    return {
      code: "webhook-missing",
      level: "warning",
      about: ABOUT,
      message:
        "no ValidatingWebhookConfiguration is for cert-manager.io: what is wrong with a Certificate or an approval, nobody refuses.",
      next: "Install cert-manager's webhook: anybody who may write a request's status can approve it without.",
    };
  }
  const untrusted = webhooks.find(({ hasCaBundle }) => !hasCaBundle);
  if (untrusted !== undefined) {
    return {
      code: "webhook-without-ca",
      level: "problem",
      about: ABOUT,
      message: `ValidatingWebhookConfiguration ${untrusted.name} has no caBundle: the API server trusts no certificate of it.`,
      next: "See to cert-manager's cainjector, which writes it.",
    };
  }
  const unready = webhooks.find(({ readyEndpoints }) => readyEndpoints === 0);
  if (unready !== undefined) {
    return {
      code: "webhook-without-endpoint",
      level: "problem",
      about: ABOUT,
      message: `Service ${unready.service} has no endpoint that is ready.`,
      next: `See why: kubectl get pods --namespace ${unready.service?.split("/")[0]}.`,
    };
  }
  const names = webhooks.map(({ name }) => name).join(", ");
  const message = `it is configured, by ValidatingWebhookConfiguration ${names}.`;
  return { code: "webhook-configured", level: "ok", about: ABOUT, message };
}

function checkDryRun(dryRun: DryRun): Finding {
  const about = `${ABOUT}, asked by a dry run`;
  switch (dryRun.is) {
    case "accepted": {
      const message = "a CertificateRequest is admitted.";
      return { code: "webhook-answers", level: "ok", about, message };
    }
    case "notAllowed":
      return unseen(about, "whether it answers", dryRun.right);
    case "unreachable":
      return {
        code: "webhook-unreachable",
        level: "problem",
        about,
        message: `the API server cannot call it: ${dryRun.message}`,
        next: "See whether its pods run, its Service has endpoints, and the network lets the API server reach them (on many managed clusters: a firewall rule for its port, 10250).",
      };
    case "refused":
      return {
        code: "webhook-refuses",
        level: "warning",
        about,
        message: `a CertificateRequest is refused: ${dryRun.message}`,
        next: "See who refuses it: cert-manager's webhook, or another policy of this cluster.",
      };
  }
}
