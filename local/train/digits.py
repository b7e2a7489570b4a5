"""Makes `local/engines/data/digits.npz`: `python -m showcard.local.train.digits` where scikit-learn is installed.

Trains on the handwritten digits that come with scikit-learn (1,797 drawings of 8 by 8 cells, from NIST's forms), each
also bent a little and with other pens. Keeps 360 drawings aside to measure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from ..engines.digits import DigitReader, features

SEED = 2026
WEIGHTS = Path(__file__).parent.parent / "engines" / "data" / "digits.npz"
VARIANTS = 16
# Black on white, so the larger filter thins the stroke.
PENS = (None, ImageFilter.MaxFilter(3), ImageFilter.MaxFilter(5), ImageFilter.MinFilter(3))


def drawing(cells: Any) -> Image.Image:
    """The 64 cells as a drawing of 96 by 96 pixels with a margin, black on white."""
    small = Image.fromarray((255 - cells.reshape(8, 8) / 16 * 255).astype(np.uint8))
    large = Image.new("L", (96, 96), 255)
    large.paste(small.resize((64, 64), Image.Resampling.BICUBIC), (16, 16))
    return large


def distorted(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """A drawing turned, slanted and stretched a little, with a thinner or a bolder pen."""
    turn, slant = chance.normal(0, 0.12), chance.normal(0, 0.12)
    wide, high = chance.uniform(0.8, 1.2, 2)
    a, b = wide * np.cos(turn), wide * (np.sin(turn) + slant)
    c, d = -high * np.sin(turn), high * np.cos(turn)
    middle = 48
    matrix = (a, b, middle - a * middle - b * middle, c, d, middle - c * middle - d * middle)
    bent = image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=255)
    pen = PENS[chance.integers(len(PENS))]
    return bent.filter(pen) if pen else bent


def main() -> None:
    """Trains, measures and writes."""
    chance = np.random.default_rng(SEED)
    data, target = load_digits(return_X_y=True)
    train, test, train_y, test_y = train_test_split(data, target, test_size=360, random_state=SEED, stratify=target)
    drawings = [drawing(cells) for cells in train]
    samples = [features(image.copy()) for image in drawings]
    samples += [features(distorted(image, chance)) for _ in range(VARIANTS) for image in drawings]
    labels = np.tile(train_y, VARIANTS + 1)
    network = MLPClassifier((48,), alpha=0.01, max_iter=60, random_state=SEED, learning_rate_init=0.003)
    network.fit(np.stack(samples), labels)
    weights = {
        "w1": network.coefs_[0].astype(np.float16),
        "b1": network.intercepts_[0].astype(np.float16),
        "w2": network.coefs_[1].astype(np.float16),
        "b2": network.intercepts_[1].astype(np.float16),
    }
    np.savez_compressed(WEIGHTS, **weights)
    reader = DigitReader(weights)
    right = [int(reader.logits(features(drawing(c))).argmax()) == y for c, y in zip(test, test_y, strict=True)]
    print(f"{WEIGHTS.stat().st_size:,} bytes, {np.mean(right):.1%} of {len(right)} held-out drawings")  # noqa: T201


if __name__ == "__main__":
    main()
