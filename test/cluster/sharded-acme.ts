import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Lease, leases } from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  createServiceAccountKubeconfig,
  namespace,
  poll,
  type SupervisedProcess,
} from "@countersign/testing";
import { ROOT } from "../../tools/command.ts";
import { ACME_GROUP } from "./acme.ts";
import { ORDERING } from "./faulty-acme.ts";
import { printedManifests } from "./printed-manifests.ts";

/** Where the replicas' accounts and leases are. */
const PLACE = "acme";
const TIMEOUT_MS = 60_000;

/** How long a replica's lease counts. */
export const LEASE_MS = 6_000;

const FLAGS = [
  "--sharded",
  `--leader-election-namespace=${PLACE}`,
  `--leader-election-lease-duration=${LEASE_MS / 1_000}s`,
  "--leader-election-renew-deadline=4s",
  "--leader-election-retry-period=1s",
];

/** Which slots each replica owns, by its account's name. */
export type SlotOwners = ReadonlyMap<number, string>;

/**
 * Replicas of an AcmeIssuer's program that divide the work, each with a service account of its own, by
 * which the audit log tells them apart, and with the rights that the program prints.
 */
export class ShardedAcme {
  readonly #controlPlane: ControlPlane;
  readonly #manifests: string;
  readonly #identities = new Map<string, string>();

  private constructor(controlPlane: ControlPlane, manifests: string) {
    this.#controlPlane = controlPlane;
    this.#manifests = manifests;
  }

  static async install(controlPlane: ControlPlane, secretNamespace: string): Promise<ShardedAcme> {
    const manifests = await printedManifests(ORDERING, [
      "--service-account=acme/replica",
      `--secret-namespaces=${secretNamespace}`,
      "--sharded",
    ]);
    await applyObjects(controlPlane.client, [namespace(PLACE)]);
    return new ShardedAcme(controlPlane, JSON.stringify(manifests));
  }

  /** Starts one, and waits until it has said that it serves, or waits for others. */
  async start(name: string, args: readonly string[]): Promise<SupervisedProcess> {
    const { client } = this.#controlPlane;
    await applyObjects(client, JSON.parse(this.#manifests.replaceAll('"replica', `"${name}`)));
    const account = { namespace: PLACE, name };
    const { kubeconfigPath } = await createServiceAccountKubeconfig(this.#controlPlane, account);
    const replica = await this.#controlPlane.startProcess({
      name,
      command: process.execPath,
      args: ["--conditions=@countersign/source", join(ROOT, ORDERING), ...FLAGS, ...args],
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: kubeconfigPath,
        HEALTH_PROBE_BIND_ADDRESS: "127.0.0.1:0",
      },
      graceMs: 10_000,
    });
    this.#identities.set(name, await identityOf(replica));
    return replica;
  }

  async baseLease(): Promise<Lease> {
    return this.#controlPlane.client.get(leases, { namespace: PLACE, name: ACME_GROUP });
  }

  /** Who owns which slot. */
  async owners(signal?: AbortSignal): Promise<SlotOwners> {
    const { items } = await this.#controlPlane.client.list(leases, { namespace: PLACE, signal });
    const names = new Map([...this.#identities].map(([name, identity]) => [identity, name]));
    return new Map(
      items.flatMap(({ metadata, spec }) => {
        const slot = /\.slot-(\d+)$/.exec(metadata.name)?.[1];
        const owner = names.get(spec?.holderIdentity ?? "");
        return slot === undefined || owner === undefined ? [] : [[Number(slot), owner]];
      }),
    );
  }

  /** Waits until these own all slots, and each its share. */
  async waitUntilOwnedBy(...names: readonly string[]): Promise<SlotOwners> {
    const share = Math.floor(32 / names.length);
    return poll(
      `the slots to be owned by ${names.join(", ")}`,
      async (signal) => {
        const owners = await this.owners(signal);
        const counts = names.map((name) => [...owners.values()].filter((o) => o === name).length);
        const isShared = counts.every((count) => count === share || count === share + 1);
        const total = counts.reduce((sum, count) => sum + count, 0);
        return isShared && total === 32 ? owners : undefined;
      },
      { timeoutMs: TIMEOUT_MS, intervalMs: 20 },
    );
  }
}

/** A replica's identity, as it says it. */
async function identityOf({ name, logPath }: SupervisedProcess): Promise<string> {
  const said = async (): Promise<string | undefined> =>
    /"identity":"([^"]+)"/.exec(await readFile(logPath, "utf8"))?.[1];
  return poll(`${name} to say who it is`, said, { timeoutMs: TIMEOUT_MS });
}
