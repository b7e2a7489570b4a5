"""Trains the tiny chat models and writes their folders: `python examples/_make/tiny_chat/train.py [NAME...]`.

Needs torch, transformers and tokenizers, which nothing else of Showcard does. Seeded; twelve and a half minutes of
processor time for both, on two threads. torch 2.13 made the very bytes that are shipped; another build rounds
differently, so its weights are alike, not the same. The cards are written by hand and stay as they are, but for their
figures, which `measure.py` writes."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from corpus import Corpus, Document
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

EXAMPLES = Path(__file__).resolve().parents[2]
SEED = 2026
VOCABULARY, CONTEXT = 1664, 512
END, START, STOP = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
# Words, digits and marks, each with the space before it. ASCII classes only, so that Python's `re` cuts the same way.
PATTERN = r" ?[A-Za-z]+| ?[0-9]| ?[^ \n\t\rA-Za-z0-9]+|[ \n\t\r]+"
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
ROWS = 8


@dataclass(frozen=True)
class Size:
    """A model's measures, how long it is trained, and whether on brief answers only."""

    layers: int
    width: int
    heads: int
    inner: int
    steps: int
    terse: bool


SIZES = {
    "tiny-chat-1m": Size(layers=4, width=128, heads=4, inner=320, steps=1000, terse=False),
    "tiny-chat-380k": Size(layers=2, width=96, heads=3, inner=256, steps=500, terse=True),
}


def make_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE of the corpus."""
    corpus = Corpus(SEED)
    texts = (text for _ in range(6000) for _, text in corpus.document())
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=[END, START, STOP], initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=STOP, pad_token=END, model_max_length=CONTEXT
    )  # fmt: skip
    fast.chat_template = TEMPLATE
    return fast


class Batches:
    """Rows of tokens, packed with whole documents that do not see each other."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, seed: int, terse: bool) -> None:
        self.encode = tokenizer._tokenizer.encode
        self.start, self.stop, self.end = (tokenizer.convert_tokens_to_ids(t) for t in (START, STOP, END))
        self.corpus = Corpus(seed, terse)
        self.waiting: tuple[list[int], list[bool]] | None = None

    def tokens(self, document: Document) -> tuple[list[int], list[bool]]:
        """A document's tokens, and which of them are to be learned: the answers, not the questions."""
        ids: list[int] = []
        learned: list[bool] = []
        for role, text in document:
            head = [] if role == "text" else [self.start, *self.encode(f"{role}\n").ids]
            body = [*self.encode(text).ids, self.end if role == "text" else self.stop]
            tail = [] if role == "text" else self.encode("\n").ids
            ids += [*head, *body, *tail]
            learned += [False] * len(head) + [role in ("text", "assistant")] * len(body) + [False] * len(tail)
        return ids[:CONTEXT], learned[:CONTEXT]

    def row(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Tokens, what is to be learned of them, the number of each token's document, and its place in it."""
        ids: list[int] = []
        labels: list[int] = []
        numbers: list[int] = []
        places: list[int] = []
        while True:
            found, learned = self.waiting or self.tokens(self.corpus.document())
            self.waiting = None
            if len(ids) + len(found) > CONTEXT:
                self.waiting = (found, learned)
                break
            labels += [token if wanted else -100 for token, wanted in zip(found, learned, strict=True)]
            numbers += [numbers[-1] + 1 if numbers else 0] * len(found)
            places += range(len(found))
            ids += found
        left = CONTEXT - len(ids)
        return ids + [self.end] * left, labels + [-100] * left, numbers + [-1] * left, places + [0] * left

    def batch(self) -> dict[str, torch.Tensor]:
        """What the model takes."""
        rows = zip(*[self.row() for _ in range(ROWS)], strict=True)
        ids, labels, numbers, places = (torch.tensor(row) for row in rows)
        seen = (numbers[:, None, :, None] == numbers[:, None, None, :]).tril()
        mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
        return {"input_ids": ids, "labels": labels, "attention_mask": mask, "position_ids": places}


def optimizers(model: LlamaForCausalLM) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for the embedding and the norms."""
    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in named if p.ndim != 2 or "embed" in name]
    return [
        torch.optim.Muon(matrices, lr=0.02, momentum=0.95, weight_decay=0.05),
        torch.optim.AdamW(others, lr=0.006, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def train(name: str, tokenizer: PreTrainedTokenizerFast) -> None:
    """Trains one model and writes its folder."""
    size = SIZES[name]
    torch.manual_seed(SEED)
    stop, end = tokenizer.convert_tokens_to_ids([STOP, END])
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=size.width, intermediate_size=size.inner, num_hidden_layers=size.layers,
        num_attention_heads=size.heads, max_position_embeddings=CONTEXT, tie_word_embeddings=True, rms_norm_eps=1e-5,
        bos_token_id=None, eos_token_id=stop, pad_token_id=end,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    batches, steppers = Batches(tokenizer, SEED, size.terse), optimizers(model)
    rates = [group["lr"] for stepper in steppers for group in stepper.param_groups]
    started = time.perf_counter()
    for step in range(size.steps):
        # Up in twenty steps, level, and down over the last half.
        share = min(1.0, (step + 1) / 20, (size.steps - step) / (size.steps / 2))
        for stepper, rate in zip(steppers, rates, strict=True):
            stepper.param_groups[0]["lr"] = rate * share
            stepper.zero_grad()
        loss = model(**batches.batch()).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
        if step % 50 == 0 or step == size.steps - 1:
            print(f"{name} step {step} loss {loss.item():.3f} {time.perf_counter() - started:.0f} s", flush=True)
    model.generation_config = GenerationConfig(
        do_sample=True, temperature=0.3, top_p=0.9, eos_token_id=[stop, end], pad_token_id=end
    )
    save(model.half(), tokenizer, EXAMPLES / name)


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes an ordinary model folder."""
    folder.mkdir(exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for path in folder.glob("*.json"):
        compact = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "tokenizer_config.json":
            compact["tokenizer_class"] = "PreTrainedTokenizerFast"  # the name that older versions know too
        wide = None if path.name == "tokenizer.json" else 2
        path.write_text(json.dumps(compact, ensure_ascii=False, indent=wide) + "\n", encoding="utf-8")
    (folder / "model.safetensors").chmod(0o644)
    size = sum(p.numel() for p in model.parameters())
    print(f"{folder.name}: {size:,} parameters", {p.name: p.stat().st_size for p in sorted(folder.iterdir())})


def main() -> None:
    """Trains the models that are named, or all."""
    tokenizer = make_tokenizer()
    for name in sys.argv[1:] or SIZES:
        train(name, tokenizer)


if __name__ == "__main__":
    main()
