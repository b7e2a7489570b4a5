"""The rules of lint on the other keys of a card: license, language, base model, evaluation results and more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import Model
from showcard.metadata.near import closest
from showcard.metadata.reading.card import KNOWN_KEYS
from showcard.metadata.reading.yaml12 import KeyPath
from showcard.metadata.tasks.case import table

_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9_][\w.-]{0,95})?")
_MEANT = {
    "pipeline": "pipeline_tag", "pipeline_type": "pipeline_tag", "pipeline-tag": "pipeline_tag", "task": "pipeline_tag",
    "licence": "license", "lang": "language", "languages": "language", "library": "library_name",
    "dataset": "datasets", "tag": "tags", "metric": "metrics", "model_index": "model-index", "basemodel": "base_model",
}  # fmt: skip
_MOST = 5  # findings of one kind that are worth printing
_LONGEST = 1_000  # items of a list that are looked at


@cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(table("identifiers")[kind])


def _at(model: Model, code: str, message: str, path: KeyPath, fix: str) -> Diagnostic:
    mark = model.card.marks.at(path)
    return diagnose(code, message, mark.line, mark.column, fix=fix)


def _each(value: Any, key: str) -> Iterator[tuple[KeyPath, Any]]:
    """A value, or each item of a list, with its place; of a very long list the first ones."""
    if isinstance(value, list):
        yield from (((key, index), item) for index, item in enumerate(value[:_LONGEST]))
    else:
        yield (key,), value


def keys(model: Model) -> Iterator[Diagnostic]:
    """Keys that are close to a known one."""
    data = model.card.data
    for key in islice((key for key in data if key not in KNOWN_KEYS and key != "widgets"), _LONGEST // 10):
        meant = _MEANT.get(key.lower()) or closest(key, KNOWN_KEYS)
        if meant and meant not in data:
            mark = model.card.marks.key((key,))
            fix = f"Did you mean “{meant}”?"
            yield diagnose("key-misspelt", f"“{key[:60]}” is no key the Hub knows.", mark.line, mark.column, fix=fix)


def tags(model: Model) -> Iterator[Diagnostic]:
    """`tags` is a list of texts."""
    value = model.card.data.get("tags")
    if value is None:
        return
    if not isinstance(value, list):
        yield _at(model, "tags-shape", "“tags” has to be a list.", ("tags",), "Write one “- tag” a line.")
        return
    odd = [index for index, tag in enumerate(value) if not isinstance(tag, str) or not tag.strip()]
    for index in odd[:_MOST]:
        yield _at(
            model, "tags-shape", f"Tag {index + 1} is not a text.", ("tags", index), "Put it in quotes, or remove it."
        )


def license_(model: Model) -> Iterator[Diagnostic]:
    """`license` is an identifier, and `other` is explained."""
    data = model.card.data
    for path, name in islice(_each(data.get("license"), "license"), _MOST):
        if name is None:
            continue
        if not isinstance(name, str) or name not in _names("licenses"):
            close = closest(str(name), _names("licenses"))
            fix = f"Did you mean “{close}”?" if close else "Use “other” with license_name and license_link."
            yield _at(model, "license-unknown", f"“{str(name)[:60]}” is no license identifier of the Hub.", path, fix)
        elif name == "other" and not (data.get("license_name") and data.get("license_link")):
            missing = " and ".join(key for key in ("license_name", "license_link") if not data.get(key))
            yield _at(model, "license-name-missing", f"“license: other” needs {missing}.", path, f"Add {missing}.")


def license_name(model: Model) -> Iterator[Diagnostic]:
    """`license_name` belongs to `license: other`."""
    if model.card.data.get("license_name") and model.card.data.get("license") not in ("other", None):
        message = "“license_name” counts only with “license: other”."
        yield _at(model, "license-name-unused", message, ("license_name",), "Remove it, or write “license: other”.")


def language(model: Model) -> Iterator[Diagnostic]:
    """`language` holds ISO 639 codes."""
    value = model.card.data.get("language", ...)
    if value is ...:
        return
    found = 0
    for path, code in _each(value, "language"):
        if isinstance(code, str) and (code in _names("languages") or code in _names("others")):
            continue
        if isinstance(code, str) and re.fullmatch(r"[a-z]{3}", code):
            continue
        found += 1
        if found <= _MOST:
            text = str(code).strip() if code is not None else ""
            message = f"“{text[:40]}” is no language code." if text else "“language” has an empty value."
            yield _at(model, "language-code", message, path, _language_fix(text))


def _language_fix(text: str) -> str:
    known = table("identifiers")["names"].get(text.lower())
    base = re.split(r"[-_]", text)[0].lower()
    known = known or (base if base in _names("languages") and base != text else None)
    if "," in text or (text.islower() and all(part in _names("languages") for part in text.split("-"))):
        return "Write one “- code” a line."
    return f"Write “{known}”." if known else "Write an ISO 639 code such as “en”, or “multilingual”."


def base_model(model: Model) -> Iterator[Diagnostic]:
    """`base_model` holds ids of repos."""
    for path, name in islice(_each(model.card.data.get("base_model"), "base_model"), 20 * _MOST):
        if name is not None and not (isinstance(name, str) and _REPO_ID.fullmatch(name)):
            said = f"“{str(name)[:60]}” is no id of a repo."
            yield _at(model, "base-model-shape", said, path, "Write it as “org/name”.")


def datasets(model: Model) -> Iterator[Diagnostic]:
    """`datasets` holds ids of datasets."""
    value = model.card.data.get("datasets")
    if value is None:
        return
    named = [(path, name) for path, name in _each(value, "datasets") if not _is_id(name)]
    for path, name in named[:_MOST]:
        said = f"“{str(name)[:60]}” is no id of a dataset." if name is not None else "A dataset is empty."
        yield _at(model, "datasets-shape", said, path, "Write its id, or describe it in the text below.")


def _is_id(name: Any) -> bool:
    return isinstance(name, str) and _REPO_ID.fullmatch(name.strip()) is not None


def library(model: Model) -> Iterator[Diagnostic]:
    """`library_name` is not a slip of a known name."""
    name = model.card.data.get("library_name")
    if not isinstance(name, str) or name in table("libraries")["names"]:
        return
    close = closest(name.replace(" ", "-"), frozenset(table("libraries")["names"]))
    if close:
        said = f"“{name[:60]}” is no library the Hub knows."
        yield _at(model, "library-misspelt", said, ("library_name",), f"Did you mean “{close}”?")


def model_index(model: Model) -> Iterator[Diagnostic]:
    """`model-index` has what evaluation results need."""
    value = model.card.data.get("model-index")
    if value is None:
        return
    lacking = _lacking(value)
    for _, (path, what) in zip(range(_MOST), lacking, strict=False):
        yield _at(
            model,
            "model-index-shape",
            f"“model-index”: {what}.",
            ("model-index", *path),
            "Add it, or remove the entry.",
        )


def _lacking(value: Any) -> Iterator[tuple[KeyPath, str]]:
    if not isinstance(value, list):
        yield (), "it has to be a list"
        return
    for number, entry in enumerate(value):
        if not isinstance(entry, dict):
            yield (number,), "an entry is no mapping"
            continue
        if not isinstance(entry.get("name"), str):
            yield (number,), "an entry has no “name”"
        results = entry.get("results")
        if not isinstance(results, list):
            yield (number,), "an entry has no list of “results”"
            continue
        for index, result in enumerate(results):
            yield from _lacking_of_result(result, (number, "results", index))


def _lacking_of_result(result: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if not isinstance(result, dict):
        yield path, "a result is no mapping"
        return
    task, dataset, metrics = result.get("task"), result.get("dataset"), result.get("metrics")
    if not isinstance(task, dict) or not task.get("type"):
        yield path, "a result has no “task.type”"
    for key in ("type", "name"):
        if not isinstance(dataset, dict) or not dataset.get(key):
            yield path, f"a result has no “dataset.{key}”"
    if not isinstance(metrics, list):
        yield path, "a result has no list of “metrics”"
        return
    for index, metric in enumerate(metrics):
        for key in ("type", "value"):
            if not isinstance(metric, dict) or metric.get(key) is None:
                yield (*path, "metrics", index), f"a metric has no “{key}”"


METADATA_RULES: dict[str, Callable[[Model], Iterator[Diagnostic]]] = {
    "tags": tags,
    "license": license_,
    "license_name": license_name,
    "language": language,
    "base_model": base_model,
    "datasets": datasets,
    "library_name": library,
    "model-index": model_index,
}


def metadata_keys(model: Model) -> Iterator[Diagnostic]:
    """The rule of each key that the card has, and the keys that no rule knows."""
    for key in model.card.data:
        rule = METADATA_RULES.get(key)
        if rule is not None:
            yield from rule(model)
    yield from keys(model)
