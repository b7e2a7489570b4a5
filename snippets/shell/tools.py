"""The tool loop in a shell, with jq: the model asks for functions, reads what they give back, and answers."""

from __future__ import annotations

from showcard.snippets.literals import shell_word
from showcard.snippets.tool_loop import ROUNDS, STILL_CALLS

from .answers import ANSWER_FILE

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
  jq -e '{calls} | length > 0' {answer} > /dev/null || break
  jq --slurpfile answer {answer} '.{said} += {heard}{forced}' {request} > next.json
  for number in $(jq '{calls} | keys[]' {answer}); do
    call="{called}[$number]"
    result=$(run_tool "$(jq -r "$call{name}" {answer})" "$(jq -r "$call{arguments}" {answer})")
    jq --arg id "$(jq -r "$call{identity}" {answer})" --arg content "$result" \\
      '.{said} += [{result}]' next.json > {request}
    cp {request} next.json
  done
done
if jq -e '{calls} | length > 0' {answer} > /dev/null; then
  echo '{still_calls}' >&2
  false
else
  jq -er '{text}' {answer}
fi"""
_CALLS = '[.output[] | select(.type == "function_call")]'
_CHAT = {
    "said": "messages",
    "heard": "[$answer[0].choices[0].message]",
    "calls": ".choices[0].message.tool_calls",
    "called": ".choices[0].message.tool_calls",
    "name": ".function.name",
    "arguments": ".function.arguments",
    "identity": ".id",
    "result": '{role: "tool", tool_call_id: $id, content: $content}',
    "text": ".choices[0].message.content",
}
_RESPONSES = {
    "said": "input",
    "heard": "$answer[0].output",
    "calls": _CALLS,
    "called": _CALLS.replace('"', '\\"'),
    "name": ".name",
    "arguments": ".arguments",
    "identity": ".call_id",
    "result": '{type: "function_call_output", call_id: $id, output: $content}',
    "text": '[.output[].content[]? | select(.type == "output_text").text] | join("")',
}


def loop(body: str, ask: list[str], forced: bool, responds: bool, save_to: str | None) -> str:
    """The script: `body` writes the request's file, `ask` are the words of curl that send it."""
    asked = " \\\n    ".join([*ask, f"--data-binary @{REQUEST_FILE}", f"--output {ANSWER_FILE}"])
    rounds = _ROUNDS.format(
        rounds=" ".join(str(number) for number in range(1, ROUNDS + 1)),
        ask=asked,
        answer=ANSWER_FILE,
        request=REQUEST_FILE,
        still_calls=STILL_CALLS,
        **(_RESPONSES if responds else _CHAT),
        forced=' | .tool_choice = "auto"' if forced else "",
    )
    saved = f" > {shell_word(save_to)}" if save_to else ""
    return f"{body}\n\n{_RUN_TOOL}\n\n{rounds}{saved}"
