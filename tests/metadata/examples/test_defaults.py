import pytest

from showcard.metadata.examples.defaults import SAMPLES, default_examples, sample
from showcard.metadata.tasks.table import TASKS, task

WITHOUT = {
    "unconditional-image-generation", "reinforcement-learning", "robotics", "graph-ml", "other",  # take no input
}  # fmt: skip


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row.id)
def test_every_task_has_inputs_to_start_with(row):
    examples = default_examples(row, ["fr", "en"])
    assert bool(examples) is (row.id not in WITHOUT)
    names = {f.name for f in row.fields}
    for example in examples:
        assert {f.name for f in row.fields if f.required} <= set(example.inputs) <= names
        assert example.title


def test_the_language_is_the_first_that_has_the_task_then_english():
    row = task("text-classification")
    german, english = default_examples(row, ["xx", "de"]), default_examples(row, [])
    assert german != english
    assert default_examples(row, ["DE-at"]) == german
    assert default_examples(row, ["xx"]) == default_examples(row, [None, 3]) == english
    assert default_examples(row, "de") == german
    assert default_examples(task("zero-shot-classification"), ["de"]) == default_examples(
        task("zero-shot-classification"), ["en"]
    )


@pytest.mark.parametrize("language", ["en", "de", "zh", "ar"])
def test_the_mask_is_the_models_own(language):
    (example,) = default_examples(task("fill-mask"), [language], "[M]")
    assert "[M]" in example.inputs["text"]
    assert "<mask>" not in example.inputs["text"]


def test_samples_are_what_their_names_say():
    assert sample("house.png").media_type == "image/png"
    assert sample("birds.wav").media_type == "audio/wav"
    assert sum(path.stat().st_size for path in SAMPLES.iterdir() if path.is_file()) < 200_000
