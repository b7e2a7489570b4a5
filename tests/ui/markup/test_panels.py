import pytest

from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import read_model
from showcard.ui.markup.panels import head


@pytest.mark.parametrize(
    ("severities", "words"),
    [
        (["error"], ">1 error on this card<"),
        (["info"], ">1 note on this card<"),
        (["error", "error"], ">2 errors on this card<"),
        (["warning", "error", "info"], ">2 notes and 1 error on this card<"),
    ],
)
def test_each_finding_is_counted_once(severities, words):
    assert words in head(read_model("---\nlicense: mit\n---\n"), tuple(Diagnostic(s, "x", "m") for s in severities))
