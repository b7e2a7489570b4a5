// What a browser may keep of a page, and which address is that of a file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isSafe, leadsTo } from "../../front/model/safe.js";

test("what holds something like a key is not kept", () => {
  const unsafe = [
    "hf_abcdefgh",
    '{"api_key": "x"}',
    '{"apiKey": "x"}',
    "X-API-Key: 1",
    "Authorization",
    '{"password": "x"}',
    "refresh_token",
    "sk-abcdefgh",
    'say "sk-abcdefgh"',
    "see github_pat_abcdefgh",
  ];
  for (const text of unsafe) assert.equal(isSafe(text), false, text);
});

test("what holds none is", () => {
  const safe = ["", "0.7", "max_tokens", '{"temperature": 0.2}', "a monkey and a keyboard", "hf_", "You are a helper."];
  for (const text of safe) assert.equal(isSafe(text), true, text);
});

test("a file's address ends in its name, but for the signs that Gradio leaves out", () => {
  assert.ok(leadsTo("/gradio_api/file=/tmp/a/My%20cat%20(1).png", "My cat (1).png"));
  assert.ok(leadsTo("/gradio_api/file=/tmp/a/Mycat1.png", "My cat (1).png"));
  assert.ok(!leadsTo("/gradio_api/file=/tmp/My cat.png/dog.png", "My cat.png"));
  assert.ok(!leadsTo("/gradio_api/file=/tmp/%E0%A4%A", "x"));
});
