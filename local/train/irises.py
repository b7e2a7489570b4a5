"""Makes `local/engines/data/irises.json`: `python -m showcard.local.train.irises` where scikit-learn is installed.

R. A. Fisher's 150 irises (1936), from scikit-learn: a logistic regression of the species, and the petal width
as a weighted sum of the other measures. Keeps 50 flowers aside to measure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split

SEED = 2026
WEIGHTS = Path(__file__).parent.parent / "engines" / "data" / "irises.json"
COLUMNS = ["sepal length", "sepal width", "petal length", "petal width"]


def main() -> None:
    """Trains, measures and writes."""
    data, target = load_iris(return_X_y=True)
    train, test, train_y, test_y = train_test_split(data, target, test_size=50, random_state=SEED, stratify=target)
    species = LogisticRegression(max_iter=1000).fit(train, train_y)
    width = LinearRegression().fit(train[:, :3], train[:, 3])
    weights = {
        "species": {
            "columns": COLUMNS,
            "species": ["setosa", "versicolor", "virginica"],
            "sums": np.round(np.column_stack([species.coef_, species.intercept_]), 4).tolist(),
        },
        "petal width": {
            "columns": COLUMNS[:3],
            "sums": np.round([[*width.coef_, width.intercept_]], 4).tolist(),
        },
    }
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    off = np.abs(width.predict(test[:, :3]) - test[:, 3])
    print(f"species: {species.score(test, test_y):.1%} of {len(test)} flowers kept aside")  # noqa: T201
    print(f"petal width: R2 {width.score(test[:, :3], test[:, 3]):.3f}, off by {off.mean():.2f} cm")  # noqa: T201


if __name__ == "__main__":
    main()
