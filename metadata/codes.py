"""Every code of a diagnostic: how severe it is, what it means, what to do. `docs/lint.md` is made from this."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from showcard.metadata.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class DiagnosticCode:
    """One kind of finding: the Hub refuses an error, a warning loses something, an info helps."""

    severity: Severity
    meaning: str
    remedy: str


CODES: dict[str, DiagnosticCode] = {
    "card-missing": DiagnosticCode(
        "warning",
        "A folder has no README.md, or something in its place that is no file, or a link out of it.",
        "Write the card as README.md.",
    ),
    # front matter
    "encoding": DiagnosticCode(
        "error",
        "The file is not UTF-8: the Hub garbles its text, or finds no metadata in it.",
        "Save the file as UTF-8; an editor calls that its encoding.",
    ),
    "front-matter-missing": DiagnosticCode(
        "warning",
        "The card has no metadata block.",
        "Begin the file with a line `---`, `key: value` lines, and another line `---`.",
    ),
    "front-matter-empty": DiagnosticCode(
        "warning", "The metadata block holds nothing.", "Add at least `pipeline_tag`, `license` and `language`."
    ),
    "front-matter-unclosed": DiagnosticCode(
        "error",
        "The block is opened with `---` and never closed: the Hub reads no metadata.",
        "Add a line `---` below the metadata.",
    ),
    "front-matter-fence": DiagnosticCode(
        "error",
        "The first line looks like a fence but is none: indented, or not three dashes.",
        "Write exactly `---`, at the start of the line, with nothing after it.",
    ),
    "front-matter-late": DiagnosticCode(
        "warning",
        "Text stands above the metadata block. The Hub mostly reads it, other tools do not.",
        "Move the block to the top of the file.",
    ),
    "front-matter-bare": DiagnosticCode(
        "info",
        "Metadata was given without the lines `---` around it, as when it is pasted.",
        "In a README.md, put `---` above and below it.",
    ),
    "front-matter-shape": DiagnosticCode(
        "error", "The block is a list or a text, not a mapping: the Hub reads no metadata.", "Write `key: value` lines."
    ),
    # YAML
    "yaml-syntax": DiagnosticCode(
        "error",
        "The YAML is broken. What can be saved is read; the Hub refuses the whole block.",
        "Mend the line that is shown; most often a value has to be put in quotes.",
    ),
    "yaml-tab": DiagnosticCode("error", "A tab indents a line.", "Replace it by spaces."),
    "yaml-character": DiagnosticCode(
        "error", "A control character or half a surrogate pair stands in the YAML.", "Delete the character."
    ),
    "yaml-duplicate-key": DiagnosticCode(
        "error",
        "A key is given twice; the Hub refuses that, and tools differ in which one they take.",
        "Keep one of them.",
    ),
    "yaml-tag": DiagnosticCode("warning", "A YAML tag such as `!!python/object` is not followed.", "Remove the tag."),
    "yaml-too-large": DiagnosticCode(
        "error",
        "The metadata is larger than 2 MB and is not read.",
        "Move long texts and evaluation results out of it.",
    ),
    "yaml-too-deep": DiagnosticCode(
        "error", "The metadata nests deeper than 100 levels and is not read.", "Flatten it."
    ),
    "yaml-alias-bomb": DiagnosticCode(
        "error", "Aliases (`*name`) expand to far more than the card holds, so it is not read.", "Write the values out."
    ),
    # files beside the card
    "files-unreadable": DiagnosticCode(
        "warning", "The files beside the card can't be listed.", "Check the folder's permissions."
    ),
    "file-unreadable": DiagnosticCode(
        "warning",
        "A configuration beside the card is damaged, too large or unreadable.",
        "Write it again; it has to be plain JSON, or a whole GGUF file.",
    ),
    "file-shape": DiagnosticCode(
        "warning", "A configuration beside the card holds something other than a JSON object.", "Write it as an object."
    ),
    "file-missing": DiagnosticCode(
        "error",
        "An example names a file that is not in the folder.",
        "Add the file, or name it relative to the folder.",
    ),
    "file-outside": DiagnosticCode("error", "An example names a path outside of the repo.", "Name a file of the repo."),
    "file-link": DiagnosticCode(
        "error",
        "An example names a link that leads nowhere or out of the folder; the page does not open it.",
        "Put the file itself in its place.",
    ),
    # task
    "task-shape": DiagnosticCode(
        "error",
        "`pipeline_tag` is a list or something else that is no name; the Hub reads no task from it.",
        "Write one name.",
    ),
    "task-unknown": DiagnosticCode(
        "error",
        "`pipeline_tag` names no task of the Hub, so no widget is shown.",
        "Use a name from huggingface.co/tasks.",
    ),
    "task-spelling": DiagnosticCode(
        "warning", "`pipeline_tag` is an old or other name, or written in another way.", "Write the Hub's own name."
    ),
    "task-missing": DiagnosticCode("info", "No task can be told from the card and the files.", "Add `pipeline_tag`."),
    "task-config": DiagnosticCode(
        "warning", "`pipeline_tag` says another task than the class in `config.json` does.", "Correct one of them."
    ),
    "task-tags": DiagnosticCode(
        "info",
        "A task among the tags is one that the class in `config.json` can't do.",
        "Remove the tag, or say the task with `pipeline_tag`.",
    ),
    "tag-conversational": DiagnosticCode(
        "info",
        "The tag `conversational` only counts for text-generation and image-text-to-text.",
        "Remove the tag, or correct `pipeline_tag`.",
    ),
    # examples
    "widget-key": DiagnosticCode(
        "warning", "The examples stand under a key that is not read, such as `widgets`.", "Call it `widget`."
    ),
    "widget-empty": DiagnosticCode("info", "`widget` holds nothing.", "Add examples, or remove the key."),
    "widget-long": DiagnosticCode(
        "warning", "`widget` holds more than 2,000 items; the others are not read.", "Keep those that show something."
    ),
    "example-unusable": DiagnosticCode(
        "warning",
        "An item of `widget` lacks what the task needs, so it is not among the examples.",
        "Add the input that is named, or correct its type.",
    ),
    "example-no-input": DiagnosticCode(
        "warning",
        "An item of `widget` has an output, but lacks what the task needs: only its output is shown.",
        "Add the input that is named, or correct its type.",
    ),
    "example-key": DiagnosticCode(
        "warning", "A key of an example is not read; it may be misspelt.", "Rename or remove it."
    ),
    "example-key-unused": DiagnosticCode(
        "info", "A key of an example is an input of other tasks only.", "Remove it, or check the task."
    ),
    "example-output": DiagnosticCode(
        "warning",
        "The `output` of an example does not look like an answer of the task.",
        "Write it in the task's output format.",
    ),
    "example-parameters": DiagnosticCode(
        "warning", "The `parameters` of an example are no mapping.", "Write `name: value` lines."
    ),
    "mask-missing": DiagnosticCode(
        "warning", "A fill-mask example has no mask in its text.", "Put the model's mask token into it."
    ),
    "labels-few": DiagnosticCode(
        "warning", "A zero-shot example has fewer than two labels to choose from.", "Name at least two."
    ),
    "title-duplicate": DiagnosticCode("info", "Two examples of one group have the same title.", "Give each its own."),
    "inference-shape": DiagnosticCode(
        "warning",
        "`inference` is neither true nor false, nor holds `parameters`.",
        "Write `inference: false`, or `inference:` with `parameters:` below it.",
    ),
    # other metadata
    "key-misspelt": DiagnosticCode(
        "warning", "A key of the metadata is not known, but close to one that is.", "Rename it."
    ),
    "tags-shape": DiagnosticCode("warning", "`tags` is no list of texts.", "Write one `- tag` a line."),
    "license-unknown": DiagnosticCode(
        "warning",
        "`license` is none of the identifiers that the Hub knows.",
        "Use an identifier of the Hub's list, or `other` with `license_name` and `license_link`.",
    ),
    "license-name-missing": DiagnosticCode(
        "warning", "`license: other` stands without `license_name` or `license_link`.", "Add both."
    ),
    "license-name-unused": DiagnosticCode(
        "info", "`license_name` counts only with `license: other`.", "Remove it, or write `license: other`."
    ),
    "language-code": DiagnosticCode(
        "warning",
        "`language` holds something other than ISO 639 codes; the Hub refuses regions and names.",
        "Write codes such as `en` or `yue`, or `multilingual`.",
    ),
    "base-model-shape": DiagnosticCode(
        "warning", "`base_model` is no id of a repo such as `org/name`.", "Write the id, not a path or address."
    ),
    "datasets-shape": DiagnosticCode(
        "warning", "`datasets` holds something other than ids of datasets.", "Write `- org/name` lines."
    ),
    "library-misspelt": DiagnosticCode(
        "info", "`library_name` is close to a library that the Hub knows.", "Write the known name."
    ),
    "model-index-shape": DiagnosticCode(
        "warning",
        "`model-index` lacks what the Hub needs to show evaluation results.",
        "Give `name`, and `results` with `task.type`, `dataset.type`, `dataset.name`, `metrics[].type` and `.value`.",
    ),
}


def diagnose(code: str, message: str, line: int = 0, column: int = 0, *, fix: str = "") -> Diagnostic:
    """A finding of a known kind; its severity is the table's."""
    return Diagnostic(CODES[code].severity, code, message, line, column, fix)


def documentation() -> str:
    """The page on all codes, as Markdown."""
    lines = [
        "# What lint says",
        "",
        "`python app.py lint SOURCE...` checks model cards, alone or with the files of their folder. It ends with 1",
        "when it found an error. `--format json` prints one object a line, `--format github` commands for GitHub's",
        "runners. As a hook of pre-commit it is called `showcard-lint`.",
        "",
        "This page is made from the code: `python -m showcard.metadata.codes > docs/lint.md`.",
        "",
        "| code | severity | meaning | what to do |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{name}` | {code.severity} | {code.meaning} | {code.remedy} |" for name, code in CODES.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(documentation())
