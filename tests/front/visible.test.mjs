// Characters that hide or turn words around, as metadata/visible.py makes them visible.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { namesOf, needsIsolation, turningNone, visible } from "../../front/shared/visible.js";

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
