"""Boxes, masks, images, sounds, videos and 3D objects."""

from __future__ import annotations

import base64
import io
import re
import struct
from math import inf, nan
from time import perf_counter

import numpy as np
import pytest
import soundfile
from PIL import Image as Pillow

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Audio, Box, Boxes, Clip, Image, Mask, Masks, Mesh, Output, Video
from showcard.widgets.views import Context, gallery, render
from showcard.widgets.views.geometry import UnreadableMesh, read
from tests.support.view_cards import torus, triangle


def picture(width: int = 200, height: int = 100, mode: str = "RGB", colour: object = 0, **options: object) -> Media:
    file = io.BytesIO()
    Pillow.new(mode, (width, height), colour).save(file, "PNG", **options)  # type: ignore[arg-type]
    return Media.from_bytes(file.getvalue())


FAR = Media(source="https://far.example/x.png", media_type="image/png", name="x.png")


def shown(output: Output, **inputs: object) -> str:
    return render(output, Context(inputs, lambda media: "/media/x"))


# -- boxes -------------------------------------------------------------------------------------------------------------


def rectangles(html: str) -> list[tuple[float, ...]]:
    found = re.findall(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"/>', html)
    return [tuple(map(float, numbers)) for numbers in found[::2]]


def test_boxes_are_drawn_in_pixels_small_ones_on_top() -> None:
    items = (Box("cat", 0.9, 10.5, 20.25, 30, 40), Box("dog", 0.8, 0, 0, 100, 90))
    html = shown(Boxes(items), image=picture())
    assert 'viewBox="0 0 200 100"' in html
    assert rectangles(html) == [(0, 0, 100, 90), (10.5, 20.25, 19.5, 19.75)]
    assert "cat 0.900" in html


def test_shares_of_the_image_are_recognised() -> None:
    html = shown(Boxes((Box("cat", 0.9, 0.1, 0.2, 0.6, 1.0),)), image=picture())
    assert rectangles(html) == [(20, 20, 100, 80)]
    assert "shares of the image" in html
    assert rectangles(shown(Boxes((Box("cat", 0.9, 0, 0, 2, 1),)), image=picture())) == [(0, 0, 2, 1)]


def test_odd_boxes_are_told() -> None:
    items = (
        Box("out", 0.9, 300, 0, 320, 50),
        Box("part", 0.9, -10, -10, 50, 500),
        Box("nan", 0.9, nan, 0, inf, 1),
        Box("turned", 0.9, 60, 70, 20, 30),
    )
    html = shown(Boxes(items), image=picture())
    assert "1 box outside the image" in html
    assert "1 box without a place" in html
    assert (20, 30, 40, 40) in rectangles(html)
    assert html.count("<li") == 4
    assert "nan" not in "".join(re.findall(r"<svg.*?</svg>", html))


@pytest.mark.parametrize("image", [None, FAR, Media(data=b"broken", media_type="image/png")])
def test_boxes_without_their_image_are_drawn_to_scale(image: Media | None) -> None:
    html = shown(Boxes((Box("cat", 0.9, 10, 20, 30, 40),)), image=image)
    assert rectangles(html) == [(10, 20, 20, 20)]
    assert ("Load this image from far.example" in html) == (image is FAR)
    assert ("drawn to scale" in html) == (image is not FAR)
    assert "<img" not in html


def test_the_threshold_and_the_pairs() -> None:
    items = tuple(Box(f"l{n}", n / 200, n, n, n + 5, n + 5) for n in range(200))
    started = perf_counter()
    html = shown(Boxes(items), image=picture())
    assert perf_counter() - started < 0.3
    assert 'type="range" class="least" min="0" max="1"' in html
    assert "200 of 200 boxes shown" in html
    assert html.count("data-score=") == 200
    assert set(re.findall(r'<g class="box"[^>]*data-pair="(\d+)"', html)) == {str(n) for n in range(200)}
    assert 'type="range"' not in shown(Boxes(items[:1]), image=picture())


def test_a_turned_photo_has_the_size_that_is_seen() -> None:
    file, exif = io.BytesIO(), Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (200, 100)).save(file, "JPEG", exif=exif)
    html = shown(Boxes((Box("cat", 0.9, 10, 20, 30, 40),)), image=Media.from_bytes(file.getvalue()))
    assert 'viewBox="0 0 100 200"' in html


# -- masks -------------------------------------------------------------------------------------------------------------


def test_masks_lie_over_the_image() -> None:
    half = picture(50, 25, "L")
    html = shown(Masks((Mask("sky", 0.9, half), Mask("road", None, half))), image=picture())
    assert html.count('class="mask"') == 2
    assert html.count("mask-mode:luminance") == 2
    assert 'aria-label="Show sky"' in html
    assert 'class="opacity"' in html
    assert "stretched" not in html
    assert "stretched" in shown(Masks((Mask("sky", 0.9, picture(50, 50, "L")),)), image=picture())


def test_a_mask_in_its_transparency_is_read_there() -> None:
    clear = Pillow.new("RGBA", (20, 10), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 10, 10))
    file = io.BytesIO()
    clear.save(file, "PNG")
    html = shown(Masks((Mask("sky", 0.9, Media.from_bytes(file.getvalue())),)), image=picture())
    assert "mask-mode:alpha" in html
    opaque = picture(20, 10, "RGBA", (255, 255, 255, 255))
    assert "mask-mode:luminance" in shown(Masks((Mask("sky", 0.9, opaque),)), image=picture())


