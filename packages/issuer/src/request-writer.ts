import {
  type Client,
  isApiError,
  type KubeObject,
  type Logger,
  objectKey,
  type StoreReader,
} from "@countersign/kube";
import { type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import { LatestVersions } from "./latest-versions.ts";
import { messageOf } from "./outcome.ts";
import { eventOfReport, type ObjectEvent } from "./request-event.ts";
import { isFinalPhase, type RequestKind, type RequestPhase } from "./request-kind.ts";
import { type RequestReport, statusRefused } from "./request-report.ts";

/** A request and the issuer it refers to. */
export interface RequestTarget<T extends KubeObject> {
  readonly request: T;
  readonly issuer: IssuerKey;
}

/** What a request writer works with. */
export interface RequestWriterOptions<T extends KubeObject> {
  readonly client: Client;
  readonly kind: RequestKind<T>;
  readonly requests: StoreReader<T>;
  readonly fieldOwner: string;
  readonly emitEvent: (request: T, event: ObjectEvent) => void;
  readonly logger: Logger;
  /** Whether an open request may be written to, as it is now. */
  readonly isWritable: (request: T) => boolean;
  readonly now: () => Date;
}

/** After so many conflicts in a row somebody else keeps writing: back off like any failed write. */
const MOST_CONFLICTS = 5;

/**
 * The only thing that writes a request's status.
 *
 * Guarantees: a write names the version it was decided on. After a conflict the live request is read,
 * and written to only if it is the same one, by uid and CSR, still open, and not denied meanwhile:
 * under its name there may be another by now. Each status that has landed is told in one event; one that says nothing new is
 * neither written nor told.
 */
export class RequestWriter<T extends KubeObject> {
  readonly #options: RequestWriterOptions<T>;
  /** The requests as this process has last seen them: its own writes come before the watch's word. */
  readonly latest: LatestVersions<T>;

  constructor(options: RequestWriterOptions<T>) {
    this.#options = options;
    this.latest = new LatestVersions(options.requests);
  }

  /**
   * Applies a report to the request's status. Does nothing where the request is gone or finished.
   *
   * @throws whatever else the API server refuses it with; the report is then to be written again.
   */
  async write(target: RequestTarget<T>, report: RequestReport): Promise<void> {
    const { kind } = this.#options;
    let { request } = target;
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.#apply({ ...target, request }, report);
        return;
      } catch (error) {
        if (isApiError(error, "NotFound")) {
          this.latest.sawGone(objectKey(request.metadata), request.metadata.uid);
          return;
        }
        if (!isApiError(error, "Conflict") || conflicts === MOST_CONFLICTS) {
          await this.#tellRefusal({ ...target, request }, report, error);
          throw error;
        }
      }
      const live = await this.readLive(request);
      if (live === undefined || !isFor(report, kind.phaseOf(live))) return;
      request = live;
    }
  }

  async #apply({ request, issuer }: RequestTarget<T>, report: RequestReport): Promise<void> {
    const { client, kind, fieldOwner, emitEvent, logger, now } = this.#options;
    const { namespace, name, resourceVersion } = request.metadata;
    const { group } = placeOfIssuer(issuer);
    const status = kind.statusToApply(request, report, { group, now: now() });
    if (status === undefined) return;
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const written = await client.applyStatus<KubeObject & { status?: object }>(
      kind.resource,
      { metadata, status },
      { fieldOwner },
    );
    this.latest.saw(written as T);
    emitEvent(request, eventOfReport(report));
    logger.info({ namespace, name, report: report.type }, "Request status written");
  }

  /**
   * Nobody waits without a reason: of an end that the API server will not take, the request says that
   * it is tried again; where it can say nothing at all, an event does.
   */
  async #tellRefusal(
    target: RequestTarget<T>,
    report: RequestReport,
    error: unknown,
  ): Promise<void> {
    if (!isApiError(error, "Invalid") && !isApiError(error, "Forbidden")) return;
    const told = statusRefused(messageOf(error));
    try {
      if (report.type === "waiting") throw error;
      await this.#apply(target, told);
    } catch {
      this.#options.emitEvent(target.request, eventOfReport(told));
    }
  }

  /** The request as it is now, if it is the same one and still to be written to. */
  async readLive(request: T): Promise<T | undefined> {
    const { client, kind, isWritable } = this.#options;
    const { namespace, name, uid } = request.metadata;
    const live = await client.get(kind.resource, { namespace, name }).catch((error: unknown) => {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    });
    if (live !== undefined) this.latest.saw(live);
    if (live === undefined || !isSameRequest(kind, live, request)) {
      this.latest.sawGone(objectKey(request.metadata), uid);
      return undefined;
    }
    return !isFinalPhase(kind.phaseOf(live)) && isWritable(live) ? live : undefined;
  }
}

/** Whether a report can be told in a phase: a request that was denied meanwhile is told of nothing else. */
function isFor(report: RequestReport, phase: RequestPhase): boolean {
  return report.type === "denied" || phase !== "denied";
}

function isSameRequest<T extends KubeObject>(kind: RequestKind<T>, a: T, b: T): boolean {
  return a.metadata.uid === b.metadata.uid && kind.encodedCsrOf(a) === kind.encodedCsrOf(b);
}
