"""The illustrated cards of pictures."""

from __future__ import annotations

from functools import partial
from typing import Any

import pictures
import solids
from illustrated import Illustrated, scores
from pictures import JOINTS, SHAPES

_HAND = "The outputs were written by hand."
_DRAWN = "The picture and the answer were drawn by the same script, so the answer is exact."
_SHAPES, _HOUSE, _SCENE = {"shapes.png": pictures.shapes}, {"house.png": pictures.house}, {"scene.png": pictures.scene}
_NIGHT = {"night.png": partial(pictures.house, night=True)}
_ALL = {**_SHAPES, **_HOUSE, **_NIGHT}
_BILLS = {
    "paint.png": pictures.bill,
    "bread.png": partial(pictures.bill, "77-A", (("Bread, 4 loaves", "14.00"), ("Butter", "3.20")), "17.20"),
}


def _boxes(*numbers: int) -> list[dict[str, Any]]:
    """What was drawn, as a detector would say it."""
    names = ("xmin", "ymin", "xmax", "ymax")
    return [{"label": SHAPES[n][0], "score": 0.99, "box": dict(zip(names, SHAPES[n][2], strict=True))} for n in numbers]


def _masks(*numbers: int) -> list[dict[str, Any]]:
    return [{"label": f"region {n + 1}", "score": 0.99, "mask": f"mask-{n + 1}.png"} for n in numbers]


def _mask_assets() -> dict[str, Any]:
    return {f"mask-{n + 1}.png": pictures.shape_mask(n) for n in range(3)}


_JOINTS = [{"label": name, "x": x, "y": y, "score": 0.99} for name, (x, y) in JOINTS.items()]

