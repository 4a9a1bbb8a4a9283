export type { CaAnswer } from "./ca-answer.ts";
export {
  type CaClient,
  type CaClientOptions,
  type CaContext,
  createCaClient,
} from "./ca-client.ts";
export type { CaCallOptions, CaConnection, CaTarget } from "./ca-connection.ts";
export { CaError } from "./ca-error.ts";
export type { StatusMeaning } from "./status-table.ts";
