"""Samples on disk: what is read is what was written, made once, made again where it is damaged."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.conftest import CATALOGUE, CODE_ONLY, FULL, RECORD
from wfllm.config.schema import Prompts, RoleWeights
from wfllm.data.cache import cache_key, tokenised
from wfllm.data.encode import WEIGHTS, Encoded, Lengths, encode_records
from wfllm.data.mending import Pair
from wfllm.data.store import ACCOUNT, ROWS, SAMPLES, Store, write_store
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api

SAMPLE = st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 5)), min_size=1, max_size=30)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_CACHE", str(tmp_path / "cache"))


def sample(name: str, tokens: list[tuple[int, int]]) -> Encoded:
    return Encoded(name, [i for i, _ in tokens], [r for _, r in tokens])


def some(count: int) -> list[Encoded]:
    draw = random.Random(0)
    return [
        sample(f"s{n}", [(draw.randrange(50_000), draw.randrange(6)) for _ in range(draw.randint(1, 40))])
        for n in range(count)
    ]


def plain(found: Encoded) -> tuple[str, list[int], list[int]]:
    return found.id, list(map(int, found.input_ids)), list(map(int, found.roles))


@given(drawn=st.lists(SAMPLE, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_is_what_was_written(drawn: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    samples = [sample(f"é{n}", tokens) for n, tokens in enumerate(drawn)]
    store = write_store(tmp_path_factory.mktemp("s") / "key", iter(samples), Lengths(kept=len(samples)))
    assert [plain(s) for s in store] == [plain(s) for s in samples]
    assert store.lengths.tolist() == [len(s.input_ids) for s in samples]
    assert store.supervised(WEIGHTS).tolist() == [s.supervised for s in samples]


def test_samples_are_read_by_index_from_any_batch(tmp_path: Path) -> None:
    samples = some(2 * ROWS + 3)
    store = write_store(tmp_path / "key", samples, Lengths())
    for index in (0, ROWS - 1, ROWS, 2 * ROWS, 2 * ROWS + 2, -1, -len(samples)):
        assert plain(store[index]) == plain(samples[index])
    assert [plain(s) for s in store[ROWS - 2 : ROWS + 2]] == [plain(s) for s in samples[ROWS - 2 : ROWS + 2]]
    for index in (len(samples), -len(samples) - 1):
        with pytest.raises(IndexError):
            store[index]


def test_tokens_are_not_in_memory_but_mapped(tmp_path: Path) -> None:
    store = write_store(tmp_path / "key", some(9), Lengths())
    found = store[4].input_ids
    assert isinstance(found, np.ndarray)
    assert not found.flags.owndata
    assert not found.flags.writeable


def test_made_once_and_the_same_from_the_cache(prompts: Prompts, tokenizer: Any) -> None:
    records = [replace(RECORD, id=f"r{n}", query=f"Number {n}") for n in range(5)]
    common: Any = {"catalogue": CATALOGUE, "prompts": prompts, "target": FULL}
    fresh, lengths = encode_records(records, tokenizer, **common, context=350, over_length="shorten")
    made: list[int] = []

    def make(account: Lengths) -> Iterator[Encoded]:
        made.append(1)
        account.kept, account.forms, account.dropped = lengths.kept, lengths.forms, lengths.dropped
        return iter(fresh)

    key = cache_key(records, [], tokenizer, *common.values(), context=350, over_length="shorten")
    for known in (False, True):
        store, was_there = tokenised(key, make)
        assert was_there is known
        assert [plain(s) for s in store] == [plain(s) for s in fresh]
        assert store.account == lengths
    assert made == [1]


def test_the_key_is_of_all_that_goes_in_and_of_nothing_else(prompts: Prompts, tokenizer: Any) -> None:
    def key(**other: Any) -> str:
        given: dict[str, Any] = {
            "records": [RECORD],
            "pairs": [],
            "tokenizer": tokenizer,
            "catalogue": CATALOGUE,
            "prompts": prompts,
            "target": FULL,
            "context": 99,
            "over_length": "drop",
        }
        return cache_key(**given | other)

    class Template:
        backend_tokenizer = tokenizer.backend_tokenizer
        chat_template = "another"
        eos_token = tokenizer.eos_token

    api = CATALOGUE["is.workflow.actions.alert"]
    others: list[dict[str, Any]] = [
        {"records": [replace(RECORD, query="Another")]},
        {"records": [replace(RECORD, annotated_code="x = 1")]},
        {"records": [replace(RECORD, id="r1")]},
        {"records": [RECORD, RECORD]},
        {"pairs": [Pair("r0", 1, "x", ("y",), "z", ())]},
        {"tokenizer": Template()},
        {"catalogue": {api.identifier: replace(api, description="Another")}},
        {"prompts": prompts.model_copy(update={"system": "Another"})},
        {"target": CODE_ONLY},
        {"context": 100},
        {"over_length": "fail"},
    ]
    keys = [key(**other) for other in others]
    assert len({key(), *keys}) == len(others) + 1
    same: list[dict[str, Any]] = [
        {},
        {"catalogue": {**CATALOGUE, "com.other": Api("com.other")}},
        {"target": FULL.model_copy(update={"weights": RoleWeights(plan=0.5)})},
    ]
    tokenizer([RECORD.query, "b"], padding=True)  # leaves its mark on the tokenizer
    assert {key(**other) for other in same} == {key()}


def damage(kind: str, folder: Path) -> None:
    file = folder / SAMPLES
    content = bytearray(file.read_bytes())
    if kind == "a bit":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif kind == "the end":
        file.write_bytes(content[: len(content) // 2])
    elif kind == "empty":
        file.write_bytes(b"")
    elif kind == "gone":
        file.unlink()
    elif kind == "account gone":
        (folder / ACCOUNT).unlink()
    elif kind == "account":
        (folder / ACCOUNT).write_text('{"sha256": ')
    else:
        (folder / ACCOUNT).write_text(json.dumps({"sha256": 1, "lengths": []}))


@pytest.mark.parametrize(
    "kind", ["a bit", "the end", "empty", "gone", "account gone", "account", "another account"]
)
def test_what_is_damaged_is_noticed_and_made_again(kind: str) -> None:
    samples = some(ROWS + 5)
    store, _ = tokenised("k", lambda _: samples)
    damage(kind, store.folder)
    with pytest.raises(WfllmError, match="is damaged"):
        Store(store.folder)
    again, known = tokenised("k", lambda _: samples)
    assert not known
    assert [plain(s) for s in again] == [plain(s) for s in samples]
    assert tokenised("k", lambda _: samples)[1]


def test_an_interrupted_writing_leaves_nothing(tmp_path: Path) -> None:
    def some_then_none() -> Iterator[Encoded]:
        yield from some(ROWS + 1)
        raise WfllmError("too long")

    with pytest.raises(WfllmError, match="too long"):
        tokenised("k", lambda _: some_then_none())
    assert list((tmp_path / "cache" / "tokens").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(WfllmError, match="WFLLM_CACHE"):
        tokenised("k", lambda _: some(1))


def test_what_nobody_has_used_for_long_is_removed() -> None:
    import os

    old, _ = tokenised("old", lambda _: some(1))
    used, _ = tokenised("used", lambda _: some(1))
    for folder in (old.folder, used.folder):
        os.utime(folder / ACCOUNT, (1e9, 1e9))
    tokenised("used", lambda _: some(1))
    tokenised("new", lambda _: some(1))
    assert not old.folder.exists()
    assert used.folder.exists()


TWO = """
import sys, time
from pathlib import Path
from tests.data.test_store import some
from wfllm.data.cache import tokenised

def slowly(account):
    Path(sys.argv[1]).touch()
    while not Path(sys.argv[2]).exists():
        time.sleep(0.01)
    yield from some(40)

store, known = tokenised("k", slowly)
print(known, len(store), int(store.lengths.sum()))
"""


@pytest.mark.slow
def test_two_processes_at_once(tmp_path: Path) -> None:
    """Both are at it before either is done; both read the same samples, and one folder stays."""
    marks = [str(tmp_path / name) for name in ("a", "b")]
    jobs = [
        subprocess.Popen([sys.executable, "-c", TWO, *order], stdout=subprocess.PIPE, text=True)
        for order in (marks, marks[::-1])
    ]
    outs = [job.communicate(timeout=300)[0] for job in jobs]
    total = sum(len(s.input_ids) for s in some(40))
    assert outs == [f"False 40 {total}\n"] * 2
    assert [p.name for p in (tmp_path / "cache" / "tokens").iterdir()] == ["k"]
