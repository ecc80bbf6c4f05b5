"""Who writes the workflows of a build: `annotator=` made into something its stage can ask.

The prompt is the one that training and evaluation use, and so is the reader of the answer: a trained
annotator sees what it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from wfllm.bench.stages.annotate import Annotator, Written, prices_of
from wfllm.bench.stages.asking import CACHE, Sampling, answer_settings
from wfllm.bench.stages.stage import Item
from wfllm.config import schema as s
from wfllm.config.groups import option_files
from wfllm.data.fitting import wordings
from wfllm.data.prompt import read_answer
from wfllm.errors import WfllmError, suggestion
from wfllm.llm.cache import Cache
from wfllm.llm.limits import Spent
from wfllm.llm.model import Model
from wfllm.llm.open import open_model
from wfllm.shortcuts.catalogue import load_catalogue

FULL = s.Target(name="full", plan=True, comments=True)
"""What a synthetic sample has: plan and comments."""


def make_annotator(
    config: s.Annotator, llm: s.Llm, root: Path, spent: Spent | None = None
) -> Annotator | None:
    """The annotator of a config; None for `annotator=none`. Nothing is asked or loaded yet.

    Args:
        config: the `annotator` group.
        llm: the `llm` group, as the build uses it.
        root: the build's folder, which remembers answers.
        spent: counts what this run spends of the budget of `llm`.

    Raises:
        WfllmError: no such prompts or checkpoint, or one that writes no plan or comments.
    """
    if isinstance(config, s.LlmAnnotator):
        return _served(config, llm, spent)
    if isinstance(config, s.CheckpointAnnotator):
        return _trained(config, llm, root)
    return None


def _served(config: s.LlmAnnotator, llm: s.Llm, spent: Spent | None) -> Annotator:
    own = {key: getattr(config, key) for key in ("base_url", "model", "identity")}
    given: dict[str, Any] = {key: value for key, value in own.items() if value is not None}
    if given and not isinstance(llm, s.OpenAILlm):
        key = next(iter(given))
        mend = "Use llm=openai, or leave it out."
        raise WfllmError(f"llm={llm.name} is no server", where=f"annotator.{key}", mend=mend)
    if ("base_url" in given or "model" in given) and "identity" not in given:
        given["identity"] = None  # the identity of llm is that of another model
    if isinstance(llm, s.OpenAILlm):
        given["price_in"], given["price_out"] = prices_of(config, llm)
    asked = llm.model_copy(update=given)
    prompts = named_prompts(config.prompts)
    sampling = Sampling(config.temperature, config.max_tokens, config.seed)
    settings = {
        **config.model_dump(mode="json", include={"name", "temperature", "max_tokens", "seed"}),
        "llm": answer_settings(asked),
        "prompts": prompts.model_dump(mode="json"),
    }
    return Annotator(lambda: open_model(asked, spent), Wordings(prompts, FULL), read, settings, sampling)


def _trained(config: s.CheckpointAnnotator, llm: s.Llm, root: Path) -> Annotator:
    if config.path.startswith(("wandb:", "wandb-artifact:")):
        name = config.path.partition(":")[2].lstrip("/")
        raise WfllmError(
            "an artifact is not fetched from here",
            where=f"annotator.path={config.path}",
            mend=f"Fetch it: wandb artifact get {name} --root FOLDER, then annotator.path=FOLDER.",
        )
    from wfllm.commands.trained_model import TrainedModel, find_trained  # imports torch

    found = find_trained(config)
    prompts, target = found.prompts or named_prompts(config.prompts), found.target or FULL
    if not (target.plan and target.comments):
        cause = f"was trained with target={target.name}, and a dataset needs plan and comments"
        raise WfllmError(cause, where=f"annotator.path={config.path}", mend="Train one with target=full.")
    cache = llm.cache if isinstance(llm, s.CachedLlm) else str(root / CACHE)
    settings = {
        **config.model_dump(mode="json", include={"name", "max_tokens", "dtype"}),
        "weights": found.fingerprint,
        "prompts": prompts.model_dump(mode="json"),
    }

    def open_trained() -> Model:
        return Model(TrainedModel(config, found), Cache(cache), temperature=0.0)

    sampling = Sampling(0.0, config.max_tokens)
    return Annotator(open_trained, Wordings(prompts, target), read, settings, sampling)


class Wordings:
    """The prompts for an item: those of training, the documentation in ever shorter forms."""

    def __init__(self, prompts: s.Prompts, target: s.Target) -> None:
        self.prompts, self.target = prompts, target

    def __call__(self, item: Item) -> Sequence[s.Prompt]:
        known = load_catalogue()
        shorter = wordings(item["query"], item["apis"], known, self.prompts, self.target)
        return [s.Prompt(system=turns[0]["content"], user=turns[1]["content"]) for turns in shorter]


def read(text: str) -> Written:
    """An answer taken apart as evaluation does, and whether its code block ends."""
    answer = read_answer(text)
    return Written(answer.plan, answer.code, answer.closed)


def named_prompts(name: str) -> s.Prompts:
    """An option of the group `prompts` as training uses it.

    Raises:
        WfllmError: there is none of that name, or it is no wording for training.
    """
    files = option_files("prompts")
    if name not in files:
        mend = suggestion(name, files, everything="Options")
        raise WfllmError(f"no option {name} in prompts", where="annotator.prompts", mend=mend)
    try:
        return s.Prompts.model_validate(yaml.safe_load(files[name].read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError, ValidationError):
        mend = "Name the one that the annotator was trained with."
        raise WfllmError("is no wording of training", where=f"annotator.prompts={name}", mend=mend) from None
