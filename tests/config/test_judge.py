"""The group `judge`: a model below a group of its own, and the rules between its keys."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from tests.config.conftest import Write, faults
from wfllm.config import schema as s
from wfllm.config.compose import compose, validate
from wfllm.config.problems import ConfigError


@cache
def composed() -> dict[str, Any]:
    return compose("evaluate", ["judge=openai"]).plain


def told(judge: dict[str, Any], llm: dict[str, Any] | None = None) -> dict[str, str]:
    """Key → cause of what is wrong with an evaluation whose judge is changed so."""
    plain = copy.deepcopy(composed())
    plain["judge"] |= judge
    plain["judge"]["llm"] |= llm or {}
    try:
        validate("evaluate", plain)
    except ConfigError as error:
        return {problem.key: problem.cause for problem in error.problems}
    return {}


def test_the_judge_has_a_model_of_its_own() -> None:
    config = compose("evaluate", ["judge=local", "judge.llm.path=judge", "judge.votes=3"]).config
    assert isinstance(config, s.EvaluateCommand)
    assert isinstance(config.judge, s.LocalJudge)
    assert isinstance(config.judge.llm, s.LocalLlm)
    assert (config.judge.llm.path, config.judge.votes) == ("judge", 3)


@pytest.mark.parametrize(
    ("judge", "llm", "expected"),
    [
        ({}, {}, {}),
        ({"votes": 3}, {}, {}),
        ({"votes": 2}, {}, {"judge.votes": "2 votes may be as many for as against"}),
        ({"votes": 3, "temperature": 0.0}, {}, {"judge.temperature": "at 0 all votes are the same one"}),
        ({"votes": 1, "temperature": 0.0}, {}, {}),
        (
            {"prompt": {"system": "", "user": "{query} {documentation} {code}"}},
            {},
            {"judge.prompt.user": "nowhere says {case}"},
        ),
        (
            {},
            {"budget_usd": 1.0, "price_in": 1.0},
            {"judge.llm.price_in": "not given, but judge.llm.budget_usd needs prices"},
        ),
        ({}, {"budget_usd": 1.0, "price_in": 1.0, "price_out": 2.0}, {}),
        ({}, {"name": "local"}, {"judge.llm.name": "should be 'openai', not 'local'"}),
    ],
)
def test_rules_of_the_judge(judge: dict[str, Any], llm: dict[str, Any], expected: dict[str, str]) -> None:
    assert told(judge, llm) == expected


def test_a_key_of_another_model_says_whose_it_is() -> None:
    problem = faults("evaluate", "judge=openai", "judge.llm.path=x")["judge.llm.path"]
    assert problem.mend == "It belongs to judge=local or judge=replay."


def test_criteria_of_ones_own(conf: Write) -> None:
    conf("judge/strict.yaml", "# Strict.\ndefaults: [openai]\nprompt: {system: 'Be strict.'}\nvotes: 5\n")
    config = compose("evaluate", ["judge=strict"]).config
    assert isinstance(config, s.EvaluateCommand)
    assert isinstance(config.judge, s.OpenAIJudge)
    assert (config.judge.prompt.system, config.judge.votes) == ("Be strict.", 5)
    assert "{case}" in config.judge.prompt.user
