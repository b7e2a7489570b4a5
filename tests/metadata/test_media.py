import base64

import pytest

from showcard.metadata.media import Media, decode_base64, guess_type, sniff


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.PNG", "image/png"), ("a.webp", "image/webp"), ("a.flac", "audio/flac"), ("b/c.m4a", "audio/mp4"), ("x.glb", "model/gltf-binary"),
        ("noending", None), ("a.b/c", None), ("", None), (".png", None), ("a.tar.gz", None), ("a." + "x" * 5000, None),
    ],
)  # fmt: skip
def test_the_ending_of_a_path_tells_its_type(path, kind):
    assert guess_type(path) == kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF1234WAVE", "audio/wav"), (b"RIFF1234WEBP", "image/webp"),
        (b"1234ftypmp42", "video/mp4"), (b" <svg xmlns=''>", "image/svg+xml"), (b"", None), (b"text", None),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE svg>\n<SVG>", "image/svg+xml"), (b"<!-- drawn --><svg>", "image/svg+xml"),
        (b'["<svg onload=x>"]', None), (b'{"label": "<svg>"}', None), (b"<html><body><svg>", None), (b"<?xml version='1.0'?><a>", None),
    ],
)  # fmt: skip
def test_the_first_bytes_tell_the_type(data, kind):
    assert sniff(data) == kind


def test_a_reference_is_kept_and_named():
    assert Media.from_reference("a b/c.png") == Media("a b/c.png", None, "image/png", "c.png")
    found = Media.from_reference("https://h.example/x/a.mp4?download=1#t")
    assert (found.source, found.media_type, found.name) == (
        "https://h.example/x/a.mp4?download=1#t",
        "video/mp4",
        "a.mp4",
    )


def test_a_data_address_is_decoded_at_once():
    assert Media.from_reference("data:text/plain,a%20b").data == b"a b"
    found = Media.from_reference("DATA:image/png;base64,iVBORw0KGgo=")
    assert (found.data, found.media_type, found.source) == (b"\x89PNG\r\n\x1a\n", "image/png", None)


@pytest.mark.parametrize("source", ["data:", "data:image/png;base64,%%%", "data:;base64,AAA", "http://["])
def test_an_address_that_can_not_be_read_is_refused(source):
    with pytest.raises(ValueError):
        Media.from_reference(source)


@pytest.mark.parametrize(
    "media",
    [Media("a.png", None, "image/png", "a.png"), Media(None, b"x", "audio/wav", "n"), Media(None, b"", None, None)],
)
def test_json_goes_there_and_back(media):
    assert Media.from_json(media.to_json()) == media


@pytest.mark.parametrize("value", [None, 3, [], {}, {"src": 3}, {"base64": "%"}, {"base64": "é"}])
def test_json_that_is_no_media_is_refused(value):
    with pytest.raises(ValueError):
        Media.from_json(value)


def test_types_and_names_that_are_no_texts_are_ignored():
    found = Media.from_json({"base64": "", "media_type": 5, "name": ["x"]})
    assert (found.media_type, found.name, found.kind) == (None, None, "")


def test_a_data_url_needs_bytes():
    assert (
        Media(data=b"a", media_type="text/plain").data_url()
        == f"data:text/plain;base64,{base64.b64encode(b'a').decode()}"
    )
    with pytest.raises(ValueError, match="no bytes"):
        Media("a.png").data_url()


def test_white_space_in_base64_is_ignored():
    assert decode_base64(" YQ\n== ") == b"a"