def test_masks_elsewhere_or_missing_are_not_loaded() -> None:
    html = shown(Masks((Mask("sky", 0.9, FAR), Mask("road", 0.9, Media(data=b"")), Mask("x", 0.1, picture()))))
    assert html.count('class="mask"') == 1
    assert "Load this image from far.example" in html
    assert "no mask came back" in html


# -- images and videos -------------------------------------------------------------------------------------------------


def test_an_image_has_its_facts_and_opens_full_size() -> None:
    html = shown(Image(picture()), text="A <b> house")
    assert "200 × 100" in html
    assert 'alt="A &lt;b&gt; house"' in html
    assert 'target="_blank" rel="noopener"' in html
    assert " download=" in html
    assert "not an image that opens" in shown(Image(Media(data=b"x", media_type="image/png")))


def test_what_is_elsewhere_waits_until_it_is_asked_for() -> None:
    html = shown(Image(FAR))
    assert "<img" not in html
    assert "Load this image from far.example" in html
    for output in (Video(FAR), Audio((Clip(FAR),))):
        html = shown(output)
        assert 'preload="none"' in html
        assert "Loads from far.example when it is played" in html


def test_a_gallery_shows_each_with_its_text() -> None:
    html = gallery([(picture(), "one"), (FAR, "two")], Context({}, lambda media: "/media/x"))
    assert html.count("<li>") == 2
    assert html.count("<img") == 1
    assert "No images" in gallery([], Context({}, lambda media: "/media/x"))


def test_a_video_among_images_plays() -> None:
    html = shown(Image(Media(data=b"1234", media_type="video/mp4", name="a.mp4")))
    assert "<video" in html
    assert 'download="a.mp4"' in html


# -- sounds ------------------------------------------------------------------------------------------------------------


def sound(seconds: float, form: str = "WAV", channels: int = 1) -> Media:
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(int(8000 * seconds)) / 9)[:, None].repeat(channels, 1), 8000, format=form)
    return Media.from_bytes(file.getvalue())


@pytest.mark.parametrize(("form", "drawn"), [("WAV", True), ("FLAC", True), ("OGG", False)])
def test_a_sound_is_drawn_from_its_bytes(form: str, drawn: bool) -> None:
    html = shown(Audio((Clip(sound(2, form, 2)),)))
    assert ('class="wave"' in html) == drawn
    assert "2.0 s · 8,000 Hz · 2 channels" in html
    assert "<audio" in html


def test_a_long_sound_costs_no_more() -> None:
    long = sound(600)
    started = perf_counter()
    html = shown(Audio((Clip(long, "voice"), Clip(Media(data=b"RIFF broken WAVE", media_type="audio/wav")))))
    assert perf_counter() - started < 0.5
    assert "10:00" in html
    assert "voice" in html
    assert "Sound 2" in html


# -- 3D ----------------------------------------------------------------------------------------------------------------


def test_a_ring_is_drawn_as_edges() -> None:
    media = Media(data=torus(), media_type="model/obj", name="ring.obj")
    html = shown(Mesh(media))
    assert "392 points · 784 triangles" in html
    assert html.count("<path class=") == 2
    points = re.search(r'data-points="([^"]*)"', html)
    edges = re.search(r'data-edges="([^"]*)"', html)
    assert points
    assert edges
    numbers = np.frombuffer(base64.b64decode(edges[1]), "<u2")
    assert len(numbers) == 2 * 3 * 392
    assert numbers.max() < len(base64.b64decode(points[1])) // 6
    assert "arrow keys" in html


def test_binary_gltf_is_read_with_where_its_nodes_stand() -> None:
    found = read(Media(data=triangle()))
    assert found.points.tolist() == [[1, 2, 3], [2, 2, 3], [1, 3, 3]]
    assert found.faces.tolist() == [[0, 1, 2]]


def test_binary_stl_is_read() -> None:
    corners = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)
    found = read(Media(data=b"\0" * 80 + struct.pack("<I", 2) + corners * 2, name="x.stl"))
    assert len(found.points) == 3
    assert len(found.faces) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"glTF",
        triangle()[:60],
        triangle()[:-20],
        triangle().replace(b'"count": 3', b'"count": 9'),
        triangle().replace(b"5126", b"9999"),
        b"v 1 2\nf 1 2 3",
        b"v nan 1 2\nv 1 2 3\nf 1 2 2",
        b"f 1 2 3",
        b"\x00\x01 anything",
        b"v 1 2 3\nf a b c",
    ],
)
def test_a_broken_file_is_a_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableMesh):
        read(Media(data=data))
    html = shown(Mesh(Media(data=data, name="x.glb")))
    assert "drawn here" in html or "draw" in html
    assert "Download" in html


def test_a_large_object_is_thinned() -> None:
    media = Media(data=torus(200, 100), media_type="model/obj")
    started = perf_counter()
    html = shown(Mesh(media))
    assert perf_counter() - started < 2.0
    assert len(html) < 400_000
    assert "Some of the edges are drawn." in html


def test_points_alone_are_drawn_too() -> None:
    html = shown(Mesh(Media(data=b"v 0 0 0\nv 1 1 1\nv 2 0 1\n", media_type="model/obj")))
    assert "3 points · 0 triangles" in html
    assert html.count("M") >= 3
