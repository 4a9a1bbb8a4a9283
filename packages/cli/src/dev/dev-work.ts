import type { ServiceAccount } from "@countersign/issuer";
import type { AppliedObjects } from "./applied-objects.ts";
import type { AuthorProgram } from "./author-program.ts";
import { type DevCluster, USUAL_CERT_MANAGER } from "./dev-cluster.ts";
import type { Display } from "./dev-event.ts";
import type { DevSettings } from "./dev-settings.ts";
import type { FollowedIssuers } from "./followed-issuers.ts";
import type { LoadOrder } from "./module-report.ts";

/** All parts of a `countersign dev`, running. */
export interface DevWork {
  readonly settings: DevSettings;
  readonly applied: AppliedObjects;
  readonly program: AuthorProgram;
  readonly followed: FollowedIssuers;
  readonly cluster: DevCluster;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** What to load, given what is to be applied now. */
export function orderOf(
  { module: file, clusterResourceNamespace }: DevSettings,
  applied: AppliedObjects,
  certManager: ServiceAccount = USUAL_CERT_MANAGER,
): LoadOrder {
  return {
    file,
    clusterResourceNamespace,
    certManager,
    secretNamespaces: applied.namespaces(),
  };
}
