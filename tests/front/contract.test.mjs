// What pages and scripts have agreed on (front/contract.json), held against the scripts; tests/ui/test_contract.py has
// the other side.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const front = new URL("../../front/", import.meta.url);
const read = (name) => readFileSync(new URL(name, front), "utf8");
const contract = JSON.parse(read("contract.json"));

const folders = readdirSync(front, { withFileTypes: true }).filter(
  (one) => one.isDirectory() && one.name !== "node_modules",
);
const scripts = folders
  .flatMap(({ name }) => readdirSync(new URL(`${name}/`, front)).map((file) => `${name}/${file}`))
  .filter((name) => name.endsWith(".js"));
const codeOf = (name) => read(name).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
const textsIn = (code) => code.match(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g) ?? [];
const dashed = (words) => words.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const found = (text, pattern) => [...text.matchAll(pattern)].map((one) => one[1]);

/** The ids that a script looks for; `*` stands for what is filled in, and Gradio adds `-button` to the id of a tab. */
const idsIn = (name) =>
  textsIn(codeOf(name)).flatMap((text) => {
    const filled = text.replace(/\$\{[^}]*\}/g, "*");
    return [...found(filled, /#([a-zA-Z*][\w*-]*)/g), ...found(filled, /\[id\^='?([\w-]+)/g).map((one) => `${one}*`)];
  });

/** The data- names that a script reads or writes. */
const dataIn = (name) => {
  const code = codeOf(name);
  return [
    ...textsIn(code).flatMap((text) => found(text, /data-([a-z][a-z-]*)/g)),
    ...found(code, /dataset\.(\w+)/g).map(dashed),
    ...found(code, /"(\w+)" in (?:\w+\.)?dataset/g),
    ...found(code, /(?:told|near|named)\("([a-z-]+)"/g),
  ];
};

const GRADIOS = ["testid"]; // data- names
const NO_IDS = ["in"]; // the beginning of a packed link's hash

const isKnown = (id) =>
  Object.keys(contract.ids).some((known) => {
    if (known === id || `${known}-button` === id) return true;
    const start = known.endsWith("*") && known.slice(0, -1);
    return start && id.startsWith(start);
  });

test("a script looks for no id that is not agreed on", () => {
  for (const name of scripts) {
    const unknown = idsIn(name).filter(
      (id) => !NO_IDS.includes(id) && id !== "*" && !id.startsWith("*") && !isKnown(id),
    );
    assert.deepEqual(unknown, [], name);
  }
});

test("a script knows no data- name that is not agreed on", () => {
  for (const name of scripts) {
    const unknown = dataIn(name).filter((one) => !GRADIOS.includes(one) && !(one in contract.data));
    assert.deepEqual(unknown, [], name);
  }
});

test("each id and each data- name that is agreed on is used by a script", () => {
  const ids = scripts.flatMap(idsIn).flatMap((id) => [id, id.replace(/-button$/, "")]);
  const locks = codeOf("compare/locks.js");
  const unused = Object.keys(contract.ids).filter((id) => {
    const start = id.replace("*", "");
    return (
      !(id.endsWith("*") ? ids.some((one) => one.startsWith(start)) : ids.includes(id)) && !locks.includes(`"${start}`)
    );
  });
  assert.deepEqual(unused, []);
  const names = scripts.flatMap(dataIn);
  const destructured = scripts.map(codeOf).join("\n");
  const words = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const idle = Object.keys(contract.data).filter(
    (name) => !names.includes(name) && !new RegExp(`[{,.] ?${words(name)}\\b`).test(destructured),
  );
  assert.deepEqual(idle, []);
});

test("buttons do by themselves what is agreed on, and the server is asked for nothing else", () => {
  const acts = codeOf("compare/acts.js").match(/const ACTS = \{([\s\S]*?)\n\};/)[1];
  assert.deepEqual(found(acts, /^ {2}(\w+)(?::|,)/gm).sort(), [...contract.acts.own].sort());
  for (const name of scripts)
    for (const act of found(codeOf(name), /\bact: "([a-z-]+)"/g))
      assert.ok(contract.acts.posted.includes(act) || act === "stop", act);
});

test("a line of the live channel says what is agreed on", () => {
  const line = read("compare/lines.js").match(/@typedef \{\{ (k: .*?) \}\} Line/)[1];
  assert.deepEqual(found(line, /(\w)\??:/g).sort(), Object.keys(contract.live).sort());
});

test("the modules that a page begins with are there, and import each other by their place", () => {
  const pages = JSON.parse(read("pages.json"));
  for (const { script, styles } of Object.values(pages)) for (const name of [script, ...styles]) assert.ok(read(name));
  for (const name of scripts)
    for (const address of found(codeOf(name), /(?:from|import)[ (]"([^"]+)"/g)) {
      assert.match(address, /^\.\.?\//, name);
      assert.ok(
        read(new URL(address, new URL(name, front)).pathname.slice(front.pathname.length)),
        `${name}: ${address}`,
      );
    }
});
