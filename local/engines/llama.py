"""A language model of Llama's shape in NumPy: the weights of a model folder, and the scores of the next token.

The same arithmetic as `transformers.LlamaForCausalLM`, in 32 bits; `tests/local/test_tiny_lm.py` compares the two."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_KINDS = {"F16": np.float16, "F32": np.float32}


def read_safetensors(path: Path) -> dict[str, Array]:
    """The tensors of a file, in 32 bits: eight bytes give the length of a JSON header, the numbers follow it."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[start + row["data_offsets"][0] : start + row["data_offsets"][1]], _KINDS[row["dtype"]])
        .reshape(row["shape"])
        .astype(np.float32)
        for name, row in header.items()
    }


@dataclass(slots=True)
class Cache:
    """Keys and values of the tokens that were read: [layers, batch, heads, context, size of a head]."""

    keys: Array
    values: Array
    length: int = 0

    def repeated(self, batch: int, room: int) -> Cache:
        """The cache repeated for `batch` continuations of one prompt, with room for `room` more tokens each."""
        kept = slice(self.length + room)
        keys, values = self.keys[:, :, :, kept], self.values[:, :, :, kept]
        return Cache(keys.repeat(batch, axis=1), values.repeat(batch, axis=1), self.length)


@dataclass(frozen=True, slots=True)
class _Layer:
    """The matrices of a layer, as they are multiplied from the right; what reads the same input stands side by side."""

    attention_norm: Array
    query_key_value: Array
    attention_out: Array
    inner_norm: Array
    gate_and_up: Array
    down: Array


class Llama:
    """The model of a folder that holds `config.json` and `model.safetensors`."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        assert config["model_type"] == "llama"
        assert config["num_key_value_heads"] == config["num_attention_heads"]
        assert config["tie_word_embeddings"]
        tensors = read_safetensors(folder / "model.safetensors")
        self.heads: int = config["num_attention_heads"]
        self.context: int = config["max_position_embeddings"]
        self._size = config["hidden_size"] // self.heads
        self._tiny = np.float32(config["rms_norm_eps"])
        self._embedding = tensors["model.embed_tokens.weight"]
        self._norm = tensors["model.norm.weight"]
        self._layers = [_layer(tensors, f"model.layers.{n}.") for n in range(config["num_hidden_layers"])]
        turn = config["rope_parameters"]["rope_theta"] ** -(np.arange(0, self._size, 2) / self._size)
        angles = np.outer(np.arange(self.context), np.concatenate([turn, turn]))
        self._cos, self._sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    def cache(self) -> Cache:
        """An empty past for one text."""
        shape = (len(self._layers), 1, self.heads, self.context, self._size)
        return Cache(np.zeros(shape, np.float32), np.zeros(shape, np.float32))

    def scores(self, ids: Ids, cache: Cache, *, last: bool = False) -> Array:
        """The scores (logits) of each token to come after each of `ids`, or after the `last` one only:
        [batch, tokens] to [batch, tokens, vocabulary]. The cache grows by the tokens."""
        start, end = cache.length, cache.length + ids.shape[1]
        x = self._embedding[ids]
        # A token sees itself and what stands before it.
        hidden = np.triu(np.full((ids.shape[1], end), -np.inf, np.float32), start + 1)
        for layer, keys, values in zip(self._layers, cache.keys, cache.values, strict=True):
            query, key, value = np.split(self._normed(x, layer.attention_norm) @ layer.query_key_value, 3, axis=-1)
            keys[:, :, start:end] = self._turned(self._by_head(key), start, end)
            values[:, :, start:end] = self._by_head(value)
            query = self._turned(self._by_head(query), start, end) * np.float32(self._size**-0.5)
            seen = _softmax(query @ keys[:, :, :end].swapaxes(2, 3) + hidden) @ values[:, :, :end]
            x = x + seen.swapaxes(1, 2).reshape(x.shape) @ layer.attention_out
            gate, up = np.split(self._normed(x, layer.inner_norm) @ layer.gate_and_up, 2, axis=-1)
            x = x + (gate / (1 + np.exp(-gate)) * up) @ layer.down
        cache.length = end
        x = x[:, -1:] if last else x
        return np.asarray(self._normed(x, self._norm) @ self._embedding.T)

    def _normed(self, x: Array, weight: Array) -> Array:
        return np.asarray(x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + self._tiny) * weight)

    def _by_head(self, x: Array) -> Array:
        return x.reshape(*x.shape[:2], self.heads, self._size).swapaxes(1, 2)

    def _turned(self, x: Array, start: int, end: int) -> Array:
        """Rotary places: the two halves of a head are turned against each other, further at each place."""
        half = self._size // 2
        other = np.concatenate([-x[..., half:], x[..., :half]], axis=-1)
        return np.asarray(x * self._cos[start:end] + other * self._sin[start:end], np.float32)


def _layer(tensors: dict[str, Array], at: str) -> _Layer:
    def joined(*names: str) -> Array:
        return np.ascontiguousarray(np.concatenate([tensors[f"{at}{name}.weight"] for name in names]).T)

    return _Layer(
        tensors[f"{at}input_layernorm.weight"],
        joined("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        joined("self_attn.o_proj"),
        tensors[f"{at}post_attention_layernorm.weight"],
        joined("mlp.gate_proj", "mlp.up_proj"),
        joined("mlp.down_proj"),
    )


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def log_softmax(x: Array) -> Array:
    """Scores as logarithms of probabilities."""
    x = x - x.max(axis=-1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)))
