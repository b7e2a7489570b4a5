import pytest

from showcard.metadata.near import closest, distance


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("a", "", 1), ("text", "text", 0), ("txet", "text", 1), ("outputs", "output", 1), ("abc", "xyz", 3)],
)
def test_distance_counts_slips(one, other, slips):
    assert distance(one, other) == distance(other, one) == slips


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("licence", ["license", "language"], "license"),
        ("Text_Clasification", ["text_classification"], "text_classification"),
        ("author", ["license", "tags"], None),
        ("x", ["text"], None),
        ("", ["a"], "a"),
        ("a" * 10_000, ["a" * 99], "a" * 99),
    ],
)
def test_a_few_slips_are_forgiven(word, known, meant):
    assert closest(word, known) == meant
