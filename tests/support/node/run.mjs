// Runs many modules in one process, each in its own folder; prints one JSON line a file.
// Started with RECORDER set, it leads every https address to the recorder, as /host/path: from outside, so that the
// modules stay as they were written.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const plainFetch = globalThis.fetch;
const lead = (url) => (url.startsWith("https://") ? `${process.env.RECORDER}/${url.slice("https://".length)}` : url);
globalThis.fetch = (input, options) =>
  plainFetch(input instanceof Request ? new Request(lead(input.url), input) : lead(String(input)), options);

// Nothing that a test asks takes any time; the clients' own limits are longer than this.
const plainTimeout = globalThis.setTimeout;
globalThis.setTimeout = (done, delay, ...rest) => plainTimeout(done, delay <= 5000 ? 0 : delay, ...rest);

const write = process.stdout.write.bind(process.stdout);
for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
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
