// What a tool needs that looks at requests and issuers from outside the controllers: the same reading
// of objects, and the same words. Not for authors of issuers.
export { messageOf } from "./outcome.ts";
