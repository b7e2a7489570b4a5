// Characters that hide or turn words around, as metadata/visible.py makes them visible.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SUSPECT } from "../../front/shared/scan.js";
import { turningNone } from "../../front/shared/turning.js";
import { namesOf, needsIsolation, visible } from "../../front/shared/visible.js";

const { visible: agreed } = JSON.parse(readFileSync(new URL("../../front/contract.json", import.meta.url), "utf8"));

test("a short text is shown as the server shows it", () => {
  for (const [text, shown] of Object.entries(agreed)) if (text !== "about") assert.equal(visible(text), shown);
});

test("prose keeps what people need in it", () => {
  assert.equal(
    turningNone("\u05d0\u200f! \u202ea\u2069 \u0646\u200c\u0646"),
    "\u05d0\u200f! [U+202E]a[U+2069] \u0646\u200c\u0646",
  );
});

test("what was written out is named", () => {
  assert.equal(namesOf("\u202ea\u202e\u{e0061}"), "U+202E right-to-left override, U+E0061");
});

test("what is written from right to left is set apart", () => {
  assert.ok(needsIsolation("\u05d0") && needsIsolation("a\u200b"));
  assert.ok(!needsIsolation("a") && !needsIsolation("\u00e9"));
});

test("what is marked or set apart is suspected before that is loaded, and common texts are not", () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const text = `a${String.fromCodePoint(point)}`;
    if (needsIsolation(text) || turningNone(text) !== text) assert.match(text, SUSPECT, point.toString(16));
  }
  assert.doesNotMatch("caf\u00e9 \u2013 \u201csaid\u201d\u2026 \u00d7 \u4f60\u597d \u{1f600}", SUSPECT);
});
