"""A build in parts on several machines, through the real command, is the build in one piece."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.bench.stages import fake_annotator
from tests.bench.stages.conftest import keys, server  # noqa: F401 - a fixture
from tests.commands.test_build import dataset, rows
from tests.llm.fault_server import FaultServer
from wfllm.bench.stages import asking, engine, folder
from wfllm.cli import main

pytestmark = pytest.mark.slow
CHUNK = 8


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (folder, engine, asking):
        monkeypatch.setattr(module, "CHUNK", CHUNK)
    monkeypatch.setenv("COLUMNS", "200")


def given(path: Path) -> list[str]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(40)))
    return ["build", "data=records", f"data.path={path}"]


def test_two_shards_are_the_build_in_one_piece(
    server: FaultServer,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.say = fake_annotator.say
    build = [*given(tmp_path / "r.jsonl"), "thoughts=llm", "annotator=llm", "confirm.repair=true"]
    build += ["expand.count=40", *keys(server)]
    assert main([*build, f"output={tmp_path / 'one'}"]) == 0
    a, b, c = (tmp_path / name for name in "abc")
    asked = server.received.copy()
    server.received.clear()
    for number, own in ((1, a), (2, b)):  # to transcribe, since filter sees all
        assert main([*build, f"output={own}", f"shard={number}/2", "n_jobs=2"]) == 0
    for _ in ("to thoughts, since split sees all", "to confirm, since distinct sees all"):
        first = tmp_path / "first"
        shutil.rmtree(first, ignore_errors=True)
        shutil.copytree(a, first)  # as it was when both ended
        for number, own, other in ((1, a, b), (2, b, first)):
            assert main([*build, f"output={own}", f"shard={number}/2", f"merge=[{other}]"]) == 0
    assert server.received == asked  # nothing twice, though each has a memory of its own
    assert not (a / "dataset").exists()
    capsys.readouterr()
    assert main([*build, f"output={c}", f"merge=[{a},{b}]"]) == 0
    assert "files taken from 2 folders" in capsys.readouterr().out
    assert server.received == asked
    assert dataset(c) == dataset(tmp_path / "one")
    assert {len(list(p.glob("*_annotate/chunk-??????.jsonl"))) for p in (a, b, c)} >= {5}


def test_a_wrong_merge_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build, shards = given(tmp_path / "r.jsonl"), [tmp_path / f"s{n}" for n in (1, 2, 3)]
    for number, own in enumerate(shards, start=1):
        assert main([*build, f"output={own}", f"shard={number}/3"]) == 0
    one, two, three = shards
    other_config, other_data, more = (tmp_path / name for name in ("config", "data", "more.jsonl"))
    every = f"merge=[{one},{two},{three}]"
    assert main([*build, f"output={other_config}", "shard=3/3", "filter.min_actions=2", every]) == 0
    more.write_text((tmp_path / "r.jsonl").read_text().replace("Number 7", "Number 7.5"))
    assert main(["build", "data=records", f"data.path={more}", f"output={other_data}", "shard=3/3"]) == 0
    capsys.readouterr()
    cases = {
        (one, two): "1 of the 5 chunks of stage transcribe are in none of the folders",
        (one, two, two): "s2: is named twice",
        (one, two, other_config): "03_filter: was made with other settings, data or code",
        (one, two, other_data): "01_collect: was made with other settings, data or code",
        (one, two, tmp_path): "holds no stage of a build",
        (one, two, tmp_path / "nowhere"): "holds no stage of a build",
    }
    for number, (folders, said) in enumerate(cases.items()):
        output = tmp_path / f"merged{number}"
        assert main([*build, f"output={output}", f"merge=[{','.join(map(str, folders))}]"]) == 1
        told = capsys.readouterr().err
        assert said in told
        assert told.strip().count("\n") == 0, told
        assert not (output / "dataset").exists()
    assert main([*build, f"output={tmp_path / 'all'}", every]) == 0
    assert main([*build, f"output={tmp_path / 'whole'}"]) == 0
    assert dataset(tmp_path / "all") == dataset(tmp_path / "whole")
