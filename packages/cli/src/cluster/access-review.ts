import type { NamespacedName } from "@countersign/issuer/inspect";
import { type Client, defineResource, type KubeObject } from "@countersign/kube";
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

interface SubjectAccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed: boolean };
}

const subjectAccessReviews = defineResource<SubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
});

const RIGHT = "create subjectaccessreviews.authorization.k8s.io";

/** Asks the API server whether a service account may do something. */
export function reviewAccess(
  client: Client,
  account: NamespacedName,
  { resource, ...access }: Access,
): Promise<Seen<boolean>> {
  const [plural, subresource] = resource.split("/");
  const { namespace } = account;
  return look(RIGHT, async () => {
    const review = await client.create(subjectAccessReviews, {
      metadata: { name: "" },
      spec: {
        user: `system:serviceaccount:${namespace}:${account.name}`,
        groups: [
          "system:serviceaccounts",
          `system:serviceaccounts:${namespace}`,
          "system:authenticated",
        ],
        resourceAttributes: { ...access, resource: plural, ...(subresource && { subresource }) },
      },
    });
    return review.status?.allowed === true;
  });
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
