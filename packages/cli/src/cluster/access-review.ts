import { isAccessAllowed, type NamespacedName } from "@countersign/issuer/inspect";
import type { Client } from "@countersign/kube";
import { look, type Seen } from "./seen.ts";

/** One thing that somebody may do, or may not. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** With a subresource behind a slash: `certificaterequests/status`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const RIGHT = "create subjectaccessreviews.authorization.k8s.io";

/** Asks the API server whether a service account may do something. */
export function reviewAccess(
  client: Client,
  account: NamespacedName,
  { resource, ...access }: Access,
): Promise<Seen<boolean>> {
  const [plural, subresource] = resource.split("/");
  const { namespace } = account;
  return look(RIGHT, () =>
    isAccessAllowed(client, {
      user: `system:serviceaccount:${namespace}:${account.name}`,
      groups: [
        "system:serviceaccounts",
        `system:serviceaccounts:${namespace}`,
        "system:authenticated",
      ],
      resourceAttributes: { ...access, resource: plural, ...(subresource && { subresource }) },
    }),
  );
}

/** An access in words: `patch certificaterequests/status.cert-manager.io in namespace team`. */
export function describeAccess({ verb, group, resource, namespace, name }: Access): string {
  const [plural, subresource] = resource.split("/");
  const what = group === "" ? plural : `${plural}.${group}`;
  const part = subresource === undefined ? "" : `/${subresource}`;
  const which = name === undefined ? "" : ` ${name}`;
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  return `${verb} ${what}${part}${which}${where}`;
}
