import { request } from "node:https";
import { json } from "node:stream/consumers";
import type { ControlPlane } from "@countersign/testing";

/** What etcd's gateway answers with: numbers of 64 bits are text. */
interface Answer {
  readonly header: { readonly revision: string };
}

/**
 * Has etcd forget every version but the latest, as an API server does each five minutes: a list that
 * was begun before cannot be gone on with, and a watch of before is answered with 410 where it is
 * not in the API server's own memory.
 *
 * https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/
 */
export async function compactEtcd(plane: ControlPlane): Promise<void> {
  const { certificatePem, keyPem } = await plane.issueCertificate({
    subject: { commonName: "compaction" },
    usages: ["client auth"],
  });
  const call = (path: string, body: object): Promise<Answer> =>
    post(`${plane.etcdUrl}/v3/kv/${path}`, body, {
      ca: plane.caPem,
      cert: certificatePem,
      key: keyPem,
    });
  const { header } = await call("range", { key: btoa("any"), keys_only: true });
  await call("compaction", { revision: header.revision, physical: true });
}

function post(
  url: string,
  body: object,
  identity: { ca: string; cert: string; key: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const calling = request(url, { ...identity, agent: false, method: "POST" }, (response) => {
      json(response).then((answer) => {
        if (response.statusCode === 200) resolve(answer as Answer);
        else reject(new Error(`Cannot POST ${url}: ${JSON.stringify(answer)}`));
      }, reject);
    });
    calling.once("error", reject);
    calling.end(JSON.stringify(body));
  });
}
