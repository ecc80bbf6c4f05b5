"""`wfllm build` as its user meets it: tables, faults, next commands, two at once, killed and going on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.test_records import shortcut
from tests.commands.conftest import Run, environment
from wfllm import lock
from wfllm.bench.sources.starter import load_starter
from wfllm.cli import main
from wfllm.commands.build import _lock, _part
from wfllm.shortcuts.comments import without_comments


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Records without thoughts, made of the starter corpus."""
    starter = load_starter()
    for number in range(count):
        record = starter[number % len(starter)]
        line = f'is_workflow_actions_notification(WFNotificationActionBody="Number {number}")\n'
        code = without_comments(record.annotated_code) + line
        yield {"id": f"r{number}", "query": record.query, "annotated_code": code, "category": record.category}


def records(path: Path, count: int = 30) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(count)))
    return path


def dataset(folder: Path) -> dict[str, bytes]:
    found = folder / "dataset"
    return {p.relative_to(found).as_posix(): p.read_bytes() for p in sorted(found.rglob("*")) if p.is_file()}


def build(*args: str) -> int:
    return main(["build", *args])


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("no_plots")
def test_it_tells_what_it_dropped_and_what_is_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = records(tmp_path / "r.jsonl", 6)
    again = dict(next(rows(1)), id="again")
    unknown = {"query": "q", "annotated_code": "com_x_y(a=1)\n", "id": "[bold]odd[/bold]"}
    path.write_text(path.read_text() + "".join(json.dumps(r) + "\n" for r in (again, unknown)))
    out = f"output={tmp_path / 'out'}"
    assert build("data=records", f"data.path={path}", out) == 0
    said = capsys.readouterr().out
    assert "duplicates" in said
    assert "again: says the same as r0" in said
    assert "documented" in said
    assert "[bold]odd[/bold]: com.x.y in no documentation" in said
    assert f"wfllm train data=records data.path={tmp_path / 'out' / 'dataset'}" in said.replace("\n", "")
    before = dataset(tmp_path / "out")
    assert build("data=records", f"data.path={path}", out) == 0
    assert "was there" in capsys.readouterr().out
    assert dataset(tmp_path / "out") == before


@pytest.mark.usefixtures("no_plots")
def test_a_dry_run_says_what_is_there_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = records(tmp_path / "r.jsonl", 6), tmp_path / "out"
    command = ("data=records", f"data.path={path}", f"output={out}")
    asked = ("expand.count=3", "llm.model=some-model")
    assert build(*command, *asked, "dry_run=true") == 0
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if line.startswith("│")}
    assert "to do" in lines["collect"]
    assert "some-model" in lines["expand"]
    assert "some-model" not in lines["thoughts"]
    assert not out.exists()
    assert build(*command) == 0
    written = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    capsys.readouterr()
    assert build(*command, "filter.documented=false", "dry_run=true") == 0
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if line.startswith("│")}
    assert "there: 6 kept, 0 dropped" in lines["collect"]
    assert "to do again" in lines["filter"]
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*")} == written


def test_a_long_id_leaves_room_for_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = records(tmp_path / "r.jsonl", 3)
    row = {"query": "q", "annotated_code": "com_x_y(a=1)\n", "id": f"{'folder__' * 30}odd"}
    path.write_text(path.read_text() + json.dumps(row) + "\n")
    assert build("data=records", f"data.path={path}", f"output={tmp_path / 'out'}") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"…{row['id'][-39:]}: com.x.y in no documentation" in said


@pytest.mark.usefixtures("no_plots")
def test_a_fault_of_the_data_is_told_by_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = records(tmp_path / "r.jsonl", 12)
    path.write_text(path.read_text() + "{broken\n")
    assert build("data=records", f"data.path={path}", f"output={tmp_path / 'out'}") == 1
    said = capsys.readouterr().out
    assert "1 left out for a fault" in said
    assert "r.jsonl:13: the line is not JSON" in said
    assert len(dataset(tmp_path / "out")["train.jsonl"]) > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stages=[filtr]"], ["stages=filtr", "Did you mean filter?", "transcribe"]),
        (["skip=[thought]"], ["skip=thought", "Did you mean thoughts?"]),
        (["shard=3/2"], ["shard: 3/2 is no part"]),
        (["filter.documentd=false"], ["Did you mean filter.documented?"]),
        (["splits.keys=none.json"], ["none.json: cannot be read"]),
        (["catalogue=none.yaml"], ["catalogue=none.yaml: cannot be read"]),
        (["data=mix", "data.parts=[startr]"], ["Did you mean starter?"]),
        (["data=records", "data.path=none.jsonl"], ["none.jsonl: no such file"]),
        (["formats=[parket]"], ["formats"]),
    ],
)
def test_what_was_mistyped_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    assert build(*arguments, f"output={tmp_path / 'out'}") != 0
    said = capsys.readouterr().err.replace("\n", " ")
    assert all(word in said for word in words), said
    assert not (tmp_path / "out" / "dataset").exists()


@pytest.mark.usefixtures("no_plots")
def test_output_apart_from_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shortcut(tmp_path / "mine" / "a.json", "showresult")
    for output in ("mine", "mine/out"):
        assert build("data=shortcuts", f"data.path={tmp_path / 'mine'}", f"output={tmp_path / output}") != 0
        assert "beside the data" in capsys.readouterr().err
    assert build("data=shortcuts", f"data.path={tmp_path / 'mine'}", f"output={tmp_path / 'out'}") == 0


