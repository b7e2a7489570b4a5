"""Text that a model writes: in a chat, after a text, in fewer words or another language; token by token where asked.

Such a model is a `TextGenerator` as the engines are, so stop sequences, usage, probabilities and the three wire
forms are those of the embedded server. A stop is an event that the generation looks at for each token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from ..engines.base import TextGenerator, Token, Turn, count_of, flag_of, seed_of
from ..errors import Refusal, first_line
from .media import image_of
from .pipelines import Run, texts
from .source import Source

DEFAULT_TOKENS = 100  # where a request does not say how many
MAX_TOKENS = 4096
_NOT_OF_GENERATE = ("seed", "do_sample", "top_logprobs", "generate_parameters", "src_lang", "tgt_lang", "truncation",
                    "clean_up_tokenization_spaces", "max_new_tokens")  # fmt: skip
_LONGEST_CHARACTER = 4  # bytes, and so tokens
_DRAWING = ("temperature", "top_p", "top_k", "typical_p")


@dataclass(slots=True)
class Writer:
    """A model that writes, with its tokenizer; `encodes` says that it reads with one half and writes with the other."""

    source: Source
    tokenizer: Any
    model: Any
    encodes: bool = field(init=False)

    def __post_init__(self) -> None:
        self.encodes = bool(getattr(self.model.config, "is_encoder_decoder", False))

    def settings(self, parameters: Mapping[str, Any], most: int) -> dict[str, Any]:
        """What `generate` is given for a request's parameters; what is not set is as the folder's own
        generation_config.json has it. Raises Refusal for a parameter that it does not know."""
        told = {name: value for name, value in parameters.items() if value is not None}
        told |= told.get("generate_parameters") or {}
        found = {name: value for name, value in told.items() if name not in _NOT_OF_GENERATE}
        known = self.source.transformers.GenerationConfig()
        for name in found:
            if not hasattr(known, name):
                raise Refusal(f'"{name[:60]}" is no parameter of this model.')
        if "do_sample" in told or set(_DRAWING) & told.keys():
            draws = flag_of(told, "do_sample", default=True) and told.get("temperature") != 0
            found = {name: value for name, value in found.items() if draws or name not in _DRAWING}
            found["do_sample"] = draws
        if "max_length" not in found:
            found["max_new_tokens"] = min(count_of(told, "max_new_tokens", most), MAX_TOKENS)
        return found | {"seed": seed_of(told)}

    def read(self, text: str, **more: Any) -> Any:
        """A text as the model's input."""
        return self.tokenizer(text, return_tensors="pt", **more).to(self.source.device)

    def write(self, given: Any, settings: Mapping[str, Any], stop: Event, **more: Any) -> list[int]:
        """The tokens that come after what was given. Raises Refusal where the model can't do what was asked."""
        torch, settings = self.source.torch, dict(settings)
        seed = settings.pop("seed", None)
        try:
            with self.source.lock, torch.inference_mode():
                if seed is not None:
                    torch.manual_seed(seed)
                found = self.model.generate(**given, **settings, stopping_criteria=[_Stopped(torch, stop)], **more)
        except (ValueError, TypeError) as error:
            raise Refusal(f"The model does not take this: {first_line(error)}") from None
        # One half writes after a token of its own, the other way round after the whole prompt.
        before = 1 if self.encodes else int(given["input_ids"].shape[1])
        return [int(token) for token in found[0][before:]]

    def text(self, tokens: Sequence[int]) -> str:
        """Tokens as a text."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def stream(self, given: Any, settings: Mapping[str, Any], top: int) -> Iterator[Token]:
        """Each token as it is made, the one that ends the text left out. Closing it ends the model's work."""
        made, stop, watch = SimpleQueue[Any](), Event(), _Watching(self.source.torch, top)

        def generate() -> None:
            try:
                self.write(given, settings, stop, streamer=_Streamer(made, watch), logits_processor=[watch])
                made.put(None)
            except Exception as error:  # it is raised where the tokens are read
                made.put(error)

        thread = Thread(target=generate, daemon=True)
        thread.start()
        growing = _Growing(self)
        try:
            while (found := made.get()) is not None:
                if isinstance(found, Exception):
                    raise found
                token, logprob, likely = found
                if not self.ends(token):
                    yield self._token(token, logprob, likely, growing.text(token))
        finally:
            stop.set()
            thread.join()

    def _token(self, token: int, logprob: float, likely: Sequence[tuple[int, float]], text: str) -> Token:
        top = tuple((self.text([other]).encode(), chance) for other, chance in likely)
        return Token(text, self.text([token]).encode(), token, logprob, top)

    def ends(self, token: int) -> bool:
        """Whether a token is one that ends a text."""
        ends = self.model.generation_config.eos_token_id
        return token in (ends if isinstance(ends, list) else [ends])


