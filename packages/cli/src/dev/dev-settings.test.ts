import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CliError } from "../cli-error.ts";
import { type DevFlags, type DevSettings, settingsOf } from "./dev-settings.ts";

const NONE: DevFlags = { apply: [], namespace: "default" };

const TAKEN: readonly [
  rule: string,
  args: readonly string[],
  flags: Partial<DevFlags>,
  settings: Partial<DevSettings>,
][] = [
  [
    "runs issuer.ts on a control plane of its own, on and on, when nothing is said",
    [],
    {},
    { module: "issuer.ts", cluster: { is: "own" }, onceWithinMs: undefined },
  ],
  ["takes the module that is named", ["src/acme.ts"], {}, { module: "src/acme.ts" }],
  ["gives --once two minutes", [], { once: true, apply: ["a"] }, { onceWithinMs: 120_000 }],
  [
    "gives --once what --timeout says",
    [],
    { once: true, apply: ["a"], timeout: 5_000 },
    { onceWithinMs: 5_000 },
  ],
  [
    "works in a context that is named",
    [],
    { context: "kind", yes: true },
    {
      cluster: {
        is: "current",
        kubeconfig: undefined,
        context: "kind",
        isConfirmed: true,
        hasUserRights: false,
      },
    },
  ],
  [
    "works in the cluster of a kubeconfig",
    [],
    { kubeconfig: "k", userRights: true },
    {
      cluster: {
        is: "current",
        kubeconfig: "k",
        context: undefined,
        isConfirmed: false,
        hasUserRights: true,
      },
    },
  ],
  [
    "works where kubectl does when told to",
    [],
    { currentContext: true },
    {
      cluster: {
        is: "current",
        kubeconfig: undefined,
        context: undefined,
        isConfirmed: false,
        hasUserRights: false,
      },
    },
  ],
];

const REFUSED: readonly [rule: string, flags: Partial<DevFlags>, says: RegExp][] = [
  [
    "--once with nothing to wait for",
    { once: true },
    /^Cannot run once: nothing is applied, give --apply a file with an issuer and a Certificate$/,
  ],
  ["--timeout without --once", { timeout: 1_000 }, /--timeout alone: .* add --once$/],
  [
    "--user-rights on a control plane of its own",
    { userRights: true },
    /--user-rights alone: .* add --current-context, --context or --kubeconfig$/,
  ],
];

describe("settingsOf()", () => {
  for (const [rule, args, flags, expected] of TAKEN) {
    it(rule, () =>
      assert.partialDeepStrictEqual(settingsOf(args, { ...NONE, ...flags }), expected),
    );
  }

  for (const [rule, flags, says] of REFUSED) {
    it(`refuses ${rule}`, () => {
      assert.throws(
        () => settingsOf([], { ...NONE, ...flags }),
        (error) =>
          error instanceof CliError && error.code === "ERR_CLI_USAGE" && says.test(error.message),
      );
    });
  }
});