@pytest.mark.usefixtures("no_plots")
def test_a_catalogue_of_ones_own_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"query": "q", "annotated_code": "com_x_y(a=1)\n", "id": "odd", "split": "train"}
    (tmp_path / "r.jsonl").write_text(json.dumps(row))
    (tmp_path / "c.yaml").write_text("com.x.Y:\n  title: Y\ncom.x.y:\n  title: y\n")
    arguments = ["data=records", f"data.path={tmp_path / 'r.jsonl'}", f"output={tmp_path / 'out'}"]
    assert build(*arguments) == 0
    assert "in no documentation" in capsys.readouterr().out
    assert build(*arguments, f"catalogue={tmp_path / 'c.yaml'}") == 0  # another catalogue, another result
    assert "in no documentation" not in capsys.readouterr().out
    assert json.loads(dataset(tmp_path / "out")["train.jsonl"])["id"] == "odd"


@pytest.mark.parametrize(
    ("held", "asked", "cause"),
    [
        ("1/1", "1/1", "another build is writing here"),
        ("1/1", "1/2", "another build is writing here"),
        ("1/2", "1/1", "another build is writing here"),
        ("1/2", "1/2", "shard 1/2 is being made here"),
        ("1/2", "2/2", ""),
    ],
)
@pytest.mark.usefixtures("no_plots")
def test_two_at_once(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    held: str,
    asked: str,
    cause: str,
) -> None:
    """`held` is as if another process's: a lock is on an open file, and what this one holds is forgotten."""
    number, of = (int(n) for n in held.split("/"))
    monkeypatch.setattr(lock, "_held", {})
    _lock(tmp_path, (number, of))
    others = list(lock._held.values())
    lock._held.clear()
    try:
        path = records(tmp_path.parent / f"{tmp_path.name}.jsonl", 3)
        arguments = ["data=records", f"data.path={path}", f"output={tmp_path}"]
        assert build(*arguments, f"shard={asked}") == (1 if cause else 0)
        assert cause in capsys.readouterr().err
    finally:
        for file in others:
            os.close(file)


@pytest.mark.slow
def test_two_processes_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "import time; from pathlib import Path; from wfllm.commands.build import _lock; "
        f"_lock(Path({str(tmp_path)!r}), (1, 1)); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            path = records(tmp_path.parent / f"{tmp_path.name}.jsonl", 3)
            arguments = ["data=records", f"data.path={path}", f"output={tmp_path}"]
            assert build(*arguments) == 1
            assert "another build is writing here" in capsys.readouterr().err
        finally:
            other.kill()


@pytest.mark.slow
def test_locks_are_given_back(tmp_path: Path) -> None:
    path = records(tmp_path / "r.jsonl", 3)
    assert build("data=records", f"data.path={path}", f"output={tmp_path / 'out'}") == 0
    call = f"_lock(Path({str(tmp_path / 'out')!r}), (1, 1))"
    code = f"from pathlib import Path; from wfllm.commands.build import _lock; {call}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
    assert not {tmp_path.resolve() / "out" / name for name in (lock.FILE, _part((1, 1)))} & set(lock._held)


@pytest.mark.slow
def test_two_shards_merged_are_one_build(tmp_path: Path, wfllm: Run) -> None:
    path = records(tmp_path / "r.jsonl", 1200)
    given = ("build", "data=records", f"data.path={path}")
    wfllm(*given, "output=one")
    for number in (1, 2):
        done = wfllm(*given, f"output=part{number}", f"shard={number}/2")
        assert (
            "chunks belong to other shards" in done.stdout
            or "lacks the chunks of other shards" in done.stdout
        )
        assert "Next: the other shards" in done.stdout
    wfllm(*given, "output=both", "merge=[part1,part2]")
    assert dataset(tmp_path / "both") == dataset(tmp_path / "one")
    for number in (2, 1, 2):  # in one folder, the stages that see everything in between
        wfllm(*given, "output=shared", f"shard={number}/2")
    assert dataset(tmp_path / "shared") == dataset(tmp_path / "one")


@pytest.mark.slow
def test_a_build_moves_with_its_data(tmp_path: Path, wfllm: Run) -> None:
    shortcut(tmp_path / "a" / "x.json", "showresult")
    wfllm("build", "data=shortcuts", "data.path=a", "output=out")
    (tmp_path / "a").rename(tmp_path / "b")
    done = wfllm("build", "data=shortcuts", f"data.path={tmp_path / 'b'}", "output=out")
    assert done.stdout.count("was there") == 5


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_killed_twenty_times_it_ends_with_the_same_dataset(tmp_path: Path, wfllm: Run, n_jobs: int) -> None:
    path = records(tmp_path / "r.jsonl", 1000)
    for number in range(30):
        shortcut(tmp_path / "mine" / f"s{number}.json", "showresult", *["notification"] * number)
    given = ["build", "data=mix", f"data.parts=[records:{path},2*shortcuts:mine]", f"n_jobs={n_jobs}"]
    begun = time.monotonic()
    wfllm(*given, "output=calm")
    calm = time.monotonic() - begun
    draw, reached = random.Random(n_jobs), set()
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-m", "wfllm.cli", *given, "output=killed"], cwd=tmp_path, env=environment(),
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not (tmp_path / "killed" / lock.FILE).exists() and process.poll() is None:
            time.sleep(0.01)  # however long it takes to start
        time.sleep(draw.uniform(0, calm / 5))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        (tmp_path / "killed" / lock.FILE).unlink(missing_ok=True)
        reached |= {p.parent.name for p in (tmp_path / "killed").glob("*/chunk-*.jsonl")}
    done = wfllm(*given, "output=killed")
    assert "Next: wfllm train" in done.stdout
    assert dataset(tmp_path / "killed") == dataset(tmp_path / "calm")
    assert not [p for p in (tmp_path / "killed").rglob(".part-*") if "dataset" in p.parts]
    assert len(reached) >= 3, reached  # it was killed in several stages
