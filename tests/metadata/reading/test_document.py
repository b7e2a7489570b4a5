import json

import pytest

from showcard.metadata.reading.document import LARGEST, read_document


def codes(document):
    return [d.code for d in document.diagnostics]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a:\t1\nb: 2\n", {"a": 1, "b": 2}),
        ("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}),
        ("a: [1,\n\t2]\n", {"a": [1, 2]}),
        ("a: {\n\tb: 1,\n\tc: 2\n\t}\n", {"a": {"b": 1, "c": 2}}),
        ("a:\n- x\t\n-\ty\n", {"a": ["x", "y"]}),
        ("a: 1\t# said\nb: 2\n", {"a": 1, "b": 2}),
        ("a: |\n  x\ty\n", {"a": "x\ty\n"}),
        ('a: "x\ty"\n', {"a": "x\ty"}),
    ],
)
def test_tabs_that_the_hub_reads_are_read(text, value):
    document = read_document(text)
    assert (document.data, codes(document)) == (value, [])


def test_a_tab_that_indents_is_read_but_named():
    document = read_document("tags:\n\t- a\n\t- b\n", first_line=2)
    assert document.data == {"tags": ["a", "b"]}
    assert [(d.code, d.line, d.column) for d in document.diagnostics] == [("yaml-tab", 3, 1)]


def test_many_tabs_do_not_exhaust_the_attempts():
    document = read_document("a: 1\n" + "\t\n" * 500 + "b: 2\n")
    assert document.data == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "kept", "line", "message"),
    [
        ("a: b: c\nd: 1\n", {"d": 1}, 1, "colon"),
        ("w:\n- text: x\n- text: y: z\n- text: v\nd: 1\n", {"w": [{"text": "x"}, {"text": "v"}], "d": 1}, 3, "colon"),
        ('w:\n- text: "open\n- text: v\nd: 1\n', {"w": [{"text": "v"}], "d": 1}, 2, "quote"),
        ("a: [1, 2\nb: 2\n", {"b": 2}, 1, "bracket"),
        ("a: @x\nb: 2\n", {"b": 2}, 1, "@"),
        ("a: *x\nb: 2\n", {"b": 2}, 1, "*"),
        ('a: "\\d"\nb: 2\n', {"b": 2}, 1, "backslash"),
        ("a:x\nb: 2\n", {"b": 2}, 1, "No space after the colon"),
        ("a: 1\nb:x\nc: 2\n", {"a": 1, "c": 2}, 2, "No space after the colon"),
        ("w:\n- a:x\n  b: 1\n- c: 2\n", {"w": [{"c": 2}]}, 2, "No space after the colon"),
        ("a: 1\nbroken\nb: 2\n", {"a": 1, "b": 2}, 2, "colon"),
        ("a:\n  b: 1\n c: 2\nd: 3\n", {"d": 3}, 3, ""),
    ],
)
def test_broken_yaml_gives_what_can_be_saved(text, kept, line, message):
    document = read_document(text)
    assert document.data == kept
    first = document.diagnostics[0]
    assert (first.code, first.severity, first.line) == ("yaml-syntax", "error", line)
    assert message in first.message
    assert text.splitlines()[line - 1].strip() in first.message
    assert first.fix


def test_text_that_is_no_yaml_at_all_gives_nothing_and_says_so():
    document = read_document("%%%%\n@@@@\n}}}}\n")
    assert not document.data
    assert "yaml-syntax" in codes(document)


def test_a_billion_laughs_are_refused():
    laughs = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n"
    for this, before in zip("bcdefghi", "abcdefgh", strict=True):
        laughs += f"{this}: &{this} [{','.join([f'*{before}'] * 9)}]\n"
    assert len(laughs) < 1024
    document = read_document(laughs)
    assert (document.data, codes(document)) == (None, ["yaml-alias-bomb"])


def test_long_texts_repeated_by_aliases_are_refused_too():
    text = f"a: &a {'x' * 50_000}\nb: [{','.join(['*a'] * 2000)}]\n"
    assert codes(read_document(text)) == ["yaml-alias-bomb"]


def test_a_document_that_holds_itself_is_refused():
    assert codes(read_document("a: &a [1, *a]\n")) == ["yaml-alias-bomb"]


def test_merges_that_double_each_time_are_refused():
    text = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40))
    assert codes(read_document(text)) == ["yaml-alias-bomb"]


def test_a_few_aliases_are_fine():
    document = read_document("a: &a {x: 1}\nb: [*a, *a]\n")
    assert (document.data["b"], codes(document)) == ([{"x": 1}, {"x": 1}], [])


def test_a_long_chain_of_aliases_is_too_deep_or_read_but_never_raises():
    text = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000))
    assert codes(read_document(text)) in (["yaml-too-deep"], ["yaml-alias-bomb"])


def test_what_is_larger_than_the_limit_is_not_parsed():
    assert codes(read_document("a: " + "[" * LARGEST)) == ["yaml-too-large"]


@pytest.mark.parametrize(
    ("bad", "name"), [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\ud800", "U+D800"), ("\ufffe", "U+FFFE")]
)
def test_characters_yaml_does_not_allow_are_replaced_and_named(bad, name):
    document = read_document(f"a: 1\nb: x{bad}y\n", first_line=2)
    assert document.data == {"a": 1, "b": "x\ufffdy"}
    assert [(d.code, d.line, d.column) for d in document.diagnostics] == [("yaml-character", 3, 5)]
    assert name in document.diagnostics[0].message


def test_line_ends_of_yaml_1_1_are_plain_characters():
    document = read_document("a: x\u2028y\u0085z\nb: '\u2029'\n")
    assert document.data == {"a": "x\u2028y\u0085z", "b": "\u2029"}
    assert document.marks.at(("b",)).line == 2


def test_a_second_document_is_left_out():
    document = read_document("a: 1\n...\nb: 2\n")
    assert document.data["a"] == 1
    assert codes(document) == ["yaml-syntax"]


def test_every_value_can_be_written_as_json():
    document = read_document("a: 2020-01-01\nb: 2020-01-01T10:00:00Z\nc: !!binary aGk=\nd: !!set {x, y}\n")
    assert json.loads(json.dumps(document.data))["a"] == "2020-01-01"
