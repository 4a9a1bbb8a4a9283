import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { shorten } from "./shorten.ts";

const ENDING = /… \[cut: \d+ bytes, [0-9a-f]{8}\]$/;

describe("shorten()", () => {
  for (const { name, text } of [
    { name: "an empty text", text: "" },
    { name: "one byte less", text: "a".repeat(99) },
    { name: "just as many bytes", text: "a".repeat(100) },
    { name: "just as many bytes in fewer characters", text: "é".repeat(50) },
  ]) {
    it(`leaves a text that fits: ${name}`, () => assert.equal(shorten(text, 100), text));
  }

  for (const character of ["a", "é", "€", "😀"]) {
    for (const before of ["", "a", "aa", "aaa"]) {
      it(`cuts between two characters: ${before}${character}…`, () => {
        const short = shorten(before + character.repeat(200), 100);
        const bytes = Buffer.byteLength(short);
        assert.ok(bytes <= 100 && bytes > 100 - Buffer.byteLength(character), `${bytes} bytes`);
        assert.match(short, ENDING);
        assert.ok(short.startsWith(before + character));
        const kept = short.replace(ENDING, "").slice(before.length);
        assert.equal(kept.replaceAll(character, ""), "");
      });
    }
  }

  it("keeps texts apart that differ only beyond the cut", () => {
    const long = "x".repeat(2_000);
    assert.notEqual(shorten(`${long}1`, 1_024), shorten(`${long}2`, 1_024));
    assert.equal(shorten(`${long}1`, 1_024), shorten(`${long}1`, 1_024));
  });

  it("says how long the text was", () => {
    assert.match(shorten("x".repeat(2_000), 1_024), /x… \[cut: 2000 bytes, [0-9a-f]{8}\]$/);
  });
});