CARDS = (
    Illustrated(
        "depth-estimation", "depth-estimation", "Depth of three balls", _DRAWN,
        """
The nearer, the whiter: white is 1.5 m, black 8 m and beyond. For the brightness \\\\(b\\\\) and the distance \\\\(z\\\\) in metres

$$b = 255 \\cdot \\max\\left(0, \\frac{8 - z}{6.5}\\right)$$

| Ball | Distance |
|---|--:|
| red | 2 m |
| blue | 3 m |
| yellow | 5 m |

Models say *relative* depth more often than metres; the card of a model should say which.
""",
        [
            {"src": "scene.png", "example_title": "Three balls", "output": {"url": "depth.png"}},
            {"src": "house.png", "example_title": "A house (not done yet)"},
            {"src": "shapes.png", "example_title": "Flat shapes (not done yet)"},
        ],
        {**_SCENE, "depth.png": pictures.depth, **_HOUSE, **_SHAPES}, language="",
    ),
    Illustrated(
        "image-to-text", "image-to-text", "Captions", _HAND,
        "One sentence a picture, as a person would say it to someone who can't see it: first what it is, then where.\n",
        [
            {"src": "house.png", "example_title": "By day", "output": [{"generated_text": "A white house with a red roof on a green hill, a tree beside it."}]},
            {"src": "night.png", "example_title": "By night", "output": [{"generated_text": "A house on a hill at night; both windows are lit, the moon is up."}]},
            {"src": "shapes.png", "example_title": "Shapes", "output": [{"generated_text": "A red circle, a blue square and a green triangle on grey."}]},
        ], _ALL,
    ),
    Illustrated(
        "visual-question-answering", "visual-question-answering", "Asked of pictures", "The scores were set by hand.",
        "A question about a picture, and the answers with how sure one may be of them.\n",
        [
            {"src": "house.png", "text": "What colour is the roof?", "example_title": "A colour",
             "output": [{"answer": "red", "score": 0.97}, {"answer": "brown", "score": 0.02}, {"answer": "white", "score": 0.01}]},
            {"src": "night.png", "text": "Is anybody home?", "example_title": "A guess",
             "output": [{"answer": "yes", "score": 0.71}, {"answer": "no", "score": 0.29}]},
            {"src": "shapes.png", "text": "How many shapes are there?", "example_title": "Counting",
             "output": [{"answer": "3", "score": 0.94}, {"answer": "2", "score": 0.04}]},
        ], _ALL,
    ),
    Illustrated(
        "document-question-answering", "document-question-answering", "Read from bills", "The script that drew the bills knows what stands on them.",
        """
The page is a picture, so a model has to **read** it before it can answer:

1. find the lines (OCR)
2. find the words that answer the question
   - with their place, so that a person can check
3. say how sure it is
""",
        [
            {"src": "paint.png", "text": "What is the total?", "example_title": "The total", "output": [{"answer": "57.50", "score": 0.99}]},
            {"src": "paint.png", "text": "What is the invoice number?", "example_title": "The number", "output": [{"answer": "2041-B", "score": 0.98}]},
            {"src": "bread.png", "text": "How many loaves of bread?", "example_title": "Another bill", "output": [{"answer": "4", "score": 0.96}]},
        ], _BILLS,
    ),
    Illustrated(
        "visual-document-retrieval", "visual-document-retrieval", "Found pages", "The scores were set by hand.",
        "How well a page answers a query, from its picture alone: no text is read from it beforehand.\n",
        [
            {"src": "paint.png", "text": "Which bill is for paint?", "example_title": "This one", "output": [0.92]},
            {"src": "bread.png", "text": "Which bill is for paint?", "example_title": "Not this one", "output": [0.11]},
            {"src": "bread.png", "text": "breakfast", "example_title": "In other words", "output": [0.63]},
        ], _BILLS,
    ),
    Illustrated(
        "zero-shot-image-classification", "zero-shot-image-classification", "Pictures by name", "The scores were set by hand.",
        "The labels are typed, not trained: the model compares the picture with each of them in one space of vectors.\n",
        [
            {"src": "house.png", "candidate_labels": "a house, a ship, a cat", "example_title": "A house", "output": scores(a_house=0.98, a_ship=0.01, a_cat=0.01)},
            {"src": "night.png", "candidate_labels": "day, night", "example_title": "Day or night", "output": scores(night=0.96, day=0.04)},
            {"src": "shapes.png", "candidate_labels": "a photograph, a diagram", "example_title": "What kind", "output": scores(a_diagram=0.9, a_photograph=0.1)},
        ], _ALL,
    ),
    Illustrated(
        "zero-shot-object-detection", "zero-shot-object-detection", "Found by name", _DRAWN,
        "Name what you look for; each thing found comes with a box in pixels of the picture.\n",
        [
            {"src": "shapes.png", "candidate_labels": "red circle, blue square", "example_title": "Two of three", "output": _boxes(0, 1)},
            {"src": "shapes.png", "candidate_labels": "green triangle, yellow star", "example_title": "One of two", "output": _boxes(2)},
            {"src": "shapes.png", "candidate_labels": "yellow star, black cat", "example_title": "What is not there", "output": []},
        ], _SHAPES, language="",
    ),
    Illustrated(
        "mask-generation", "mask-generation", "Cut-outs", _DRAWN,
        "Every region of a picture, without names: a mask is white where the region is. Masks may overlap, and need not cover everything.\n",
        [
            {"src": "shapes.png", "example_title": "Three regions", "output": _masks(0, 1, 2)},
            {"src": "shapes.png", "example_title": "One region", "output": _masks(1)},
            {"src": "house.png", "example_title": "A house (not done yet)"},
        ], {**_SHAPES, **_mask_assets(), **_HOUSE}, language="",
    ),
    Illustrated(
        "keypoint-detection", "keypoint-detection", "Joints of a figure", _DRAWN,
        """
Thirteen points of a figure that waves. The Hub has no widget for key points, so they are shown as data; `x` and `y` count pixels
from the top left corner.

<details>
<summary>Which points?</summary>

- head: nose
- each side: shoulder, elbow, wrist, hip, knee, ankle

</details>
""",
        [
            {"src": "figure.png", "example_title": "All points", "output": _JOINTS},
            {"src": "figure.png", "example_title": "The hand that waves", "output": [_JOINTS[6]]},
            {"src": "house.png", "example_title": "Nobody there", "output": []},
        ], {"figure.png": pictures.figure, **_HOUSE}, language="",
    ),
    Illustrated(
        "image-feature-extraction", "image-feature-extraction", "Colour histograms", "The vectors are counted by a script: colours, not meaning.",
        """
A picture as 24 numbers: how much of it has each of eight levels of red, of green and of blue. Two pictures are alike when their
vectors are; by day and by night, the same house is *not*, which is why people train models for this.

```python
values = numpy.asarray(image).reshape(-1, 3) // 32
vector = [numpy.bincount(values[:, band], minlength=8) / len(values) for band in range(3)]
```
""",
        [
            {"src": "house.png", "example_title": "By day", "output": pictures.histogram(pictures.house())},
            {"src": "night.png", "example_title": "By night", "output": pictures.histogram(pictures.house(night=True))},
            {"src": "shapes.png", "example_title": "Shapes", "output": pictures.histogram(pictures.shapes())},
        ], _ALL, language="",
    ),
    Illustrated(
        "unconditional-image-generation", "unconditional-image-generation", "Waves of colour", "The pictures were drawn by a script from nothing but a seed.",
        "A model of this task takes **no input**: each run draws another picture from chance. So there are no fields, only pictures.\n",
        [{"example_title": f"Seed {seed}", "output": {"url": f"seed-{seed}.png"}} for seed in (1, 2, 3)],
        {f"seed-{seed}.png": pictures.pattern(seed) for seed in (1, 2, 3)}, language="",
    ),
    Illustrated(
        "image-text-to-image", "image-text-to-image", "Day to night", "Both pictures were drawn by a script.",
        "A picture and an instruction go in, the changed picture comes out.\n",
        [
            {"src": "house.png", "text": "Make it night.", "example_title": "Night falls", "output": {"url": "night.png"}},
            {"src": "night.png", "text": "Make it day.", "example_title": "The next morning", "output": {"url": "house.png"}},
            {"src": "shapes.png", "text": "Cut out the square.", "example_title": "A cut-out", "output": {"url": "square.png"}},
        ], {**_ALL, "square.png": pictures.shape_mask(1)},
    ),
    Illustrated(
        "image-text-to-text", "image-text-to-text", "Told of pictures", _HAND,
        "A picture and a prompt go in, a text comes out. On the Hub most models of this task **chat**; this card does not, so a prompt is one question.\n",
        [
            {"src": "house.png", "text": "What time of day is it?", "example_title": "Time of day", "output": [{"generated_text": "Daytime: the sky is blue and the sun is up."}]},
            {"src": "night.png", "text": "Write one line of a story.", "example_title": "A story", "output": [{"generated_text": "Long after the last bus, two windows on the hill still kept the night out."}]},
            {"src": "shapes.png", "text": "List the shapes from left to right.", "example_title": "A list", "output": [{"generated_text": "1. a red circle\n2. a blue square\n3. a green triangle"}]},
        ], _ALL,
    ),
    Illustrated(
        "text-to-3d", "text-to-3d", "A vase and a cup", "The objects were turned by a script, as on a potter's wheel.",
        """
A profile of points \\\\((r, h)\\\\), turned around its axis, makes a vase. The file is binary glTF (`.glb`), which most programs open.

Turn it with the mouse or with the arrow keys; <kbd>+</kbd> and <kbd>-</kbd> zoom.
""",
        [
            {"text": "A vase with a narrow neck", "example_title": "A vase", "output": {"url": "vase.glb"}},
            {"text": "A plain cup", "example_title": "A cup", "output": {"url": "cup.glb"}},
            {"text": "A small house, walls and a roof", "example_title": "A house", "output": {"url": "house.glb"}},
        ], {name: partial(solids.glb, made()) for name, made in (("vase.glb", solids.vase), ("cup.glb", solids.cup), ("house.glb", solids.house))},
    ),
    Illustrated(
        "image-to-3d", "image-to-3d", "A house in 3D", "The object was put together by a script.",
        "A picture goes in, a 3D object comes out. What the picture does not show, a model has to make up: here the back of the house.\n",
        [
            {"src": "house.png", "example_title": "A house", "output": {"url": "house.glb"}},
            {"src": "night.png", "example_title": "The same by night", "output": {"url": "house.glb"}},
            {"src": "shapes.png", "example_title": "Flat shapes (not done yet)"},
        ], {**_ALL, "house.glb": partial(solids.glb, solids.house())}, language="",
    ),
)  # fmt: skip
