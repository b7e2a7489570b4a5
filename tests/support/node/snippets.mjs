// How many snippets @huggingface/inference writes a second of processor time, for the cases given as JSON on
// standard input, in so many rounds; prints one line of JSON.
import { readFileSync } from "node:fs";
import { snippets } from "@huggingface/inference";

const cases = JSON.parse(readFileSync(0, "utf8"));
const turns = Number(process.argv[2] ?? 200);
const write = (rounds) => {
  let written = 0;
  for (let round = 0; round < rounds; round++)
    for (const { model, provider, mapping, options } of cases)
      written += snippets.getInferenceSnippets(model, provider, mapping, options).length;
  return written;
};
write(turns);
let best = 0;
for (let turn = 0; turn < 3; turn++) {
  const before = process.cpuUsage();
  const written = write(turns);
  const used = process.cpuUsage(before);
  best = Math.max(best, written / ((used.user + used.system) / 1e6));
}
console.log(JSON.stringify({ speed: best, written: write(1) }));
