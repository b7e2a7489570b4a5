"""Rules of task inference that read a format: GGUF, PEFT, diffusers, and the configurations of other libraries."""

from __future__ import annotations

from .case import Case, RuleFinding, table
from .hints import Hints


def gguf(case: Case) -> RuleFinding | None:
    """GGUF: the architecture in the header; a projector beside it means that it sees."""
    if not case.hints.paths or not any(path.lower().endswith(".gguf") for path in case.hints.paths):
        return None
    name = case.hints.gguf.get("general.architecture")
    if not isinstance(name, str) or not name:
        return RuleFinding("a .gguf file", None, "its header names no architecture")
    known = table("formats")["gguf"].get(name)
    if known:
        return RuleFinding(f"GGUF of {name}", known, "what this architecture does")
    if any("mmproj" in path.lower() for path in case.hints.paths):
        return RuleFinding(f"GGUF of {name} with a projector", "image-text-to-text", "a language model that sees")
    return RuleFinding(f"GGUF of {name}", "text-generation", "a language model")


def peft(case: Case) -> RuleFinding | None:
    """PEFT: the task type of the adapter."""
    adapter = case.hints.adapter
    if not adapter:
        return None
    kind = adapter.get("task_type")
    task = table("formats")["peft"].get(kind) if isinstance(kind, str) else None
    if task:
        return RuleFinding(f"task_type {kind} in adapter_config.json", task, "what the adapter was trained for")
    base = adapter.get("base_model_name_or_path")
    where = f"; its base model {base} is not at hand" if isinstance(base, str) and base else ""
    return RuleFinding("adapter_config.json", None, f"it names no task{where}")


def diffusers(case: Case) -> RuleFinding | None:
    """diffusers: the pipeline class in model_index.json or among the tags; a LoRA draws as its base model does."""
    name = case.hints.diffusers_class or next((t for t in case.tags if t.endswith("Pipeline")), "")
    if name and (case.hints.diffusers_class or case.library == "diffusers"):
        for part, task in table("formats")["diffusers"]:
            if part in name:
                return RuleFinding(f"pipeline class {name}", task, f"its name has “{part}”")
        return RuleFinding(f"pipeline class {name}", "text-to-image", "what most diffusers pipelines do")
    weights = any(path.endswith(".safetensors") for path in case.hints.paths)
    lora = "lora" in case.tags or "textual_inversion" in case.tags
    if case.library == "diffusers" and (lora or (weights and case.data.get("base_model"))):
        return RuleFinding("a LoRA for diffusers", "text-to-image", "its base model most likely draws")
    if "instance_prompt" in case.data and (lora or case.library == "diffusers"):
        return RuleFinding("instance_prompt", "text-to-image", "a trained subject to draw")
    return None


def library_format(case: Case) -> RuleFinding | None:
    """Other libraries: what their own configuration says, else the one thing they do."""
    config = case.hints.config
    for read in (_speechbrain, _sklearn, _keras_hub, _adapter_transformers, _spacy) if case.hints.paths else ():
        found = read(case.hints)
        if found:
            return found
    if case.library is None:
        return None
    tables = table("libraries")
    if case.library == "timm" and config.get("num_classes") == 0:
        return RuleFinding("timm with num_classes 0", "image-feature-extraction", "a backbone without classes")
    task = tables["tasks"].get(case.library)
    if task:
        return RuleFinding(f"library {case.library}", task, "what this library is for")
    several = tables["several"].get(case.library)
    return RuleFinding(f"library {case.library}", None, f"it does {several}") if several else None


def _speechbrain(hints: Hints) -> RuleFinding | None:
    name = hints.config.get("speechbrain_interface")
    task = table("formats")["speechbrain"].get(name) if isinstance(name, str) else None
    return RuleFinding(f"speechbrain_interface {name}", task, "what this interface does") if task else None


def _sklearn(hints: Hints) -> RuleFinding | None:
    part = hints.config.get("sklearn")
    task = part.get("task") if isinstance(part, dict) else None
    return RuleFinding(f"sklearn.task {task}", task, "config.json says so") if isinstance(task, str) else None


def _keras_hub(hints: Hints) -> RuleFinding | None:
    named = hints.config.get("registered_name") or hints.config.get("class_name")
    name = named if isinstance(named, str) else hints.keras_class
    task = next((task for part, task in table("formats")["keras_hub"] if part in name), None)
    return RuleFinding(f"keras-hub class {name[:80]}", task, "what this class does") if task else None


def _adapter_transformers(hints: Hints) -> RuleFinding | None:
    head = hints.config.get("prediction_head") or hints.config.get("config")
    kind = head.get("head_type") if isinstance(head, dict) else None
    task = table("formats")["adapter_heads"].get(kind) if isinstance(kind, str) else None
    return RuleFinding(f"adapter head {kind}", task, "what this head does") if task else None


def _spacy(hints: Hints) -> RuleFinding | None:
    for name, task in table("formats")["spacy"]:
        if name in hints.components:
            return RuleFinding(f"spaCy component {name}", task, "what this component does")
    return None
