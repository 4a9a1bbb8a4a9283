/** Assertions on the errors of this package: code and message both. */

import assert from "node:assert/strict";
import type { X509ErrorCode } from "../index.ts";

/** Asserts that `action` throws an X509Error with this code, and a message that is or matches this. */
export function throwsX509Error(
  action: () => unknown,
  expected: { code: X509ErrorCode | RegExp; message?: string | RegExp; offset?: number },
): void {
  assert.throws(action, { name: "X509Error", ...expected });
}

export async function rejectsX509Error(
  action: Promise<unknown>,
  expected: { code: X509ErrorCode; message?: string | RegExp },
): Promise<void> {
  await assert.rejects(action, { name: "X509Error", ...expected });
}
