// Runs many modules in one process, each in its own folder, with its own environment; reads and prints one JSON line a
// file. With RECORDER in the environment, every https address leads to the recorder, as /host/path: from outside, so
// that the modules stay as they were written.
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const plainFetch = globalThis.fetch;
const lead = (url) => {
  const recorder = process.env.RECORDER;
  return recorder && url.startsWith("https://") ? `${recorder}/${url.slice("https://".length)}` : url;
};
globalThis.fetch = (input, options) =>
  plainFetch(input instanceof Request ? new Request(lead(input.url), input) : lead(String(input)), options);

// Nothing that a test asks takes any time; the clients' own limits are longer than this.
const plainTimeout = globalThis.setTimeout;
globalThis.setTimeout = (done, delay, ...rest) => plainTimeout(done, delay <= 5000 ? 0 : delay, ...rest);

const write = process.stdout.write.bind(process.stdout);
for await (const line of createInterface({ input: process.stdin })) {
  const { path, env } = JSON.parse(line);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  let printed = "";
  let error = null;
  process.chdir(dirname(path));
  process.stdout.write = (text) => {
    printed += text;
    return true;
  };
  try {
    await import(pathToFileURL(path));
  } catch (failure) {
    error = String(failure?.stack ?? failure);
  }
  process.stdout.write = write;
  write(`${JSON.stringify({ path, printed, error })}\n`);
}
