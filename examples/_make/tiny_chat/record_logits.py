"""Records what transformers computes for the tiny chat models, for tests without torch:
`python examples/_make/tiny_chat/record_logits.py` writes `tests/local/logits.npz`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parents[3]
MODELS = ("tiny-chat-1m", "tiny-chat-380k")
TEXTS = ("Once upon a time", "naïve café 😀 <|im_end|>\n\n```yaml\nlicense: mit\n```  two", "Count to 12: 1, 2, 3")


def main() -> None:
    """For each model and text its tokens, and the scores after the last one."""
    found: dict[str, np.ndarray] = {"texts": np.array(TEXTS)}
    for name in MODELS:
        tokenizer = AutoTokenizer.from_pretrained(ROOT / "examples" / name)
        model = AutoModelForCausalLM.from_pretrained(ROOT / "examples" / name, dtype=torch.float32)
        for number, text in enumerate(TEXTS):
            ids = tokenizer(text, split_special_tokens=True)["input_ids"]
            with torch.no_grad():
                scores = model(torch.tensor([ids])).logits[0, -1].numpy()
            found |= {f"{name}-{number}-ids": np.array(ids), f"{name}-{number}-scores": scores}
    np.savez_compressed(ROOT / "tests" / "local" / "logits.npz", **found)


if __name__ == "__main__":
    main()
