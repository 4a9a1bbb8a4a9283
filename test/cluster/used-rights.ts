import type { KubeObject } from "@countersign/kube";
import type { ProxiedCall } from "@countersign/testing";

/** A right as RBAC sees a call: `patch acme.example.com/acmeissuers/status in default`. */
export interface Right {
  readonly verb: string;
  /** Group and resource, with the subresource. */
  readonly resource: string;
  /** Undefined for the whole cluster. */
  readonly namespace: string | undefined;
}

const PATH =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

const VERBS: Readonly<Record<string, string>> = {
  DELETE: "delete",
  PATCH: "patch",
  POST: "create",
  PUT: "update",
};

/** The right that the API server asks for a call; undefined for what everybody may read. */
export function rightOf({ method, path, query }: ProxiedCall): Right | undefined {
  const found = PATH.exec(path)?.groups;
  if (found === undefined) return undefined;
  const { group = "", namespace, plural = "", name, subresource } = found;
  const reading = query.get("watch") === "true" ? "watch" : name === undefined ? "list" : "get";
  const resource = [plural, ...(subresource === undefined ? [] : [subresource])].join("/");
  return { verb: VERBS[method] ?? reading, resource: `${group}/${resource}`, namespace };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What Roles and ClusterRoles give, each right by itself, but for the controller's `<name>-approver`. */
export function grantedRights(manifests: readonly KubeObject[]): Right[] {
  return manifests
    .filter(({ kind }) => kind === "Role" || kind === "ClusterRole")
    .filter(({ metadata }) => !metadata.name.endsWith("-approver"))
    .flatMap((role) => {
      const { rules } = role as KubeObject & { readonly rules: readonly Rule[] };
      const { namespace } = role.metadata;
      return rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.map((verb) => ({ verb, resource: `${group}/${resource}`, namespace })),
          ),
        ),
      );
    });
}

/** Whether a right that is granted allows what is done. */
export function allows(granted: Right, used: Right): boolean {
  const isThere = granted.namespace === undefined || granted.namespace === used.namespace;
  return isThere && granted.verb === used.verb && granted.resource === used.resource;
}

export function describeRight({ verb, resource, namespace }: Right): string {
  return `${verb} ${resource} ${namespace === undefined ? "everywhere" : `in ${namespace}`}`;
}
