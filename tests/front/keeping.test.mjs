// Keeping comparisons in the browser: several tabs, copies, and what is let go; over a store in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Keeper, oneAtATime } from "../../front/compare/keeper.js";

const memory = () => {
  const held = new Map();
  return {
    held,
    get: async (id) => structuredClone(held.get(id)),
    all: async () => structuredClone([...held.values()]),
    update: async (id, change) => {
      const made = change(structuredClone(held.get(id)));
      held.set(made.id, structuredClone(made));
    },
    remove: async (ids) => ids.forEach((id) => held.delete(id)),
  };
};
const comparison = (id, said = ["hello"], more = {}) => ({
  id,
  title: `About ${id}`,
  panes: [{ settings: { model: "org/model" }, messages: said }],
  ...more,
});

test("what was said is kept, with its models, and read again", async () => {
  const store = memory();
  await new Keeper(store).write(comparison("a"));
  const [found] = await new Keeper(store).list();
  assert.deepEqual([found.id, found.title, found.models], ["a", "About a", ["org/model"]]);
  assert.deepEqual(await new Keeper(store).read("a"), comparison("a"));
});

test("nothing is kept of a comparison in which nothing was said", async () => {
  const store = memory();
  assert.equal(await new Keeper(store).write(comparison("a", [])), "a");
  assert.equal(store.held.size, 0);
});

test("a tab writes over what it wrote itself", async () => {
  const store = memory();
  const tab = new Keeper(store);
  await tab.write(comparison("a"));
  await tab.write(comparison("a", ["hello", "again"]));
  assert.equal(store.held.size, 1);
  assert.equal(store.held.get("a").comparison.panes[0].messages.length, 2);
});

test("what another tab wrote is never written over: a copy is made, once", async () => {
  const store = memory();
  const [one, two] = [new Keeper(store), new Keeper(store)];
  await one.write(comparison("a", ["one"]));
  await two.read("a");
  await one.write(comparison("a", ["one", "more"]));
  const id = await two.write(comparison("a", ["two"]));
  assert.notEqual(id, "a");
  assert.equal(await two.write(comparison("a", ["two", "more"])), id);
  assert.deepEqual(store.held.get("a").comparison.panes[0].messages, ["one", "more"]);
  const copy = store.held.get(id);
  assert.deepEqual(copy.comparison.panes[0].messages, ["two", "more"]);
  assert.equal(copy.comparison.id, id);
  assert.deepEqual([copy.title, copy.comparison.title], ["About a (copy)", "About a (copy)"]);
  assert.equal(store.held.size, 2);
});

test("a comparison that was read is gone on with under its id", async () => {
  const store = memory();
  await new Keeper(store).write(comparison("a"));
  const tab = new Keeper(store);
  await tab.read("a");
  assert.equal(await tab.write(comparison("a", ["hello", "again"])), "a");
});

test("the models of a blind comparison are not in the list", async () => {
  const store = memory();
  await new Keeper(store).write(comparison("a", ["hello"], { hidden: true }));
  assert.deepEqual(store.held.get("a").models, ["hidden until the vote"]);
});

test("the latest two hundred are kept", async () => {
  const store = memory();
  for (let n = 0; n < 205; n++)
    store.held.set(`${n}`, {
      id: `${n}`,
      changed: n,
      mark: "",
      title: "",
      models: [],
      comparison: comparison(`${n}`),
    });
  await new Keeper(store).write(comparison("new"));
  assert.equal(store.held.size, 200);
  assert.ok(store.held.has("new"));
  assert.ok(!store.held.has("5"));
  assert.ok(store.held.has("6"));
});

test("one that is forgotten, or was never there, is not read", async () => {
  const store = memory();
  const tab = new Keeper(store);
  await tab.write(comparison("a"));
  await tab.forget("a");
  assert.equal(await tab.read("a"), null);
});

test("what was asked for while it was done is done once more, never twice at once", async () => {
  let running = 0;
  let most = 0;
  let times = 0;
  const work = oneAtATime(async () => {
    most = Math.max(most, ++running);
    times++;
    await new Promise(setImmediate);
    running--;
  });
  await Promise.all([work(), work(), work()]);
  assert.deepEqual([most, times], [1, 2]);
  await work();
  assert.equal(times, 3);
});

test("work that fails can be asked for again", async () => {
  let times = 0;
  const work = oneAtATime(async () => {
    if (!times++) throw new Error("no");
  });
  await assert.rejects(work());
  await work();
  assert.equal(times, 2);
});
