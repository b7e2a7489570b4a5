"""The parameters of a task come from huggingface_hub, with types, choices, bounds and help."""

import pytest

from showcard.metadata.tasks.table import TASKS
from showcard.wire.call import OWN_ENDPOINT_CANT, has_method
from showcard.wire.http import http_request
from showcard.wire.parameters import parameters_of
from tests.support.requests import INPUTS, PARAMETERS, at_endpoint, request

SAMPLES = {"integer": 0, "number": 0.0, "boolean": False, "text": "", "list": [], "object": {}}


def named(task):
    return {parameter.name: parameter for parameter in parameters_of(task)}


def test_types_choices_and_bounds():
    chat = named("conversational")
    assert chat["temperature"].type == "number"
    assert (chat["temperature"].minimum, chat["temperature"].maximum) == (0, 2)
    assert chat["max_tokens"].type == "integer"
    assert chat["tool_choice"].choices == ("auto", "none", "required")
    assert named("text-classification")["function_to_apply"].choices == ("sigmoid", "softmax", "none")
    assert named("feature-extraction")["truncation_direction"].choices == ("left", "right")
    assert "return_timestamps" in named("automatic-speech-recognition")
    assert "temperature" not in named("automatic-speech-recognition")
    assert list(named("image-classification")) == ["function_to_apply", "top_k"]


def test_inputs_are_no_parameters():
    for task in TASKS:
        names = set(named(task.id))
        assert not names & {field.name for field in task.fields}
        assert not names & {"model", "stream", "extra_body", "other_sentences", "prompt"}


def test_help_is_plain_text():
    docs = [parameter.doc for task in TASKS for parameter in parameters_of(task.id)]
    assert sum(not doc for doc in docs) < 12
    assert not any("\n" in doc for doc in docs)


@pytest.mark.parametrize("task", sorted(set(INPUTS) - OWN_ENDPOINT_CANT))
def test_every_parameter_reaches_the_wire(task):
    for parameter in parameters_of(task):
        if parameter.name == "src_lang":
            continue
        value = parameter.choices[0] if parameter.choices else SAMPLES[parameter.type]
        parameters = {parameter.name: value} | ({"src_lang": "x"} if parameter.name == "tgt_lang" else {})
        built = http_request(at_endpoint(request(task, parameters=parameters), "http://127.0.0.1:1/m"))
        held = built.json if has_method(task) and "parameters" not in built.json else built.json["parameters"]
        assert held[parameter.name] == value
    assert PARAMETERS
