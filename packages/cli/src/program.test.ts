import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Command } from "commander";
import { failure, usageError } from "./cli-error.ts";
import { type CliCommand, type Report, runCli } from "./program.ts";

const OK: Report = { isOk: true, text: "all is well", value: { well: true } };

async function run(
  result: Report | Error,
  args: readonly string[],
  kind: Pick<CliCommand, "isStream"> = {},
): Promise<{ code: number; out: string; err: string }> {
  const look: CliCommand = {
    ...kind,
    declare: () => new Command("look").description("Looks.").argument("<what>"),
    async run() {
      if (result instanceof Error) throw result;
      return result;
    },
  };
  let out = "";
  let err = "";
  const code = await runCli([look], args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

const ERROR_JSON = `{
  "error": {
    "code": "ERR_CLI_FAILED",
    "message": "Cannot look: it is dark, switch on the light"
  }
}
`;
const dark = failure("Cannot look: it is dark, switch on the light");

const ROWS: readonly {
  name: string;
  result?: Report | Error;
  args: readonly string[];
  code: number;
  out?: string | RegExp;
  err?: string | RegExp;
}[] = [
  { name: "prints the text of a report", args: ["look", "x"], code: 0, out: "all is well\n" },
  {
    name: "prints nothing that moves a terminal's cursor",
    result: { ...OK, text: "CN=a\u001b[2Jb\r\nnext\u009b" },
    args: ["look", "x"],
    code: 0,
    out: "CN=a\\x1b[2Jb\\x0d\nnext\\x9b\n",
  },
  {
    name: "says nothing that moves a terminal's cursor",
    result: failure("Cannot look: \u001b[2J"),
    args: ["look", "x"],
    code: 1,
    err: "Cannot look: \\x1b[2J\n",
  },
  {
    name: "prints the value of a report as JSON",
    args: ["look", "x", "--output", "json"],
    code: 0,
    out: '{\n  "well": true\n}\n',
  },
  {
    name: "ends with 1 when a report is not ok",
    result: { ...OK, isOk: false },
    args: ["look", "x"],
    code: 1,
    out: "all is well\n",
  },
  {
    name: "says an error as a sentence, and ends with 1 when something failed",
    result: dark,
    args: ["look", "x"],
    code: 1,
    err: "Cannot look: it is dark, switch on the light\n",
  },
  {
    name: "says an error as JSON as well",
    result: dark,
    args: ["look", "x", "-o", "json"],
    code: 1,
    out: ERROR_JSON,
    err: "Cannot look: it is dark, switch on the light\n",
  },
  {
    name: "ends with 2 when the caller has something to correct",
    result: usageError("Cannot look: x is no thing, must be a thing"),
    args: ["look", "x"],
    code: 2,
    err: "Cannot look: x is no thing, must be a thing\n",
  },
  {
    name: "ends with 2 for an argument too few",
    args: ["look"],
    code: 2,
    err: /missing required argument 'what'[\s\S]*Add --help/,
  },
  {
    name: "ends with 2 for an argument too many",
    args: ["look", "x", "y"],
    code: 2,
    err: /too many arguments[\s\S]*Add --help/,
  },
  {
    name: "ends with 2 for an unknown flag",
    args: ["look", "x", "--far"],
    code: 2,
    err: /unknown option '--far'[\s\S]*Add --help/,
  },
  {
    name: "ends with 2 for an unknown command",
    args: ["see"],
    code: 2,
    err: /unknown command 'see'[\s\S]*Add --help/,
  },
  {
    name: "ends with 2 for an output that does not exist",
    args: ["look", "x", "--output", "yaml"],
    code: 2,
    err: /'yaml' is invalid. Allowed choices are text, json/,
  },
  { name: "prints help for --help", args: ["--help"], code: 0, out: /Commands:[\s\S]*look/ },
  {
    name: "prints a command's help for --help, with --output in it",
    args: ["look", "--help"],
    code: 0,
    out: /Looks\.[\s\S]*--output <format>/,
  },
];

describe("runCli()", () => {
  for (const { name, result = OK, args, code, out = "", err = "" } of ROWS) {
    it(name, async () => {
      const ended = await run(result, args);
      assert.equal(ended.code, code);
      for (const [was, wanted] of [
        [ended.out, out],
        [ended.err, err],
      ] as const) {
        if (typeof wanted === "string") assert.equal(was, wanted);
        else assert.match(was, wanted);
      }
    });
  }

  it("prints the report or the error of a stream as JSON on one line", async () => {
    const args = ["look", "x", "--output", "json"];
    const ok = await run(OK, args, { isStream: true });
    assert.equal(ok.out, '{"well":true}\n');
    const failed = await run(dark, args, { isStream: true });
    assert.equal(failed.out, `${JSON.stringify(JSON.parse(ERROR_JSON))}\n`);
  });
});
