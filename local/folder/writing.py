"""Text that a model writes: continued, summed up, translated, or said in a chat, token by token where asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from ..engines.base import Talker, Turn, count_of, flag_of
from ..errors import Refusal, first_line
from .media import image_of
from .pipelines import Run, texts
from .source import Source

DEFAULT_TOKENS = 100
MOST_TOKENS = 4096
_OWN = ("return_full_text", "details", "decoder_input_details", "stop", "stop_sequences", "stream", "truncate", "seed",
        "max_tokens", "watermark", "best_of", "top_n_tokens", "do_sample", "adapter_id", "return_tensors",
        "clean_up_tokenization_spaces", "generate_parameters", "src_lang", "tgt_lang", "truncation")  # fmt: skip


@dataclass(slots=True)
class Writer:
    """A model that writes, with its tokenizer; `encodes` says that it reads with one half and writes with the other."""

    source: Source
    tokenizer: Any
    model: Any
    encodes: bool = field(init=False)

    def __post_init__(self) -> None:
        self.encodes = bool(getattr(self.model.config, "is_encoder_decoder", False))

    def settings(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What `generate` is given for a request's parameters. Raises Refusal for one that it does not know."""
        told = {name: value for name, value in parameters.items() if value is not None}
        told |= told.get("generate_parameters") or {}
        found = {name: value for name, value in told.items() if name not in _OWN}
        known = self.source.transformers.GenerationConfig()
        for name in found:
            if not hasattr(known, name):
                raise Refusal(f'"{name[:60]}" is no parameter of this task.')
        # As of other servers: a temperature says that words are drawn, and none at all that they are not.
        draws = flag_of(told, "do_sample", default=any(told.get(name) for name in ("temperature", "top_p", "top_k")))
        found |= {"do_sample": draws and told.get("temperature") != 0}
        if not found["do_sample"]:
            for name in ("temperature", "top_p", "top_k", "typical_p"):
                found.pop(name, None)
        if "max_length" not in found:
            most = told.get("max_new_tokens") or told.get("max_tokens")
            found["max_new_tokens"] = min(
                count_of({"max_new_tokens": most}, "max_new_tokens", DEFAULT_TOKENS), MOST_TOKENS
            )
        return found | {"seed": told.get("seed")}

    def read(self, text: str, **more: Any) -> Any:
        """A text as the model's input."""
        return self.tokenizer(text, return_tensors="pt", **more).to(self.source.device)

    def write(self, given: Any, settings: Mapping[str, Any], stop: Event) -> list[int]:
        """The tokens that come after what was given. Raises Refusal where the model can't do what was asked."""
        torch, settings = self.source.torch, dict(settings)
        seed = settings.pop("seed", None)
        try:
            with self.source.lock, torch.inference_mode():
                if isinstance(seed, int):
                    torch.manual_seed(seed)
                found = self.model.generate(**given, **settings, stopping_criteria=[_Stopped(torch, stop)])
        except (ValueError, TypeError) as error:
            raise Refusal(f"The model does not take this: {first_line(error)}") from None
        return [int(token) for token in found[0][self.prompt(given) :]]

    def prompt(self, given: Any) -> int:
        """How many tokens of what comes out were given."""
        return 1 if self.encodes else int(given["input_ids"].shape[1])

    def text(self, tokens: Sequence[int]) -> str:
        """Tokens as a text."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def stream(self, given: Any, settings: Mapping[str, Any], stop: Event) -> Iterator[tuple[int, str]]:
        """Each token as it is made, with the text that is complete with it; it ends when `stop` is set."""
        made: SimpleQueue[int | Exception | None] = SimpleQueue()

        def generate() -> None:
            try:
                self.write(given, {**settings, "streamer": _Streamer(made)}, stop)
                made.put(None)
            except Exception as error:  # it is raised where the tokens are read
                made.put(error)

        thread = Thread(target=generate, daemon=True)
        thread.start()
        said, text = "", ""
        tokens: list[int] = []
        waiting: list[int] = []
        try:
            while (token := made.get()) is not None:
                if isinstance(token, Exception):
                    raise token
                tokens.append(token)
                waiting.append(token)
                text = self.text(tokens)
                if not text.endswith("\ufffd"):  # a character of several tokens is not there before its last one
                    yield from _shared(waiting, text[len(said) :])
                    said = text
            yield from _shared(waiting, text[len(said) :])
        finally:
            stop.set()
            thread.join()

    def ended(self, tokens: Sequence[int]) -> bool:
        """Whether the last token is one that ends a text."""
        ends = self.model.generation_config.eos_token_id
        return bool(tokens) and tokens[-1] in (ends if isinstance(ends, list) else [ends])


def _shared(waiting: list[int], text: str) -> Iterator[tuple[int, str]]:
    """Tokens that waited for the text they make together: the last one brings it."""
    for number, token in enumerate(waiting, 1):
        yield token, text if number == len(waiting) else ""
    waiting.clear()


class _Streamer:
    """Takes what `generate` puts: first the prompt, then token by token."""

    def __init__(self, made: SimpleQueue[Any]) -> None:
        self.made, self.waits = made, True

    def put(self, value: Any) -> None:
        """The next token, or the prompt."""
        if self.waits:
            self.waits = False
            return
        for token in value.reshape(-1).tolist():
            self.made.put(token)

    def end(self) -> None:
        """Nothing comes any more."""


class _Stopped:
    """Ends a generation whose reader has left."""

    def __init__(self, torch: Any, stop: Event) -> None:
        self.torch, self.stop = torch, stop

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        return self.torch.full(
            (input_ids.shape[0],), self.stop.is_set(), device=input_ids.device, dtype=self.torch.bool
        )


def _writer(source: Source) -> Writer:
    return Writer(source, source.tokenizer(), source.model("AutoModelForSeq2SeqLM", "AutoModelForCausalLM"))


def cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """A text up to the first stop sequence, and whether there was one."""
    met = [place for stop in stops if (place := text.find(stop)) >= 0]
    return (text[: min(met)], True) if met else (text, False)


def _stops(parameters: Mapping[str, Any]) -> list[str]:
    found = parameters.get("stop") or parameters.get("stop_sequences") or []
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise Refusal('"stop" must be a list of strings.')
    return found


class Continuing:
    """Text generation: what comes after a prompt, with it where that is asked for."""

    def __init__(self, source: Source) -> None:
        self.writer = _writer(source)

    def __call__(self, inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        """The answer as one object in a list."""
        writer, stops = self.writer, _stops(parameters)
        given = writer.read(texts(inputs))
        settings = writer.settings(parameters)
        tokens = writer.write(given, settings, stop)
        text, met = cut(writer.text(tokens), stops)
        full = flag_of(parameters, "return_full_text") and not writer.encodes
        row: dict[str, Any] = {"generated_text": inputs + text if full else text}
        if flag_of(parameters, "details"):
            row["details"] = self._details(tokens, settings, met)
        return [row]

    def _details(self, tokens: Sequence[int], settings: Mapping[str, Any], met: bool) -> dict[str, Any]:
        ended = "eos_token" if self.writer.ended(tokens) else "length"
        return {"finish_reason": "stop_sequence" if met else ended, "generated_tokens": len(tokens), "prefill": [],
                "tokens": [], "seed": None}  # fmt: skip

    def events(self, inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Iterator[dict[str, Any]]:
        """The answer token by token, as text-generation-inference streams it; the last one carries the whole."""
        writer, stops, said = self.writer, _stops(parameters), ""
        given, settings = writer.read(texts(inputs)), writer.settings(parameters)
        row: dict[str, Any] = {}
        tokens: list[int] = []
        met = False
        for token, text in writer.stream(given, settings, stop):
            if row:
                yield row
            tokens.append(token)
            said += text
            special = token in writer.tokenizer.all_special_ids
            row = {"index": len(tokens), "token": {"id": token, "text": text, "logprob": None, "special": special},
                   "generated_text": None, "details": None}  # fmt: skip
            said, met = cut(said, stops)
            if met:
                break
        yield {**row, "generated_text": said, "details": self._details(tokens, settings, met)}


def summarization(source: Source) -> Run:
    """A text in fewer words."""
    return _rewriting(source, "summarization", "summary_text")


def translation(source: Source) -> Run:
    """A text in another language."""
    return _rewriting(source, "translation", "translation_text")


def _rewriting(source: Source, task: str, key: str) -> Run:
    writer = _writer(source)
    prefix = _prefix(writer.model.config, task)

    def run(inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        settings = writer.settings(parameters) | _languages(writer, parameters)
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


class Speaking(Talker):
    """A chat with the model, by the folder's own chat template."""

    def __init__(self, source: Source, sees: bool = False) -> None:
        self.processor = source.processor() if sees else None
        tokenizer = self.processor.tokenizer if self.processor is not None else source.tokenizer()
        names = ("AutoModelForImageTextToText",) if sees else ("AutoModelForCausalLM", "AutoModelForSeq2SeqLM")
        self.writer = Writer(source, tokenizer, source.model(*names))
        self.template = self.processor or tokenizer
        if not getattr(self.template, "chat_template", None):
            raise Refusal("The folder has no chat template, so it is not known how the model is spoken to.")
        self.finish_reason = "stop"

    @property
    def context_length(self) -> int | None:
        """How many tokens a conversation may have."""
        config = self.writer.model.config.get_text_config()
        found = getattr(config, "max_position_embeddings", None)
        return found if isinstance(found, int) else None

    def count(self, turns: Sequence[Turn]) -> int:
        """The tokens of a conversation as the model reads it."""
        return int(self._given(turns)["input_ids"].shape[1])

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """The answer token by token; the one that ends it is not a part of it."""
        writer, stop = self.writer, Event()
        settings = writer.settings({"max_new_tokens": MOST_TOKENS, **parameters})
        given = self._given(turns)
        room = (self.context_length or MOST_TOKENS + 10**9) - int(given["input_ids"].shape[1])
        settings["max_new_tokens"] = max(1, min(settings["max_new_tokens"], room))
        for token, text in writer.stream(given, settings, stop):
            if not writer.ended([token]):
                yield text

    def _given(self, turns: Sequence[Turn]) -> Any:
        messages = [{"role": turn.role, "content": self._content(turn)} for turn in turns]
        try:
            text = self.template.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # the template is the folder's, and raises what it likes
            raise Refusal(f"The chat template does not take this conversation: {first_line(error)}") from None
        images = [image_of(data) for turn in turns for data in turn.images]
        if self.processor is not None:
            more = {"images": images} if images else {}
            return self.processor(text=text, return_tensors="pt", **more).to(self.writer.source.device)
        return self.writer.read(text, add_special_tokens=False)

    def _content(self, turn: Turn) -> Any:
        if self.processor is None:
            return turn.content
        return [*({"type": "image"} for _ in turn.images), {"type": "text", "text": turn.content}]
