import type { Manifest, ServiceAccount } from "@countersign/issuer";
import type { ServedKind } from "../cluster/discovery.ts";

/** What running an author's issuers takes, told from their module alone. */
export interface IssuerModule {
  /** Of the program, its account and the account's namespace. */
  readonly name: string;
  readonly kinds: readonly ServedKind[];
  /** CustomResourceDefinitions first, then the rights. */
  readonly manifests: readonly Manifest[];
}

/** How loading a module ended. */
export type ModuleReport = {
  /** What it imports of its own project, itself among them; also what was looked for and is not there. */
  readonly files: readonly string[];
} & (
  | { readonly isLoaded: true; readonly module: IssuerModule }
  /** A sentence: what is wrong, where, and what to do. */
  | { readonly isLoaded: false; readonly message: string }
);

/** What to load, as JSON in the loading program's one argument. */
export interface LoadOrder {
  /** As the caller wrote it; relative to the working directory. */
  readonly file: string;
  /** Where the Secrets of namespaced issuers may be read. */
  readonly secretNamespaces: readonly string[];
  readonly clusterResourceNamespace?: string | undefined;
  /** cert-manager's account, whose approver is to approve what refers to these issuers. */
  readonly certManager: ServiceAccount;
}
