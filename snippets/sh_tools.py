"""The tool loop in a shell, with jq: the model asks for functions, reads what they give back, and answers."""

from __future__ import annotations

from .literals import shell_word
from .sh_answers import ANSWER_FILE
from .tools import ROUNDS

REQUEST_FILE = "request.json"
STREAM_NOTE = "# The calls of tools are no text of this stream; without streaming, this code goes on to answer them."

_RUN_TOOL = """\
# Put the real work here: the model reads what comes back. $1 is the name, $2 the arguments as JSON. (Needs jq.)
run_tool() {
  printf '%s was called with %s' "$1" "$2"
}"""
_ROUNDS = """\
for round in {rounds}; do
  {ask} ||
    {{ cat {answer} >&2; break; }}
  jq -e '.choices[0].message.tool_calls | length > 0' {answer} > /dev/null || break
  jq --slurpfile answer {answer} '.messages += [$answer[0].choices[0].message]{forced}' {request} > next.json
  for number in $(jq '.choices[0].message.tool_calls | keys[]' {answer}); do
    call=".choices[0].message.tool_calls[$number]"
    result=$(run_tool "$(jq -r "$call.function.name" {answer})" "$(jq -r "$call.function.arguments" {answer})")
    jq --arg id "$(jq -r "$call.id" {answer})" --arg content "$result" \\
      '.messages += [{{role: "tool", tool_call_id: $id, content: $content}}]' next.json > {request}
    cp {request} next.json
  done
done
jq -er '.choices[0].message.content' {answer}"""


def loop(body: str, ask: list[str], forced: bool, save_to: str | None) -> str:
    """The script: `body` writes the request's file, `ask` are the words of curl that send it."""
    asked = " \\\n    ".join([*ask, f"--data-binary @{REQUEST_FILE}", f"--output {ANSWER_FILE}"])
    rounds = _ROUNDS.format(
        rounds=" ".join(str(number) for number in range(1, ROUNDS + 1)),
        ask=asked,
        answer=ANSWER_FILE,
        request=REQUEST_FILE,
        forced=' | .tool_choice = "auto"' if forced else "",
    )
    saved = f" > {shell_word(save_to)}" if save_to else ""
    return f"{body}\n\n{_RUN_TOOL}\n\n{rounds}{saved}"
