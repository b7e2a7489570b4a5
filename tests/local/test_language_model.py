"""The tiny language models over the wire, through the clients that people use: chat, completions, text generation."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from huggingface_hub import InferenceClient

from showcard.local.engines.tiny_lm import load

from ..conftest import ROOT

TINY = "showcard/tiny-chat-1m"
HELLO: Any = [{"role": "user", "content": "Hello"}]
NO_TOKEN: Any = {"authorization": None}


@pytest.fixture(scope="module")
def client(engine_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{engine_url}/v1", api_key="-", max_retries=0) as made:
        yield made


def test_chat_counts_its_own_tokens(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=TINY, messages=HELLO, temperature=0)
    text, lm = answer.choices[0].message.content or "", load("tiny-chat-1m")
    assert answer.usage is not None
    assert answer.usage.completion_tokens == len(lm.tokenizer.encode(text))
    assert answer.usage.prompt_tokens == len(lm.tokenizer.encode("user\nHello\nassistant\n")) + 3
    assert answer.choices[0].logprobs is None
    assert client.models.retrieve(TINY).model_dump()["context_length"] == 512


def test_chat_streams_the_same_answer_with_probabilities(client: openai.OpenAI) -> None:
    asked: Any = {"model": TINY, "messages": HELLO, "seed": 3, "temperature": 1.2, "logprobs": True, "top_logprobs": 3}
    whole = client.chat.completions.create(**asked)
    with client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}) as stream:
        chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    tokens = [t for c in chunks if c.choices and c.choices[0].logprobs for t in c.choices[0].logprobs.content or ()]
    assert whole.choices[0].logprobs is not None
    assert tokens == whole.choices[0].logprobs.content
    assert len(tokens) == chunks[-1].usage.completion_tokens == whole.usage.completion_tokens  # type: ignore[union-attr]
    assert b"".join(bytes(token.bytes or ()) for token in tokens).decode() == text
    assert all(len(token.top_logprobs) == 3 and token.logprob <= 0 for token in tokens)


def test_chat_stops_where_it_is_told(client: openai.OpenAI) -> None:
    asked: Any = {"model": TINY, "messages": HELLO, "temperature": 0}
    words = client.chat.completions.create(**asked).choices[0].message.content or ""
    stop = words.split()[2]
    cut = client.chat.completions.create(**asked, stop=stop).choices[0]
    assert (cut.message.content, cut.finish_reason) == (words[: words.index(stop)], "stop")
    short = client.chat.completions.create(**asked, max_tokens=3)
    assert short.choices[0].finish_reason == "length"
    assert short.usage is not None
    assert short.usage.completion_tokens == 3


def test_an_answer_ends_with_the_context(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=TINY, messages=[{"role": "user", "content": "fox " * 490}], temperature=2, seed=1
    )
    assert answer.usage is not None
    assert answer.usage.total_tokens <= 512
    assert answer.choices[0].finish_reason == ("length" if answer.usage.total_tokens == 512 else "stop")


def test_completions_go_on_from_a_text(client: openai.OpenAI) -> None:
    asked: Any = {"model": TINY, "prompt": "Once upon a", "temperature": 0, "max_tokens": 8}
    whole = client.completions.create(**asked, logprobs=2, echo=True)
    assert whole.choices[0].text.startswith("Once upon a time")
    assert whole.choices[0].finish_reason == "length"
    assert whole.choices[0].logprobs is not None
    assert len(whole.choices[0].logprobs.token_logprobs or ()) == 8
    with client.completions.create(**asked, stream=True, stream_options={"include_usage": True}) as stream:
        chunks = list(stream)
    assert "Once upon a" + "".join(c.choices[0].text for c in chunks if c.choices) == whole.choices[0].text
    assert chunks[-1].usage == whole.usage


def test_text_generation_as_the_hub_answers_it(engine_url: str) -> None:
    client = InferenceClient(model=f"{engine_url}/models/showcard/text-generation", headers=NO_TOKEN)
    text = client.text_generation("Once upon a", max_new_tokens=6, do_sample=False)
    assert text.startswith(" time")
    assert client.text_generation("Once upon a", max_new_tokens=6, do_sample=False, return_full_text=True) == (
        "Once upon a" + text
    )
    told = client.text_generation("Once upon a", max_new_tokens=6, do_sample=False, details=True, top_n_tokens=2)
    assert told.details is not None
    assert (told.details.finish_reason, told.details.generated_tokens) == ("length", 6)
    assert "".join(token.text for token in told.details.tokens) == told.generated_text == text
    streamed = client.text_generation("Once upon a", max_new_tokens=6, do_sample=False, stream=True)
    assert "".join(streamed) == text
    chunks = list(client.text_generation("Once upon a", max_new_tokens=6, do_sample=False, stream=True, details=True))
    assert chunks[-1].generated_text == text
    assert chunks[-1].details is not None
    assert chunks[-1].details.finish_reason == "length"
    same = [client.text_generation("There was", max_new_tokens=9, temperature=1.5, seed=5) for _ in range(2)]
    assert same[0] == same[1]


NODE = """
import { InferenceClient } from "@huggingface/inference";
import OpenAI from "openai";

const [url, chat, writer] = process.argv.slice(2);
const hub = new InferenceClient(undefined, { endpointUrl: `${url}/models/${chat}` });
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "-" });
const asked = { model: chat, messages: [{ role: "user", content: "Hello" }], temperature: 0 };
const whole = await hub.chatCompletion(asked);
let streamed = "";
for await (const chunk of hub.chatCompletionStream(asked)) streamed += chunk.choices[0]?.delta?.content ?? "";
const theirs = await openai.chat.completions.create({ ...asked, logprobs: true });
let events = "";
for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true }))
  events += chunk.choices[0]?.delta?.content ?? "";
const written = await new InferenceClient().textGeneration({
  endpointUrl: `${url}/models/${writer}`, inputs: "Once upon a", parameters: { max_new_tokens: 4, do_sample: false } });
const labels = await new InferenceClient().textClassification({
  endpointUrl: `${url}/models/showcard/sentiment`, inputs: "I love it" });
const listed = (await openai.models.list()).data.map((model) => model.id);
console.log(JSON.stringify({
  texts: [whole.choices[0].message.content, streamed, theirs.choices[0].message.content, events],
  tokens: [whole.usage.completion_tokens, theirs.choices[0].logprobs.content.length],
  written: written.generated_text, label: labels[0].label, listed: listed.includes(chat),
}));
"""


def test_the_npm_clients(engine_url: str) -> None:
    node = shutil.which("node")
    assert node, "Node is missing"
    modules = ROOT / "tests" / "support" / "node"
    command = [node, "--input-type=module", "-", engine_url, TINY, "showcard/text-generation"]
    run = subprocess.run(command, input=NODE, cwd=modules, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    got = json.loads(run.stdout)
    assert len(set(got["texts"])) == 1
    assert got["texts"][0]
    assert len(set(got["tokens"])) == 1
    assert (got["written"].split()[0], got["label"], got["listed"]) == ("time", "POSITIVE", True)
