import struct

import pytest

from showcard.metadata.reading.gguf import GGUFError, read_gguf


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(name, kind, raw):
    return text(name) + struct.pack("<I", kind) + raw


def gguf(*pairs, version=3):
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)


WORDS = struct.pack("<IQ", 8, 3) + text("a") + text("bb") + text("ccc")
NUMBERS = struct.pack("<IQ", 6, 2) + struct.pack("<2f", 1, 2)


def test_texts_and_numbers_are_read_and_lists_skipped():
    head = gguf(
        pair("general.architecture", 8, text("llama")),
        pair("tokenizer.ggml.tokens", 9, WORDS),
        pair("tokenizer.ggml.scores", 9, NUMBERS),
        pair("llama.context_length", 4, struct.pack("<I", 4096)),
        pair("llama.rope", 6, struct.pack("<f", 0.5)),
        pair("flag", 7, b"\x01"),
        pair("tokenizer.chat_template", 8, text("{{ messages }}")),
    )
    assert read_gguf(head) == {
        "general.architecture": "llama",
        "llama.context_length": 4096,
        "llama.rope": 0.5,
        "flag": True,
        "tokenizer.chat_template": "{{ messages }}",
    }


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GGML",
        b"GGUF",
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60),
        gguf(pair("a", 13, b"")),
        gguf(pair("a", 9, struct.pack("<IQ", 8, 1 << 60))),
        gguf(pair("a", 9, struct.pack("<IQ", 9, 1) + WORDS)),
        gguf(struct.pack("<Q", 1 << 62) + b"x"),
    ],
)
def test_damaged_and_hostile_headers_are_refused(head):
    with pytest.raises(GGUFError):
        read_gguf(head)


def test_a_header_longer_than_what_was_read_gives_what_came_before():
    whole = gguf(pair("general.architecture", 8, text("bert")), pair("tokens", 9, WORDS), pair("z", 8, text("end")))
    for cut in range(60, len(whole)):
        try:
            assert read_gguf(whole[:cut])["general.architecture"] == "bert"
        except GGUFError:
            continue


def test_a_header_cut_anywhere_raises_nothing_else():
    whole = gguf(pair("a", 8, text("b")), pair("n", 9, NUMBERS), pair("t", 9, WORDS), pair("x", 11, b"\x00" * 8))
    for cut in range(len(whole)):
        try:
            read_gguf(whole[:cut])
        except GGUFError:
            continue
