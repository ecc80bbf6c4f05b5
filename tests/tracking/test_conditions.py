"""Conditions on runs: read as text, never evaluated; a key nobody has names the nearest."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.errors import WfllmError
from wfllm.tracking.conditions import check_keys, read_conditions

VALUES: dict[str, object] = {
    "strategy.r": 16,
    "optim.lr": 1e-3,
    "model.name": "tiny",
    "trainer.compile": False,
    "data.path": None,
    "metrics.families": ["codebleu", "checks"],
    "after-id/codebleu": 0.31,
    "val/loss": math.nan,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("strategy.r=16", True),
        ("strategy.r==16.0", True),
        ("strategy.r!=16", False),
        ("strategy.r >= 16", True),
        ("strategy.r>16", False),
        ("optim.lr<1e-2 and strategy.r<=16", True),
        ("optim.lr<1e-2  and  strategy.r<16", False),
        ("model.name=tiny", True),
        ("model.name='tiny'", True),
        ("model.name!=tiny", False),
        ("model.name>3", False),
        ("strategy.r=tiny", False),
        ("trainer.compile=false", True),
        ("trainer.compile=0", False),
        ("trainer.compile<1", False),
        ("data.path=null", True),
        ("metrics.families=checks", True),
        ("after-id/codebleu>0.3", True),
        ("val/loss<9", False),
        ("val/loss!=9", True),
        ("absent=1", False),
        ("absent!=1", False),
    ],
)
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    assert all(condition.holds(VALUES) for condition in read_conditions(text)) is holds


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "is no condition"),
        ("strategy.r", "is no condition"),
        ("strategy.r>", "is no condition"),
        ("=3", "is no condition"),
        ("strategy.r=>3", "is no condition"),
        ("strategy.r>3 and", "is no number"),
        ("strategy.r>3 and  and optim.lr<1", "is no condition"),
        ("strategy.r>many", "is no number"),
        ("strategy.r>nan", "is no number"),
        ("__import__('os').system('x')", "is no condition"),
        ("a" * 3000 + "=1", "characters"),
    ],
)
def test_what_is_no_condition_is_told(text: str, cause: str) -> None:
    with pytest.raises(WfllmError, match=cause):
        read_conditions(text)


def test_a_key_that_no_run_has_names_the_nearest() -> None:
    with pytest.raises(WfllmError, match=r"no run has the key 'strategy.rr'.*Did you mean strategy.r\?"):
        check_keys(read_conditions("strategy.rr=3"), VALUES)
    check_keys(read_conditions("strategy.r=3"), VALUES)


@given(st.text(max_size=80))
def test_any_text_is_a_condition_or_a_fault(text: str) -> None:
    try:
        found = read_conditions(text)
    except WfllmError:
        return
    assert all(isinstance(one.holds(VALUES), bool) for one in found)
