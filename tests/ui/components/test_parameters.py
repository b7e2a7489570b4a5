"""The controls of parameters: what is set is sent, falsy values too; what is empty is not."""

from __future__ import annotations

from typing import Any

import pytest

from showcard.metadata.tasks.table import TASKS
from showcard.ui.components.parameters import ParameterPanel
from showcard.wire.request import RequestError


def filled(made: ParameterPanel, **values: Any) -> list[Any]:
    names = [*(spec.name for spec in made.specs), "other"]
    empty = made.values({})
    return [values.get(name, value) for name, value in zip(names, empty, strict=True)]


def test_nothing_set_sends_nothing() -> None:
    made = ParameterPanel("conversational", "in")
    assert made.read(made.values({})) == {}


def test_zero_and_false_are_values() -> None:
    made = ParameterPanel("conversational", "in")
    read = made.read(filled(made, temperature="0", logprobs="false", max_tokens="5", stop='["a"]'))
    assert read == {"temperature": 0, "logprobs": False, "max_tokens": 5, "stop": ["a"]}


def test_what_the_card_sets_is_shown_and_sent_as_it_is() -> None:
    held = {"temperature": 0.5, "top_p": 1, "stop": ["x", "y"], "logprobs": True, "guidance": {"a": 1}, "seed": 0}
    made = ParameterPanel("conversational", "in")
    assert made.read(made.values(held)) == held


@pytest.mark.parametrize(
    "values",
    [{"temperature": "warm"}, {"temperature": "9"}, {"temperature": "nan"}, {"max_tokens": "1.5"}, {"seed": "x"}],
)
def test_what_is_no_number_or_out_of_bounds_is_a_sentence(values: dict[str, str]) -> None:
    made = ParameterPanel("conversational", "in")
    with pytest.raises(RequestError, match=next(iter(values))):
        made.read(filled(made, **values))


@pytest.mark.parametrize("values", [{"stop": "[a"}, {"other": "[1]"}, {"other": "{"}])
def test_what_is_no_json_is_a_sentence(values: dict[str, str]) -> None:
    made = ParameterPanel("conversational", "in")
    with pytest.raises(RequestError, match="JSON"):
        made.read(filled(made, **values))


@pytest.mark.parametrize("task", [row.id for row in TASKS if row.wire])
def test_every_task_that_runs_has_a_panel(task: str) -> None:
    made = ParameterPanel(task, "in")
    assert made.read(made.values({})) == {}
    assert len(made.values({})) == len(made.specs) + 1
