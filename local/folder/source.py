"""The parts of a folder's model as transformers loads them: nothing from the network, no code, no pickle, no chance.

transformers gives random numbers to a head that the weights lack, without a word: the class is held against the task
before loading, and tensors that were missing are refused after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.architectures import architecture_task

from ..errors import Refusal

Tell = Callable[[str], None]

# Of these loaders nothing else is asked than what is in the folder.
_ONLY_HERE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
# Tensors that are rebuilt, so that a file may lack them.
_REBUILT = (
    "position_ids",
    "inv_freq",
    "attn.masked_bias",
    "attn.bias",
    "relative_position_index",
    "num_batches_tracked",
)


class Source:
    """A folder; `tell` hears what is being done."""

    def __init__(self, root: Path, below: str = "", tell: Tell = lambda _: None) -> None:
        self.folder = Folder(root)
        self.path = str(root / below)
        self.tell = tell
        tell("Starting torch and transformers")
        import torch  # noqa: PLC0415  (seconds; after the first word about them)
        import transformers  # noqa: PLC0415

        transformers.logging.disable_progress_bar()
        self.lock = Lock()  # one answer at a time
        self.torch = torch
        self.transformers = transformers
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.config = self._part("AutoConfig")

    def _part(self, name: str) -> Any:
        return getattr(self.transformers, name).from_pretrained(self.path, **_ONLY_HERE)

    def tokenizer(self) -> Any:
        """The tokenizer, which cuts at what the model reads."""
        self.tell("Reading the tokenizer")
        found = self._part("AutoTokenizer")
        found.model_max_length = min(found.model_max_length, self.longest)
        return found

    @property
    def longest(self) -> int:
        """The most tokens that the model has places for, a very large number where it counts none."""
        config = self.config.get_text_config()
        places = getattr(config, "max_position_embeddings", None)
        if not isinstance(places, int) or places < 1:
            return 10**9
        # RoBERTa and its kin begin to count behind the padding.
        behind = (getattr(config, "pad_token_id", None) or 0) + 1 if "roberta" in config.model_type else 0
        return places - behind

    @property
    def sees(self) -> bool:
        """Whether the model's class writes about images."""
        named = (getattr(self.config, "architectures", None) or [""])[0]
        return architecture_task(named, self.config.to_dict())[0] == "image-text-to-text"

    def processor(self, name: str = "AutoProcessor") -> Any:
        """The processor of images or sounds; by another name a part of it."""
        self.tell("Reading the processor")
        return self._part(name)

    def model(self, *names: str, headless: bool = False) -> Any:
        """The model, by the one of these Auto classes that its own class belongs to. `headless`: its last pooling layer
        may be missing, as it is not used. Raises Refusal where a part of it would be random."""
        self.tell("Reading the weights")
        loader = self._loader(names)
        model, info = loader.from_pretrained(self.path, use_safetensors=True, output_loading_info=True, **_ONLY_HERE)
        ignored = (*_REBUILT, "pooler.") if headless else _REBUILT
        missing = sorted(key for key in info["missing_keys"] if not any(part in key for part in ignored))
        if missing:
            raise Refusal(
                f"The weights lack {len(missing)} tensors that the task needs, such as {missing[0]}:"
                " untrained ones would answer."
            )
        return model.to(self.device).eval()

    def _loader(self, names: tuple[str, ...]) -> Any:
        stated = set(getattr(self.config, "architectures", None) or ())
        loaders = [getattr(self.transformers, name) for name in names]
        fitting = [loader for loader in loaders if type(self.config) in loader._model_mapping]
        if not fitting:
            raise Refusal(f"transformers has no model of type {self.config.model_type} for this task.")
        return next((loader for loader in fitting if stated & set(_classes(loader, self.config))), fitting[0])

    def pipeline(self, task: str, *names: str, **parts: Any) -> Any:
        """A pipeline of transformers over parts that were loaded here."""
        model = self.model(*names)
        self.tell("Putting the pipeline together")
        return self.transformers.pipeline(task, model=model, device=self.device, **parts)


def _classes(loader: Any, config: Any) -> list[str]:
    found = loader._model_mapping[type(config)]
    return [one.__name__ for one in (found if isinstance(found, list | tuple) else (found,))]
