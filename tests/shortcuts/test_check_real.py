"""Real files are legal: what the checker says about them is counted here, and each kind has its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.catalogue.stage import collect
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

RENAMED = 1
"""Cases of a menu whose item was renamed: they are never chosen. A warning."""
ASKED = 1
"""Inputs that Apple's definition calls required and a file leaves to be asked for. A warning."""


@pytest.fixture(scope="module")
def codes(shared_data: Path) -> list[str]:
    plists = [(s.plist, s.name) for path in find(shared_data / "shortcuts") for s in read(path)]
    return [transcribe(build_tree(plist, name)).code for plist, name in plists if plist is not None]


def findings(codes: list[str], catalogue: Catalogue) -> list[Finding]:
    return [finding for code in codes for finding in check(code, catalogue)]


@pytest.mark.slow
def test_without_a_table_only_apps_actions_are_unknown(codes: list[str]) -> None:
    assert len(codes) == 356
    found = findings(codes, load_catalogue())
    unknown = [f for f in found if f.rule == "unknown-api"]
    assert {f.severity for f in unknown} == {"warning"}
    assert not [f for f in unknown if "is.workflow" in f.message]
    rest = Counter((f.rule, f.severity) for f in found if f.rule != "unknown-api")
    assert rest.keys() <= {("menu", "warning")}
    assert rest["menu", "warning"] <= RENAMED


@pytest.mark.slow
def test_with_all_definitions_and_use_everything_is_known(codes: list[str], shared_data: Path) -> None:
    inputs = ["WFActions.plist", "workflowbench/apis.jsonl", "shortcutsbench_api2info.json", "shortcuts"]
    account = collect([str(shared_data / name) for name in inputs])
    found = findings(codes, Catalogue(account.apis))
    rest = Counter((f.rule, f.severity) for f in found)
    assert rest.keys() <= {("menu", "warning"), ("missing-parameter", "warning")}
    assert rest["menu", "warning"] <= RENAMED
    assert rest["missing-parameter", "warning"] <= ASKED
