"""Measuring once says what asking one by one says."""

from __future__ import annotations

import pytest

from wfllm.bench.content import content_key
from wfllm.bench.measure import NOTE, apis_of, measure, note, noted
from wfllm.bench.sources.starter import load_starter
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.stats import stats_of_code
from wfllm.shortcuts.used import used_apis

CODES = [record.annotated_code for record in load_starter()[::9]]


@pytest.mark.parametrize("code", [*CODES, "if", "", "x = '\ud800'", "(" * 500, "x = " + "9" * 5000])
def test_once_is_the_same_as_one_by_one(code: str) -> None:
    catalogue = load_catalogue()
    measured = measure(code, catalogue)
    assert measured.keys.content == content_key(code)
    assert measured.keys.structure == content_key(code, "structure")
    assert measured.stats == stats_of_code(code, catalogue)
    assert bool(measured.fault) == (measured.stats is None)
    item = {"annotated_code": "something else", NOTE: note(measured)}
    assert noted(item) == measured
    assert noted({"annotated_code": code}, catalogue) == measured


@pytest.mark.parametrize("code", CODES)
def test_apis_are_those_that_are_used(code: str) -> None:
    assert apis_of(code, load_catalogue()) == used_apis(code, load_catalogue())
    assert apis_of("if") == []
