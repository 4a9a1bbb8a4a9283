import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenFileCredentials } from "./token-file.ts";

/** A file that tests write, and a clock that they turn. */
function createFile(content: string | undefined) {
  const file = { content, reads: 0, now: 0 };
  const credentials = new TokenFileCredentials("/token", {
    readFile: async () => {
      file.reads += 1;
      if (file.content === undefined) throw Object.assign(new Error("gone"), { code: "ENOENT" });
      return file.content;
    },
    now: () => file.now,
  });
  return { file, credentials };
}

describe("TokenFileCredentials", () => {
  it("headers() trims the token and reads the file once", async () => {
    const { file, credentials } = createFile("  abc\n");
    const [first, second] = await Promise.all([credentials.headers(), credentials.headers()]);
    assert.deepEqual(first, { authorization: "Bearer abc" });
    assert.equal(first, second);
    assert.equal(await credentials.headers(), first);
    assert.equal(file.reads, 1);
  });

  it("headers() reads again after a minute", async () => {
    const { file, credentials } = createFile("old");
    await credentials.headers();
    file.content = "new";
    file.now = 59_999;
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer old" });
    file.now = 60_000;
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer new" });
  });

  for (const content of [undefined, " \n"]) {
    const state = content === undefined ? "absent" : "empty";
    it(`headers() keeps the token while the file is ${state}`, async () => {
      const { file, credentials } = createFile("old");
      const headers = await credentials.headers();
      file.content = content;
      file.now = 60_000;
      assert.equal(await credentials.headers(), headers);
    });

    it(`headers() rejects when the file is ${state} from the start`, async () => {
      const { file, credentials } = createFile(content);
      await assert.rejects(credentials.headers(), {
        name: "CredentialsError",
        code: "ERR_CREDENTIALS_TOKEN_FILE",
        message:
          content === undefined
            ? "Cannot read token file /token: ENOENT"
            : "Cannot use token file /token: it is empty, must hold a bearer token",
      });
      file.content = "late";
      assert.deepEqual(await credentials.headers(), { authorization: "Bearer late" });
    });
  }

  it("refresh() reads at once, and tells whether the token is another", async () => {
    const { file, credentials } = createFile("old");
    const refused = await credentials.headers();
    assert.equal(await credentials.refresh(refused), false);
    file.content = "new";
    assert.equal(await credentials.refresh(refused), true);
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer new" });
  });

  it("refresh() does nothing when the refused token is no longer the current one", async () => {
    const { file, credentials } = createFile("old");
    const refused = await credentials.headers();
    file.content = "new";
    await credentials.refresh(refused);
    const { reads } = file;
    assert.equal(await credentials.refresh(refused), true);
    assert.equal(file.reads, reads);
  });

  it("headers() rejects with the signal's reason when that aborts", async () => {
    const credentials = new TokenFileCredentials("/token", {
      readFile: () => new Promise(() => {}),
    });
    const reason = new Error("enough");
    await assert.rejects(credentials.headers(AbortSignal.abort(reason)), reason);
  });
});
