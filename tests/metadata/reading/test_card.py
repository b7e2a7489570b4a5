import pytest

from showcard.metadata.reading.card import decode, parse_card


def codes(card):
    return [d.code for d in card.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        "---\nlicense: mit\n---\nbody",
        "\n\n  \n---\nlicense: mit\n---\nbody",
        "---\r\nlicense: mit\r\n---\r\nbody",
        "---\r\r\nlicense: mit\r\r\n---\r\r\nbody",
        "---\rlicense: mit\r---\rbody",
        "\ufeff---\nlicense: mit\n---\nbody",
        "---\nlicense: mit\n---  \t\nbody",
        "---\n---\nlicense: mit\n---\nbody",
        "---\n# a comment\nlicense: mit\n---\nbody",
        "---\n\nlicense: mit\n\n---\nbody",
    ],
)
def test_front_matter_is_read_as_the_hub_reads_it(text):
    card = parse_card(text)
    assert (dict(card.data), card.body, codes(card)) == ({"license": "mit"}, "body", [])
    assert card.text == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ---\nlicense: mit\n---\nbody", "front-matter-fence"),
        ("----\nlicense: mit\n----\nbody", "front-matter-fence"),
        ("--- \nlicense: mit\n---\nbody", "front-matter-fence"),
        ("—\nlicense: mit\n—\n", "front-matter-fence"),
        ("---\nlicense: mit\nbody", "front-matter-unclosed"),
        ("---\nlicense: mit\n----\nbody", "front-matter-unclosed"),
        ("---", "front-matter-missing"),
        ("", "front-matter-missing"),
        ("just text\n", "front-matter-missing"),
        ("# Title\n\n---\n\nSome prose: with a colon\n\n---\nmore", "front-matter-missing"),
        ("# Title\n---\nnote: this is prose\n---\n", "front-matter-missing"),
        ("---\n---\nbody", "front-matter-empty"),
        ("---\n\n---\nbody", "front-matter-empty"),
        ("---\n# only a comment\n---\nbody", "front-matter-empty"),
        ("---\n{}\n---\nbody", "front-matter-empty"),
        ("---\n# a template's comment\n{}\n---\nbody", "front-matter-empty"),
        ("---\n[]\n---\nbody", "front-matter-shape"),
        ("---\n- a\n- b\n---\nbody", "front-matter-shape"),
        ("---\nonly a text\n---\nbody", "front-matter-shape"),
    ],
)
def test_what_is_no_metadata_says_what_to_do(text, code):
    card = parse_card(text)
    assert (dict(card.data), codes(card)) == ({}, [code])
    assert card.diagnostics[0].fix


def test_a_missing_space_is_named():
    card = parse_card("---\ntags:text-classification\n---\n")
    assert [(d.code, d.fix) for d in card.diagnostics] == [("front-matter-shape", "Write a space after the colon.")]


def test_text_above_the_fence_is_kept_in_the_body_and_warned_about():
    card = parse_card("# A model\n\n---\nlicense: mit\n---\nbody")
    assert (dict(card.data), card.body) == ({"license": "mit"}, "# A model\n\nbody")
    assert [(d.code, d.severity, d.line) for d in card.diagnostics] == [("front-matter-late", "warning", 3)]


def test_of_several_fences_below_text_the_last_one_opens():
    card = parse_card("# A model\n---\n---\n\nlicense: mit\n---\nbody")
    assert (dict(card.data), codes(card)) == ({"license": "mit"}, ["front-matter-late"])


def test_a_byte_order_mark_inside_a_text_is_kept():
    card = parse_card("---\na: x\ufeffy\n---\n")
    assert (card.data, codes(card)) == ({"a": "x\ufeffy"}, [])


def test_pasted_metadata_needs_no_fence():
    card = parse_card("pipeline_tag: fill-mask\nwidget:\n- text: a\n")
    assert card.data["widget"] == [{"text": "a"}]
    assert codes(card) == ["front-matter-bare"]
    assert card.marks.at(("widget", 0)).line == 3


def test_the_last_line_of_a_block_text_keeps_its_end():
    assert parse_card("---\ntext: |\n  a\n---\n").data["text"] == "a\n"


def test_dashes_inside_a_value_do_not_close_the_block():
    card = parse_card("---\na: x --- y\nb: '---'\nc: ---x\n---\nbody")
    assert card.data == {"a": "x --- y", "b": "---", "c": "---x"}


def test_lines_and_columns_are_those_of_the_file():
    card = parse_card("\n\n---\ntags:\n- a\n-  b\n---\n")
    mark = card.marks.at(("tags", 1))
    assert (mark.line, mark.column) == (6, 4)


def test_broken_yaml_still_has_a_body():
    card = parse_card("---\na: b: c\nlicense: mit\n---\n# Title\n")
    assert (dict(card.data), card.body) == ({"license": "mit"}, "# Title\n")
    assert [(d.code, d.line, d.column) for d in card.diagnostics] == [("yaml-syntax", 2, 5)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfa", "a"),
        ("é".encode("utf-16"), "é"),
        (b"\xff", "\ufffd"),
        (b"caf\xe9", "caf\ufffd"),
        (b"", ""),
    ],
)
def test_bytes_of_any_encoding_become_text(raw, text):
    assert decode(raw) == text


def test_bytes_are_read_as_well():
    assert parse_card(b"\xef\xbb\xbf---\r\nlicense: mit\r\n---\r\n").data == {"license": "mit"}


FRENCH = "---\r\npipeline_tag: question-answering\r\nwidget:\r\n- text: Où est né Pierre ?\r\n---\r\nbody\r\n"


@pytest.mark.parametrize(
    ("encoding", "place", "said"),
    [
        ("latin-1", (4, 10), "the byte F9 (“ù” in Latin-1) on line 4"),
        ("cp1252", (4, 10), "the byte F9 (“ù” in Latin-1) on line 4"),
        ("utf-16", (1, 1), "UTF-16, not UTF-8"),
    ],
)
def test_a_card_that_is_not_utf_8_is_read_and_said_to_be_none(encoding, place, said):
    card = parse_card(FRENCH.encode(encoding))
    [found] = card.diagnostics
    assert (found.code, found.severity, (found.line, found.column)) == ("encoding", "error", place)
    assert said in found.message
    assert found.fix == "Save the file as UTF-8."
    assert card.data["pipeline_tag"] == "question-answering"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_card_in_utf_8_has_no_word_on_its_encoding(encoding):
    assert codes(parse_card((FRENCH + "a \ufffd of its own").encode(encoding))) == []
