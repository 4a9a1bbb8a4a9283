export type { Entries, ReferencedObjects } from "./referenced-objects.ts";
export {
  type TriedIssuer,
  type TryOptions,
  type TryRequest,
  type TryResult,
  tryIssuer,
} from "./try-issuer.ts";
