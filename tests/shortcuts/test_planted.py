"""The checker's recall: a fault planted in legal code is found, by the rule it breaks, wherever it is."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

import wfllm.bench
from tests.shortcuts.planted import FAULTS, broken_block, plant
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

STARTER = sorted((Path(wfllm.bench.__file__).parent / "starter").rglob("*.py"))
LONGEST = 30_000
"""Characters of a workflow in which faults are planted; what is found there is found in longer ones."""


@pytest.fixture(scope="module")
def shipped() -> list[str]:
    return [path.read_text("utf-8") for path in STARTER[::8]]


@pytest.fixture(scope="module")
def real(shared_data: Path) -> list[str]:
    plists = [(s.plist, s.name) for path in find(shared_data / "shortcuts") for s in read(path)]
    codes = [transcribe(build_tree(plist, name)).code for plist, name in plists if plist is not None]
    return [code for code in codes if len(code) < LONGEST]


def missed(name: str, codes: list[str]) -> tuple[list[str], int]:
    """Codes whose fault its rule does not find, and in how many one was planted."""
    fault, rule = FAULTS[name]
    catalogue = load_catalogue()
    lost, planted = [], 0
    for seed, code in enumerate(codes):
        broken = plant(code, fault, catalogue, seed)
        if broken is None:
            continue
        planted += 1
        before, after = (Counter((f.rule, f.message) for f in check(c, catalogue)) for c in (code, broken))
        if rule not in {found for found, _ in after - before}:
            lost.append(broken)
    return lost, planted


@pytest.mark.parametrize("name", FAULTS)
def test_faults_planted_in_shipped_code_are_found(name: str, shipped: list[str]) -> None:
    lost, planted = missed(name, shipped)
    assert lost == []
    assert planted > 0 or name in ("loop_to_while", "two_cases", "drop_required")


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_faults_planted_in_real_code_are_found(name: str, real: list[str]) -> None:
    lost, planted = missed(name, real)
    assert lost == []
    assert planted > 60


def test_a_broken_block_is_a_fault_of_syntax(shipped: list[str]) -> None:
    catalogue = load_catalogue()
    broken = [b for i, code in enumerate(shipped) if (b := broken_block(code, random.Random(i))) is not None]
    assert broken
    assert [b for b in broken if check(b, catalogue)[0].rule != "syntax"] == []
