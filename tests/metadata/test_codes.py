import ast
from pathlib import Path

from showcard.metadata.codes import CODES, documentation

ROOT = Path(__file__).resolve().parents[2]


def used_codes():
    """The texts in the code of `metadata` that are written like a code and are passed to a function."""
    for path in (ROOT / "metadata").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                named = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if named in ("diagnose", "_say", "say", "_at", "_Refused"):
                    yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
            elif isinstance(node, ast.Assign | ast.Tuple):
                yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value in CODES)


def test_every_code_is_used_somewhere():
    assert set(CODES) <= set(used_codes())


def test_every_code_says_what_it_means_and_what_to_do():
    assert all(code.meaning.endswith(".") and code.remedy for code in CODES.values())
    assert {code.severity for code in CODES.values()} == {"error", "warning", "info"}


def test_the_page_on_codes_is_up_to_date():
    written = (ROOT / "docs" / "lint.md").read_text("utf-8")
    assert written == documentation(), "run: python -m showcard.metadata.codes > docs/lint.md"
