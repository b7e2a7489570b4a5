"""The engines for images, tables and gaps: what they get right, what they refuse, and that they take no chances."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from huggingface_hub import InferenceClient
from PIL import Image, ImageDraw

from showcard.local.engines import fill_mask, filters, segmentation, shapes, tabular
from showcard.local.errors import Refusal

from ..conftest import ROOT

NO_TOKEN: Any = {"authorization": None}
SAMPLES = ROOT / "metadata" / "data" / "samples"


def picture(draw: Any, size: tuple[int, int] = (300, 200), paper: str = "white", kind: str = "PNG") -> bytes:
    """A picture that `draw` draws on, as a file."""
    image = Image.new("RGB", size, paper)
    draw(ImageDraw.Draw(image))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def found(data: bytes, **parameters: Any) -> list[dict[str, Any]]:
    return shapes.load().run(data, parameters)


def turned(width: float, height: float, degrees: float) -> list[tuple[float, float]]:
    angle = np.radians(degrees)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [(x + 150, y + 100) for x, y in corners @ matrix]


@pytest.mark.parametrize("degrees", range(0, 90, 15))
@pytest.mark.parametrize(("sides", "kind"), [((90, 90), "square"), ((120, 50), "rectangle")])
def test_a_rectangle_is_one_however_it_is_turned(degrees: int, sides: tuple[int, int], kind: str) -> None:
    (one,) = found(picture(lambda pen: pen.polygon(turned(*sides, degrees), fill="#2456c4")))
    assert one["label"] == f"blue {kind}"
    assert one["score"] > 0.9


def flooded(of: Any, background: int) -> set[frozenset[tuple[int, int]]]:
    """The connected areas of at least 40 pixels, each as its places, found from neighbour to neighbour."""
    left, areas = {place for place in np.ndindex(of.shape) if of[place] != background}, set()
    while left:
        todo = [left.pop()]
        area = set(todo)
        while todo:
            y, x = todo.pop()
            near = {at for at in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)) if at in left and of[at] == of[y, x]}
            left -= near
            area |= near
            todo += near
        areas |= {frozenset(area)} if len(area) >= 40 else set()
    return areas


@pytest.mark.parametrize("seed", range(12))
def test_areas_are_what_hangs_together(seed: int) -> None:
    chance = np.random.default_rng(seed)
    of = chance.integers(0, 2 + seed % 2, chance.integers(1, 60, 2))
    if seed > 5:  # pieces of three by three
        of = of.repeat(3, axis=0).repeat(3, axis=1)
    found = shapes.areas(of, 0)
    places = {frozenset((top + int(y), left + int(x)) for y, x in np.argwhere(mask)) for top, left, mask in found}
    assert places == flooded(of, 0)


def test_shapes_have_their_boxes_and_colours() -> None:
    rows = found((SAMPLES / "shapes.png").read_bytes())
    boxes = {row["label"]: tuple(row["box"].values()) for row in rows}
    assert boxes == {
        "red circle": (24, 40, 115, 131),
        "blue square": (140, 110, 221, 191),
        "green triangle": (224, 40, 305, 113),
    }


def test_boxes_are_in_the_pixels_of_a_large_picture() -> None:
    data = picture(lambda pen: pen.ellipse((800, 400, 1400, 700), fill="red"), (2400, 1200), kind="JPEG")
    (one,) = found(data)
    assert one["label"] == "red ellipse"
    assert [abs(a - b) <= 12 for a, b in zip(one["box"].values(), (800, 400, 1400, 700), strict=True)] == [True] * 4


def test_nothing_is_found_where_nothing_is() -> None:
    assert found(picture(lambda pen: None)) == []
    assert found(picture(lambda pen: pen.line([(10, 10), (290, 12)], fill="black"))) == []
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8))
    file = io.BytesIO()
    noise.save(file, "PNG")
    assert all(0.5 <= row["score"] <= 1 for row in found(file.getvalue()))


def test_a_ring_is_no_circle_and_the_threshold_counts() -> None:
    def ring(pen: Any) -> None:
        pen.ellipse((60, 20, 220, 180), fill="red")
        pen.ellipse((90, 50, 190, 150), fill="white")

    assert not any(row["label"].startswith("red") for row in found(picture(ring)))
    assert any(row["label"].startswith("red") for row in found(picture(ring), threshold=0))


@pytest.mark.parametrize("name", ["shapes.png", "house.png"])
def test_regions_cover_the_picture_once(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    rows = segmentation.load().run(data, {})
    masks = [np.asarray(Image.open(io.BytesIO(base64.b64decode(row["mask"])))) for row in rows]
    size = Image.open(io.BytesIO(data)).size
    assert all(mask.shape == size[::-1] for mask in masks)
    assert np.sum(masks, axis=0).max() == 1
    assert np.mean(masks, axis=(1, 2)).sum() > 0.95
    assert len({row["label"] for row in rows}) == len(rows) <= 6
    assert rows == segmentation.load().run(data, {})
    assert segmentation.load().run(data, {"threshold": 0.99}) == [row for row in rows if row["score"] >= 0.99]


def test_colours_are_called_by_their_names() -> None:
    def flag(pen: Any) -> None:
        for place, colour in enumerate(("#d0302c", "#f5d742", "#2f5fc4")):
            pen.rectangle((place * 100, 0, place * 100 + 99, 200), fill=colour)

    assert {row["label"] for row in segmentation.load().run(picture(flag), {})} == {"red", "yellow", "blue"}


def test_filters_follow_the_prompt_in_its_order() -> None:
    assert filters.named("A mirrored, old photo; then blurred.") == ["mirror", "sepia", "blur"]
    assert filters.named("ROTATE it and make it grey") == ["rotate", "black and white"]
    data = picture(lambda pen: pen.rectangle((0, 0, 50, 200), fill="red"))
    pixels = Image.open(io.BytesIO(filters.load().run(data, {"prompt": "mirror it"})))
    assert (pixels.getpixel((299, 0)), pixels.getpixel((0, 0))) == ((255, 0, 0), (255, 255, 255))
    small = filters.load().run(data, {"prompt": "negative", "target_size": {"width": 30, "height": 40}})
    assert Image.open(io.BytesIO(small)).size == (30, 40)


@pytest.mark.parametrize("name", filters.FILTERS)
def test_each_filter_knows_its_own_name_and_changes_the_picture(name: str) -> None:
    assert filters.named(name) == [name]
    data = (SAMPLES / "house.png").read_bytes()
    changed = Image.open(io.BytesIO(filters.load().run(data, {"prompt": name})))
    assert changed.convert("RGB").tobytes() != Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    tiny = picture(lambda pen: None, (1, 1))
    assert Image.open(io.BytesIO(filters.load().run(tiny, {"prompt": name}))).mode == "RGB"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"prompt": "add a cat"}, "It knows: black and white, sepia"),
        ({}, '"prompt" must be a string'),
        ({"prompt": "blur", "target_size": 3}, '"target_size" must be an object'),
        ({"prompt": "blur", "target_size": {"width": 1e9, "height": 2}}, '"target_size" must be an object'),
    ],
)
def test_filters_refuse_with_a_sentence(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        filters.load().run(picture(lambda pen: None), parameters)


IRIS = {
    "sepal length": [5.1, "7.0"],
    "sepal_width": [3.5, 3.2],
    "PetalLengthCm": [1.4, 4.7],
    "petal width (cm)": [0.2, 1.4],
}


def test_irises() -> None:
    assert tabular.load("species").run({"data": IRIS}, {}) == ["setosa", "versicolor"]
    assert tabular.load("petal width").run({"table": IRIS}, {}) == pytest.approx([0.2, 1.4], abs=0.15)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "lacks sepal length, sepal width"),
        ([1], "must be an object of columns"),
        ({**IRIS, "sepal length": [5.1]}, "equally long"),
        ({**IRIS, "sepal length": ["x", 1]}, 'holds "x", which is no number'),
        ({**IRIS, "sepal length": [None, 1]}, "holds null"),
        ({**IRIS, "sepal length": ["nan", 1]}, "which is no number"),
        ({**IRIS, "sepal length": []}, "must be a list of 1 to"),
        ({**IRIS, "sepal length": "51"}, "must be a list of 1 to"),
    ],
)
def test_tables_that_can_not_be_read(table: Any, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        tabular.load("species").run({"data": table}, {})


def test_a_gap_is_filled_by_what_stands_on_both_sides() -> None:
    fill = fill_mask.load().run
    rows = fill("Temperature says how much [MASK] decides.", {})
    assert rows[0]["token_str"] == "chance"
    assert rows[0]["sequence"] == "Temperature says how much chance decides."
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert rows == fill("Temperature says how much <mask> decides.", {})
    (one,) = fill("Temperature says how much [MASK] decides.", {"targets": ["lake"], "top_k": 1})
    assert (one["token_str"], one["score"]) == ("lake", 1.0)
    assert len(fill("[MASK] upon a time there was a fox.", {"top_k": 3})) == 3


@pytest.mark.parametrize(
    ("text", "parameters", "sentence"),
    [
        ("no gap", {}, "must hold one"),
        ("[MASK] [MASK]", {}, "but it holds 2"),
        ("a [MASK]", {"targets": ["xylophone"]}, "is a word of this model"),
        ("a [MASK]", {"targets": 3}, "is a word of this model"),
    ],
)
def test_gaps_that_can_not_be_filled(text: str, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        fill_mask.load().run(text, parameters)


def test_through_the_hubs_client(engine_url: str) -> None:
    def client(name: str) -> InferenceClient:
        return InferenceClient(model=f"{engine_url}/models/showcard/{name}", headers=NO_TOKEN)

    data = (SAMPLES / "shapes.png").read_bytes()
    assert len(client("shapes").object_detection(data)) == 3
    assert len(client("shapes").object_detection(data, threshold=1.0)) <= 3
    regions = client("colour-regions").image_segmentation(data)
    assert regions[0].mask.size == (320, 240)  # type: ignore[attr-defined]
    assert client("filters").image_to_image(data, prompt="sepia").size == (320, 240)
    assert client("iris-species").tabular_classification(IRIS) == ["setosa", "versicolor"]
    assert client("fill-mask").fill_mask("how much [MASK] decides", top_k=2, targets=["chance", "lake"])[0].score > 0.5