class _Growing:
    """The text of tokens as they come: what each adds, nothing while a character's other bytes are missing."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._tokens: list[int] = []
        self._begin = self._said = 0  # what is decoded again begins one piece before, as words may join

    def text(self, token: int) -> str:
        """What this token adds."""
        self._tokens.append(token)
        before = self._writer.text(self._tokens[self._begin : self._said])
        text = self._writer.text(self._tokens[self._begin :])
        waits = text.endswith("\ufffd") and len(self._tokens) - self._said < _LONGEST_CHARACTER
        if waits or len(text) <= len(before):
            return ""
        self._begin, self._said = self._said, len(self._tokens)
        return text[len(before) :]


class _Streamer:
    """Takes what `generate` puts: first the prompt, then token by token."""

    def __init__(self, made: SimpleQueue[Any], watch: _Watching) -> None:
        self._made, self._watch, self._begun = made, watch, False

    def put(self, value: Any) -> None:
        """The prompt, or the next token."""
        if self._begun:
            self._made.put(self._watch.seen(int(value.reshape(-1)[0])))
        self._begun = True

    def end(self) -> None:
        """Nothing comes any more."""


class _Watching:
    """Looks at the model's scores before a token is drawn from them."""

    def __init__(self, torch: Any, top: int) -> None:
        self._torch, self._top = torch, top
        self._scores: Any = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """The scores, unchanged."""
        self._scores = scores[0]
        return scores

    def seen(self, token: int) -> tuple[int, float, list[tuple[int, float]]]:
        """The token that was drawn, its log-probability, and the likeliest tokens with theirs."""
        chances = self._torch.log_softmax(self._scores.float(), dim=-1)
        best = chances.topk(min(self._top, len(chances))) if self._top else None
        likely = list(zip(best.indices.tolist(), best.values.tolist(), strict=True)) if best else []
        return token, float(chances[token]), likely


class _Stopped:
    """Ends a generation whose reader has left."""

    def __init__(self, torch: Any, stop: Event) -> None:
        self._torch, self._stop = torch, stop

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        """Whether each of the texts is at its end."""
        told = {"device": input_ids.device, "dtype": self._torch.bool}
        return self._torch.full((input_ids.shape[0],), self._stop.is_set(), **told)


