import { type Client, defineResource, type KubeObject } from "@countersign/kube";

/** What is asked: who, and what they would do. authorization.k8s.io/v1 SubjectAccessReviewSpec */
export interface AccessQuestion {
  readonly user?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly resourceAttributes: object;
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: AccessQuestion;
  readonly status?: { readonly allowed: boolean };
}

const subjectAccessReviews = defineResource<SubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
});

/** Asks the API server whether somebody may do something; it takes the right to create such reviews. */
export async function isAccessAllowed(client: Client, spec: AccessQuestion): Promise<boolean> {
  const review = await client.create(subjectAccessReviews, { metadata: { name: "" }, spec });
  return review.status?.allowed === true;
}
