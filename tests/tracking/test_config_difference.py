"""How the configs of two runs differ: in which keys, and what only one of them has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wfllm.tracking.compare import Row
from wfllm.tracking.config_difference import config_difference, shown, told


def row(config: dict[str, Any], data: str = "d", code: str = "c") -> Row:
    return Row(Path("x"), "train", "x", "finished", config, {}, None, data=data, code=code)


def test_one_key_is_the_first_line() -> None:
    left, right = row({"strategy.r": 8, "seed": 0}), row({"strategy.r": 16, "seed": 0})
    assert list(told(left, right)) == ["The two runs differ in one key: strategy.r: 8 → 16"]


def test_changed_then_left_then_right() -> None:
    left = row({"optim.lr": 1e-4, "strategy.name": "lora", "strategy.r": 8})
    right = row({"optim.lr": 3e-4, "strategy.name": "full", "trainer.compile": True}, code="e")
    assert [(d.key, d.left, d.right) for d in config_difference(left.config, right.config)] == [
        ("strategy.name", "lora", "full"),
        ("optim.lr", "0.0001", "0.0003"),
        ("strategy.r", "8", None),
        ("trainer.compile", None, "true"),
    ]
    assert list(told(left, right)) == [
        "The two runs differ in 4 keys, 2 of which both have:",
        "  strategy.name: lora → full",
        "  optim.lr: 0.0001 → 0.0003",
        "  only the first: strategy.r: 8",
        "  only the second: trainer.compile: true",
        "Not the same code: c → e",
    ]


def test_the_same_config_on_other_records_is_said() -> None:
    assert list(told(row({"seed": 0}), row({"seed": 0}, data="other"))) == [
        "The two runs have the same config.",
        "Not the same records: d → other",
    ]
    assert list(told(row({"seed": 0}), row({"seed": 1}), without=["seed"])) == [
        "The two runs have the same config."
    ]


def test_a_value_is_one_short_line() -> None:
    assert shown(None) == "null"
    assert shown("a\nb") == "a b"
    assert shown("x" * 100) == "x" * 59 + "… (100 characters)"
    assert shown("\x1b[31mred") == "\\x1b[31mred"
