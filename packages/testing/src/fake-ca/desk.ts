import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { CaBehaviour, CaCall } from "./ca-call.ts";
import type { FakeAuthority } from "./fake-authority.ts";

/** A CA that is in order. */
export const ISSUES: CaBehaviour = () => ({ do: "ok" });

/** An order that was accepted. */
type Order = Pick<CaCall, "csrPem" | "idempotencyKey">;

/** Where the calls to a fake CA come in: takes them down, asks the behaviour, answers. */
export class Desk {
  readonly calls: CaCall[] = [];
  readonly #authority: FakeAuthority;
  readonly #isIdempotent: boolean;
  readonly #orders = new Map<string, Order>();
  behaviour: CaBehaviour = ISSUES;
  token: string;

  constructor(authority: FakeAuthority, options: { token: string; isIdempotent?: boolean }) {
    this.#authority = authority;
    this.#isIdempotent = options.isIdempotent ?? false;
    this.token = options.token;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const call = this.#read(request, body);
    if (call === undefined) {
      response.writeHead(404).end("no such path");
      return;
    }
    this.calls.push(call);
    if (call.token !== this.token) {
      response.writeHead(401).end("unknown token");
      return;
    }
    await this.#answer(call, request, response);
  }

  #read(request: IncomingMessage, body: string): CaCall | undefined {
    const number = this.calls.length + 1;
    const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    const idempotencyKey = String(request.headers["idempotency-key"] ?? "");
    const [, what = "", id = ""] = (request.url ?? "").split("/");
    if (what === "health") return { number, kind: "health", token, idempotencyKey, csrPem: "" };
    if (what === "sign") return { number, kind: "sign", token, idempotencyKey, csrPem: body };
    const order = what === "orders" ? this.#orders.get(id) : undefined;
    return order === undefined ? undefined : { number, kind: "poll", token, ...order };
  }

  async #answer(call: CaCall, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.behaviour(call);
    switch (answer.do) {
      case "ok":
        response.end(call.kind === "health" ? "ok" : await this.#issue(call));
        return;
      case "accept":
        response.writeHead(202).end(this.#accept(call, request));
        return;
      case "refuse":
        if (answer.retryAfterS !== undefined) {
          response.setHeader("retry-after", answer.retryAfterS);
        }
        response.writeHead(answer.status).end(answer.text ?? "out of order");
        return;
      case "loseAnswer":
        await this.#issue(call);
        request.socket.destroy();
        return;
    }
  }

  async #issue({ csrPem, idempotencyKey }: CaCall): Promise<string> {
    const { certificatePem } = await this.#authority.mint(csrPem, idempotencyKey);
    return certificatePem + this.#authority.caPem;
  }

  /** The id of the order: that of the poll, that of the key where keys count, or a new one's. */
  #accept({ kind, csrPem, idempotencyKey }: CaCall, request: IncomingMessage): string {
    if (kind === "poll") return (request.url ?? "").replace("/orders/", "");
    const known = [...this.#orders].find(([, order]) => order.idempotencyKey === idempotencyKey);
    if (this.#isIdempotent && known !== undefined) return known[0];
    const id = String(this.#orders.size + 1);
    this.#orders.set(id, { csrPem, idempotencyKey });
    return id;
  }
}
