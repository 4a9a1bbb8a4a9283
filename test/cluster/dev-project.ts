import { cp, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ROOT } from "../../tools/command.ts";

/** An author's project in a folder of its own, to be edited by a test. */
export interface DevProject extends AsyncDisposable {
  readonly folder: string;
  /** The path of one of its files. */
  at(name: string): string;
  /** Saves a file. */
  save(name: string, content: string): Promise<void>;
  /** Saves a Certificate in `samples/`, for the issuer that is there. */
  saveCertificate(name: string): Promise<void>;
  /** Saves the issuer of `samples/` with another spec. */
  saveIssuer(spec: object): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Copies `test/testdata/dev-project`, with the packages of this repository to import. */
export async function createDevProject(): Promise<DevProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "countersign-project-")));
  const at = (name: string): string => join(folder, name);
  const save = (name: string, content: string): Promise<void> => writeFile(at(name), content);
  await cp(join(ROOT, "test/testdata/dev-project"), folder, { recursive: true });
  await symlink(join(ROOT, "node_modules"), at("node_modules"));
  await save("package.json", JSON.stringify({ name: "dev-project", type: "module" }));
  return {
    folder,
    at,
    save,
    saveCertificate: (name) => save(`samples/${name}.yaml`, stringify(devCertificate(name))),
    saveIssuer: (spec) => save("samples/issuer.yaml", stringify({ ...ISSUER, spec })),
    remove: (name) => rm(at(name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const ISSUER = {
  apiVersion: "dev.example.com/v1alpha1",
  kind: "DevIssuer",
  metadata: { name: "test" },
} as const;

/** A Certificate for the issuer of the project, in whatever namespace it is applied to. */
function devCertificate(name: string): object {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name },
    spec: {
      secretName: `${name}-tls`,
      commonName: "dev.example.com",
      duration: "24h",
      privateKey: { algorithm: "ECDSA", rotationPolicy: "Always" },
      issuerRef: { group: "dev.example.com", kind: ISSUER.kind, name: ISSUER.metadata.name },
    },
  };
}
