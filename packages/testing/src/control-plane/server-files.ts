import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, generateKey, type Holder } from "./authority.ts";

/** Paths of what the servers read. */
export interface ServerFiles {
  readonly ca: string;
  readonly etcd: KeyFiles;
  readonly etcdClient: KeyFiles;
  readonly apiServer: KeyFiles;
  readonly serviceAccount: { readonly publicKey: string; readonly key: string };
}

/** A certificate and its key, in files. */
export interface KeyFiles {
  readonly certificate: string;
  readonly key: string;
}

const LOOPBACK = { ipAddresses: ["127.0.0.1"], dnsNames: ["localhost"] };

/** Writes the keys and certificates of etcd and kube-apiserver into the folder `pki`. */
export async function writeServerFiles(dir: string, authority: Authority): Promise<ServerFiles> {
  const pki = join(dir, "pki");
  await mkdir(pki, { mode: 0o700 });
  const issue = async (name: string, rest: Omit<Holder, "subject">) =>
    writeKeyFiles(
      join(pki, name),
      await authority.issue({ subject: { commonName: name }, ...rest }),
    );
  const ca = join(pki, "ca.crt");
  await writeFile(ca, authority.caPem);
  const [etcd, etcdClient, apiServer, serviceAccount] = await Promise.all([
    // etcd's own gateway is a client of it, with the same certificate.
    issue("etcd", { usages: ["server auth", "client auth"], ...LOOPBACK }),
    issue("etcd-client", { usages: ["client auth"] }),
    issue("kube-apiserver", { usages: ["server auth"], ...LOOPBACK }),
    writeServiceAccountKey(join(pki, "service-account")),
  ]);
  return { ca, etcd, etcdClient, apiServer, serviceAccount };
}

/** Writes `<path>.crt` and `<path>.key`, the key for its owner alone. */
export async function writeKeyFiles(
  path: string,
  pair: { certificatePem: string; keyPem: string },
): Promise<KeyFiles> {
  const files = { certificate: `${path}.crt`, key: `${path}.key` };
  await writeFile(files.certificate, pair.certificatePem);
  await writeFile(files.key, pair.keyPem, { mode: 0o600 });
  return files;
}

async function writeServiceAccountKey(path: string): Promise<ServerFiles["serviceAccount"]> {
  const { keyPem, publicKey } = generateKey();
  const files = { publicKey: `${path}.pub`, key: `${path}.key` };
  await writeFile(files.publicKey, publicKey.export({ format: "pem", type: "spki" }));
  await writeFile(files.key, keyPem, { mode: 0o600 });
  return files;
}
