"""Regular expressions that read what strangers write need time in proportion to its length.

Python's `re` holds the whole process while it looks, so that one bad pattern and one bad text stop everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from tests.conftest import ROOT
from tests.support.attacks import slow
from tests.support.written_patterns import Written, written

PACKAGES = ("metadata", "wire", "inference", "snippets", "ui", "widgets", "playground", "local")
QUICK = ("wire", "inference", "ui", "playground")  # the others take ten seconds each
TO_BE_REPLACED = "runs in a worker process alone, until cmark-gfm takes its place"
# Files, or single patterns, that are not tried, and why.
PASSED_OVER = {
    "ui/markup/gfm.py": TO_BE_REPLACED,
    "wire/parameters.py: '^ {12}(\\\\w+) \\\\(.*?\\\\):\\\\s*\\\\n((?:^(?: {13,}.*| *)\\\\n)*)'": "reads docstrings of huggingface_hub",
    "metadata/reading/yaml_errors.py: k.line": "looks at 120 characters of a line",
    "ui/markup/prepared.py": "reads HTML of ours, when it is loaded",
    "ui/server/front.py": "reads the scripts of this app",
    "ui/gradio_patches/nonce.py": "reads Gradio's own template",
    "local/engines/gazetteer.py": "reads the system's table of time zones",
}


def _rules() -> Iterable[re.Pattern[str]]:
    from showcard.local.engines import eliza

    return (pattern for pattern, _ in eliza._COMPILED)


def _filters() -> Iterable[re.Pattern[str]]:
    from showcard.local.engines import filters

    return filters._COMPILED.values()


def _tokenizer() -> Iterable[re.Pattern[str]]:
    from showcard.local.engines import tiny_lm

    return [tiny_lm.load().tokenizer._pattern]


def _routes() -> Iterable[re.Pattern[str]]:
    from showcard.ui.server import routes

    return [pattern for pattern, _ in routes.Routes((), True)._open]


# Patterns that are made while the code runs, by where they stand: such as they may be.
MADE: dict[str, Callable[[], Iterable[str | re.Pattern[str]]]] = {
    "local/engines/eliza.py: pattern": _rules,
    "local/engines/filters.py: f'\\\\b(?:{words})\\\\b'": _filters,
    "local/engines/bpe.py: split['pattern']['Regex']": _tokenizer,
    "ui/server/routes.py: ''.join((kinds[part] if n % 2 else re.escape(part) for n, part in enumerate(parts)))": _routes,
    "wire/media.py: re.escape(plain) + b'(\\\\d{12})|' + re.escape(coded) + b'([\\\\w+/]{16})'": lambda: [
        r"media\-7f3a(\d{12})|bWVkaWEtN2Yz([\w+/]{16})"
    ],
    "snippets/keys.py: f'\\\\b{name}\\\\b'": lambda: [r"\bEXTRA_A_A_A_A\b"],
    "widgets/views/spans.py: '\\\\s?'.join((re.escape(part) for part in parts))": lambda: [
        r"(?i)" + r"\s?".join("aaaa"), r"(?i)" + r"\s?".join(["U", r"\.", "S", r"\."]), r"(?i)" + r"\s?".join(r"\-" for _ in range(40))
    ],
}  # fmt: skip


@cache
def found() -> list[Written]:
    return written(ROOT, PACKAGES)


def passed_over(one: Written) -> bool:
    return one.place in PASSED_OVER or one.name in PASSED_OVER


@pytest.mark.parametrize(
    "package", [pytest.param(package, marks=[pytest.mark.slow] * (package not in QUICK)) for package in PACKAGES]
)
def test_no_pattern_needs_more_than_linear_time(package: str) -> None:
    mine = [one for one in found() if one.place.startswith(f"{package}/") and one.pattern and not passed_over(one)]
    assert mine or package == "inference"
    said = {f"{one.place}:{one.line}": slow(one.pattern, one.methods) for one in mine if one.pattern}
    wrong = [f"{place}: {why}" for place, why in said.items() if why]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_no_pattern_that_is_made_while_the_code_runs_does(name: str) -> None:
    made = [re.compile(pattern) for pattern in MADE[name]()]
    assert made
    wrong = [f"{pattern.pattern}: {why}" for pattern in made if (why := slow(pattern, {"search", "match"}))]
    assert not wrong, "\n".join(wrong)


def test_every_pattern_is_seen() -> None:
    unseen = {one.name: one.line for one in found() if one.pattern is None and not passed_over(one)}
    assert unseen.keys() == MADE.keys(), unseen
    names = {name for one in found() for name in (one.place, one.name)}
    assert not PASSED_OVER.keys() - names, "no longer there"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?m)^[ \t]*\t[ \t]*$",
        r"(?ims)^[ \t]*<gallery[ \t]*>[ \t]*$(.*?)^[ \t]*</gallery[ \t]*>[ \t]*$",
        r"(?m)^((?:async )?def [^\n]*\)(?: *-> *[^\n:]+)?):?[ \t]*$(?!\n[ \t]+\S)",
        r"^ {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$",
        r"(a+)+b", r"\s+$", r"<!--.*?-->", r"\w+@", r"(?:a|ab)*c", r"<[^>]*>", rb"(a*)*b",
    ],
)  # fmt: skip
def test_a_slow_pattern_is_found_out(pattern: str | bytes) -> None:
    assert slow(re.compile(pattern)) is not None


@pytest.mark.parametrize("pattern", [r"[a-z]{3}", r"---\r*\n(?!---)", r"\w+", r"(?m)^---\n", r"<[^<>]*>", rb"[^\n]*x?"])
def test_a_linear_pattern_passes(pattern: str | bytes) -> None:
    assert slow(re.compile(pattern), {"finditer"}) is None


def test_a_pattern_is_tried_as_it_is_used() -> None:
    spaces = re.compile(r"[ ]*-")
    assert slow(spaces, {"match"}) is None
    assert slow(spaces, {"search"}) is not None