class Speaking(TextGenerator):
    """A model that goes on from a text, and that talks where its folder has a chat template."""

    knows_probabilities = True

    def __init__(self, source: Source, chats: bool, sees: bool = False) -> None:
        self.sees = sees
        processor = source.processor() if sees else None
        tokenizer = processor.tokenizer if processor is not None else source.tokenizer()
        names = ("AutoModelForImageTextToText",) if sees else ("AutoModelForSeq2SeqLM", "AutoModelForCausalLM")
        self.writer = Writer(source, tokenizer, source.model(*names))
        self.processor = processor
        self.template = processor or tokenizer
        if chats and not getattr(self.template, "chat_template", None):
            raise Refusal("The folder has no chat template, so it is not known how the model is spoken to.")

    @property
    def context_length(self) -> int | None:
        """How many tokens a conversation may have, where the folder says so."""
        found = getattr(self.writer.model.config.get_text_config(), "max_position_embeddings", None)
        return found if isinstance(found, int) and not self.writer.encodes else None

    def count(self, turns: Sequence[Turn]) -> int:
        """The tokens of a conversation as the model reads it."""
        return int(self._given(turns)["input_ids"].shape[1])

    def length(self, text: str) -> int:
        """The tokens of a text."""
        return int(self.writer.read(text)["input_ids"].shape[1])

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[Token]:
        """The answer to a conversation."""
        return self._say(self._given(turns), parameters)

    def write(self, text: str, parameters: Mapping[str, Any]) -> Iterator[Token]:
        """What comes after a text."""
        return self._say(self.writer.read(text), parameters)

    def _say(self, given: Any, parameters: Mapping[str, Any]) -> Iterator[Token]:
        settings = self.writer.settings(parameters, MAX_TOKENS)
        if self.context_length:
            room = self.context_length - int(given["input_ids"].shape[1])
            settings["max_new_tokens"] = max(1, min(settings["max_new_tokens"], room))
        top = parameters.get("top_logprobs")
        return self.writer.stream(given, settings, top if isinstance(top, int) else 0)

    def _given(self, turns: Sequence[Turn]) -> Any:
        messages = [{"role": turn.role, "content": self._content(turn)} for turn in turns]
        try:
            text = self.template.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # the template is the folder's, and raises what it likes
            raise Refusal(f"The chat template does not take this conversation: {first_line(error)}") from None
        images = [image_of(data) for turn in turns for data in turn.images]
        if self.processor is None:
            return self.writer.read(text, add_special_tokens=False)
        more = {"images": images} if images else {}
        return self.processor(text=text, return_tensors="pt", **more).to(self.writer.source.device)

    def _content(self, turn: Turn) -> Any:
        if self.processor is None:
            return turn.content
        return [*({"type": "image"} for _ in turn.images), {"type": "text", "text": turn.content}]


def summarization(source: Source) -> Run:
    """A text in fewer words."""
    return _rewriting(source, "summarization", "summary_text")


def translation(source: Source) -> Run:
    """A text in another language."""
    return _rewriting(source, "translation", "translation_text")


def _rewriting(source: Source, task: str, key: str) -> Run:
    names = ("AutoModelForSeq2SeqLM", "AutoModelForCausalLM")
    writer = Writer(source, source.tokenizer(), source.model(*names))
    prefix = _prefix(writer.model.config, task)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        settings = writer.settings(parameters, DEFAULT_TOKENS) | _languages(writer, parameters)
        given = writer.read(prefix + texts(inputs), truncation=True)
        return [{key: writer.text(writer.write(given, settings, stop)).strip()}]

    return run


def _prefix(config: Any, task: str) -> str:
    """What T5 and its like want to read before the text; where there are several languages, the first pair."""
    told = getattr(config, "task_specific_params", None) or {}
    named = next((value for name, value in told.items() if name.startswith(task)), None)
    return str(named.get("prefix") or "") if isinstance(named, dict) else ""


def _languages(writer: Writer, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """For a tokenizer that knows languages: which one is read, and the token that begins the other."""
    source, target, tokenizer = parameters.get("src_lang"), parameters.get("tgt_lang"), writer.tokenizer
    if source is None and target is None:
        return {}
    if not hasattr(tokenizer, "src_lang"):
        raise Refusal("This model translates from one language to one other; it takes no src_lang and tgt_lang.")
    tokenizer.src_lang = source or tokenizer.src_lang
    begins = tokenizer.convert_tokens_to_ids(target) if target else None
    if begins in (None, tokenizer.unk_token_id) and hasattr(tokenizer, "get_lang_id"):
        begins = tokenizer.get_lang_id(target)
    if target and begins in (None, tokenizer.unk_token_id):
        raise Refusal(f'The model does not know the language "{str(target)[:40]}".')
    return {"forced_bos_token_id": begins} if target else {}
