"""Rules between keys: combinations that are each valid alone and wrong together."""

from __future__ import annotations

from collections.abc import Iterator

from wfllm.config import schema as s

Broken = tuple[tuple[str, ...], str, str]
"""Keys involved, the one to change first; cause; mend."""


def broken_rules(config: s.Command) -> Iterator[Broken]:
    """Every rule that `config` breaks."""
    model = getattr(config, "model", None)
    if isinstance(model, s.TinyModel) and model.hidden % model.heads:
        yield (
            ("model.hidden", "model.heads"),
            f"{model.hidden} is not a multiple of model.heads={model.heads}",
            "",
        )
    decoding = getattr(config, "decoding", None)
    if model is not None and decoding is not None and decoding.max_new_tokens >= model.context:
        yield (
            ("decoding.max_new_tokens", "model.context"),
            f"{decoding.max_new_tokens} leaves no room for a prompt in model.context={model.context}",
            "Lower the one or raise the other.",
        )
    data = getattr(config, "data", None)
    if isinstance(data, s.HeldOutData) and data.dev_share + data.test_share >= 1:
        held_out = data.dev_share + data.test_share
        yield (
            ("data.test_share", "data.dev_share"),
            f"data.dev_share + data.test_share = {held_out:g} leaves nothing to train on",
            "Together they must stay under 1.",
        )
    if isinstance(config, s.TrainCommand):
        yield from _training(config)


def _training(config: s.TrainCommand) -> Iterator[Broken]:
    if config.trainer.accelerator == "cpu" and config.trainer.precision == "16-mixed":
        yield (
            ("trainer.precision", "trainer.accelerator"),
            "16-mixed needs a GPU, and trainer.accelerator is cpu",
            "Use 32-true or bf16-mixed.",
        )
    evaluated = config.evaluation
    if (evaluated.before or evaluated.after) and not evaluated.splits:
        yield (
            ("evaluation.splits",),
            "empty, though an evaluation is asked for",
            "Use evaluation.splits=[id].",
        )
