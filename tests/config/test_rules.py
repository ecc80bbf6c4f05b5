"""Each rule between keys: broken, and just kept."""

from __future__ import annotations

import pytest

from tests.config.conftest import faults
from wfllm.config.compose import compose
from wfllm.config.rules import broken_rules

RULES = [
    (
        ["model=tiny", "model.hidden=65", "decoding.max_new_tokens=64"],
        "model.hidden",
        "65 is no multiple of model.heads=4",
        ["model=tiny", "model.hidden=64", "decoding.max_new_tokens=64"],
    ),
    (
        ["model=tiny", "model.hidden=12", "decoding.max_new_tokens=64"],
        "model.hidden",
        "12 / model.heads=4 is odd",
        ["model=tiny", "model.hidden=8", "decoding.max_new_tokens=64"],
    ),
    (
        ["model.context=512"],
        "decoding.max_new_tokens",
        "512 leaves no room for a prompt in model.context=512",
        ["model.context=513"],
    ),
    (
        ["data=records", "data.path=x", "data.dev_share=0.5", "data.test_share=0.5"],
        "data.test_share",
        "with data.dev_share it is 1, which leaves nothing to train on",
        ["data=records", "data.path=x", "data.dev_share=0.5", "data.test_share=0.49"],
    ),
    (
        ["trainer.accelerator=cpu", "trainer.precision=16-mixed"],
        "trainer.precision",
        "16-mixed needs a GPU, and trainer.accelerator is cpu",
        ["trainer.accelerator=auto", "trainer.precision=16-mixed"],
    ),
    (
        ["evaluation.before=true", "evaluation.splits=[]"],
        "evaluation.splits",
        "empty, but an evaluation is asked for",
        ["evaluation.splits=[]"],
    ),
    (
        ["evaluation.after=true", "evaluation.splits=[]"],
        "evaluation.splits",
        "empty, but an evaluation is asked for",
        ["evaluation.after=true", "evaluation.splits=[ood]"],
    ),
]


@pytest.mark.parametrize(("broken", "key", "cause", "kept"), RULES)
def test_a_rule_is_told_when_broken_and_silent_when_kept(
    broken: list[str], key: str, cause: str, kept: list[str]
) -> None:
    found = faults("train", *broken)
    assert list(found) == [key]
    assert found[key].cause == cause
    assert not list(broken_rules(compose("train", kept).config))


def test_rules_hold_for_evaluation_too() -> None:
    assert list(faults("evaluate", "model.context=100")) == ["decoding.max_new_tokens"]


def test_rules_are_checked_beside_faults_of_a_part_that_has_no_defaults() -> None:
    found = faults("train", "target.plan=x", "trainer.accelerator=cpu", "trainer.precision=16-mixed")
    assert sorted(found) == ["target.plan", "trainer.precision"]
