"""Stages on disk: resumed, sharded, killed, merged; always the same files in the end."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.merge import merge
from wfllm.bench.stages.stage import Dropped, EachChunk, Failed, Inputs, Item, Outcome, Whole, Work
from wfllm.errors import WfllmError

ITEMS = 1500


def numbers(_inputs: Inputs) -> Iterator[Outcome]:
    yield from ({"id": str(n), "n": n} for n in range(ITEMS))


def halves(items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        if delay := float(os.environ.get("TEST_DELAY", "0")):
            time.sleep(delay)
        if item["n"] % 7 == 0:
            yield Dropped(item, "seventh", "is divided by seven")
        else:
            yield {**item, "half": item["n"] / 2}


def prepare_halves(_inputs: Inputs) -> Work:
    return halves


def even(inputs: Inputs) -> Iterator[Outcome]:
    yield from (item for item in inputs.items("halve") if item["n"] % 2 == 0)


def stages(step: int = 2) -> list[Any]:
    return [
        Whole("collect", (), numbers),
        EachChunk("halve", "collect", prepare_halves, {"step": step}),
        Whole("even", ("halve",), even),
    ]


def files(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != "stage.json" and not p.name.startswith(".lock")
    }


def expected() -> list[Item]:
    return [{"id": str(n), "n": n, "half": n / 2} for n in range(0, ITEMS, 2) if n % 7]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_stage_leaves_what_it_kept_and_what_it_dropped(tmp_path: Path, n_jobs: int) -> None:
    build = Build(tmp_path, stages())
    reports = list(build.run(n_jobs=n_jobs))
    assert [(r.name, r.kept, r.dropped) for r in reports] == [
        ("collect", ITEMS, 0),
        ("halve", ITEMS - 215, 215),
        ("even", 642, 0),
    ]
    assert list(build.items("even")) == expected()
    assert {d.rule for d in build.drops("halve")} == {"seventh"}


def test_a_finished_build_makes_nothing_again(tmp_path: Path) -> None:
    list(Build(tmp_path, stages()).run())
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert all(report.there for report in Build(tmp_path, stages()).run())
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_a_changed_setting_makes_its_stage_and_those_after_it_again(tmp_path: Path) -> None:
    list(Build(tmp_path, stages()).run())
    reports = list(Build(tmp_path, stages(step=3)).run())
    assert [r.there for r in reports] == [True, False, False]


def test_other_code_makes_all_again(tmp_path: Path) -> None:
    list(Build(tmp_path, stages(), code="one").run())
    assert not any(r.there for r in Build(tmp_path, stages(), code="two").run())


def test_a_stage_alone_needs_the_one_before_it(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="stage halve: is not complete"):
        list(Build(tmp_path, stages()).run(only=["even"]))
    list(Build(tmp_path, stages()).run())
    with pytest.raises(WfllmError, match="was made with other settings"):
        list(Build(tmp_path, stages(step=3)).run(only=["even"]))


def test_a_skipped_stage_passes_everything_through(tmp_path: Path) -> None:
    build = Build(tmp_path, stages(), skip=["halve"])
    list(build.run())
    assert [item["n"] for item in build.items("even")] == list(range(0, ITEMS, 2))


def test_a_chunk_that_is_lost_is_made_again(tmp_path: Path) -> None:
    build = Build(tmp_path, stages())
    list(build.run())
    whole = files(tmp_path)
    folder = build.folders["halve"]
    (folder.path / "chunk-000002.jsonl").unlink()
    folder.write_info({"key": build.keys["halve"], "complete": False})
    list(Build(tmp_path, stages()).run())
    assert files(tmp_path) == whole


def test_shards_merge_to_what_one_machine_makes(tmp_path: Path) -> None:
    one = Build(tmp_path / "one", stages())
    list(one.run())
    for number in (1, 2, 3):
        reports = list(Build(tmp_path / f"shard{number}", stages()).run(shard=(number, 3)))
        assert reports[-1].waiting
    merged = Build(tmp_path / "merged", stages())
    with pytest.raises(WfllmError, match="4 of the 6 chunks of stage halve are in none of the folders"):
        merge(merged, [tmp_path / "shard1"])
    with pytest.raises(WfllmError, match="is not complete"):
        list(merged.run(only=["even"]))
    merge(merged, [tmp_path / "shard2", tmp_path / "shard3"])
    reports = list(merged.run())
    assert not any(r.waiting for r in reports)
    assert files(tmp_path / "merged") == files(tmp_path / "one")


def test_shards_in_one_folder_need_no_merge(tmp_path: Path) -> None:
    one = Build(tmp_path / "one", stages())
    list(one.run())
    for number in (2, 1):
        reports = list(Build(tmp_path / "both", stages()).run(shard=(number, 2)))
    assert [r.waiting for r in reports] == ["", "", ""]
    assert files(tmp_path / "both") == files(tmp_path / "one")


def test_shards_of_another_config_do_not_merge(tmp_path: Path) -> None:
    list(Build(tmp_path / "a", stages()).run(shard=(1, 2)))
    with pytest.raises(WfllmError, match="other settings, data or code"):
        merge(Build(tmp_path / "b", stages(step=3)), [tmp_path / "a"])
    with pytest.raises(WfllmError, match="holds no stage"):
        merge(Build(tmp_path / "b", stages()), [tmp_path])
    with pytest.raises(WfllmError, match="a: is named twice"):
        merge(Build(tmp_path / "b", stages()), [tmp_path / "a", tmp_path / "b" / ".." / "a"])
    with pytest.raises(WfllmError, match="a: is the output itself"):
        merge(Build(tmp_path / "a", stages()), [tmp_path / "a"])


def test_nothing_is_copied_unless_all_belong_together(tmp_path: Path) -> None:
    list(Build(tmp_path / "a", stages()).run(shard=(1, 2)))
    list(Build(tmp_path / "b", stages(step=3)).run(shard=(2, 2)))
    with pytest.raises(WfllmError, match="02_halve: was made with other settings"):
        merge(Build(tmp_path / "c", stages()), [tmp_path / "a", tmp_path / "b"])
    assert not files(tmp_path / "c")


def test_a_shard_goes_on_with_what_others_have_so_far(tmp_path: Path) -> None:
    """One that is behind keeps nobody from its own chunks."""
    list(Build(tmp_path / "one", stages()).run())
    for number in (1, 2):
        list(Build(tmp_path / f"s{number}", stages()).run(only=["collect"], shard=(number, 2)))
    list(Build(tmp_path / "s1", stages()).run(shard=(1, 2)))
    late = Build(tmp_path / "s2", stages())
    assert merge(late, [tmp_path / "s1"], (2, 2)) > 0
    list(late.run(shard=(2, 2)))
    assert files(tmp_path / "s2") == files(tmp_path / "one")


def test_a_chunk_that_differs_between_shards_is_told(tmp_path: Path) -> None:
    list(Build(tmp_path / "a", stages()).run(shard=(1, 2)))
    list(Build(tmp_path / "b", stages()).run())
    chunk = tmp_path / "a" / "02_halve" / "chunk-000000.jsonl"
    chunk.write_text('{"id":"x","n":2}\n')
    with pytest.raises(WfllmError, match="differs from"):
        merge(Build(tmp_path / "b", stages()), [tmp_path / "a"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 3}'])
def test_a_damaged_stage_file_is_named(tmp_path: Path, text: str) -> None:
    list(Build(tmp_path, stages()).run())
    (tmp_path / "02_halve" / "stage.json").write_text(text)
    with pytest.raises(WfllmError, match=r"02_halve/stage\.json"):
        list(Build(tmp_path, stages()).run())


@pytest.mark.parametrize("stage", ["collect", "halve", "even"])
@pytest.mark.parametrize("harm", ["gone", "cut", "emptied", "dropped gone", "one more"])
def test_a_file_that_was_harmed_since_is_made_again(tmp_path: Path, stage: str, harm: str) -> None:
    build = Build(tmp_path, stages())
    list(build.run())
    whole = files(tmp_path)
    folder = build.folders[stage].path
    chunk = folder / "chunk-000001.jsonl"
    if harm == "gone":
        chunk.unlink()
    elif harm == "cut":
        chunk.write_bytes(chunk.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n")
    elif harm == "emptied":
        chunk.write_bytes(b"")
    elif harm == "one more":
        (folder / "chunk-000099.jsonl").write_text('{"id":"x","n":1}\n')
    else:
        (folder / "chunk-000001.dropped.jsonl").unlink(missing_ok=True)
    assert not build.is_complete(stage) or (harm == "dropped gone" and stage != "halve")
    reports = {r.name: r for r in Build(tmp_path, stages()).run()}
    assert files(tmp_path) == whole
    assert [name for name, report in reports.items() if report.mended] == (
        [stage] if harm != "dropped gone" or stage == "halve" else []
    )


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    build = Build(tmp_path, stages())
    list(build.run(only=["collect"]))
    chunk = tmp_path / "01_collect" / "chunk-000003.jsonl"
    text = chunk.read_text()
    chunk.write_text(text.replace("{", "[", 1))
    with pytest.raises(
        WfllmError, match=r"chunk-000003\.jsonl: cannot be read.*the same command makes it again"
    ):
        list(Build(tmp_path, stages()).run())
    chunk.unlink()  # as it was told
    list(Build(tmp_path, stages()).run())
    assert list(Build(tmp_path, stages()).items("even")) == expected()


def test_a_stage_of_another_version_is_made_again(tmp_path: Path) -> None:
    list(Build(tmp_path, stages()).run())
    whole = files(tmp_path)
    for info in tmp_path.glob("*/stage.json"):
        info.write_text('{"key": "of another version", "complete": true, "kept": 3}')
    list(Build(tmp_path, stages()).run())
    assert files(tmp_path) == whole


class Server:
    """Someone to ask, who may be gone."""

    gone: bool = False
    asked: ClassVar[list[int]] = []


def asked(items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        Server.asked.append(item["n"])
        yield Failed(item, "nobody answers") if Server.gone and item["n"] == 300 else item


def test_what_failed_is_no_drop_and_is_done_by_the_same_command(tmp_path: Path) -> None:
    def made() -> Build:
        ask = EachChunk("ask", "collect", lambda _inputs: asked, processes=False)
        return Build(
            tmp_path, [Whole("collect", (), numbers), ask, Whole("end", ("ask",), lambda i: i.items("ask"))]
        )

    Server.gone, Server.asked = True, []
    reports = list(made().run())
    assert [(r.name, len(r.failed)) for r in reports] == [("collect", 0), ("ask", 1)]
    assert reports[-1].failed[0].reason == "nobody answers"
    assert reports[-1].kept == ITEMS - 256
    Server.gone, Server.asked = False, []
    reports = list(made().run())
    assert [r.kept for r in reports] == [ITEMS] * 3
    assert Server.asked == list(range(256, 512))  # the missing chunk alone


@pytest.mark.parametrize("stage", ["collect", "halve", "even"])
def test_a_full_disk_is_told_and_the_same_command_goes_on(
    tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(Build(tmp_path / "calm", stages()).run())
    fsync, written = os.fsync, 0

    def full(file: int) -> None:
        nonlocal written
        name = os.readlink(f"/proc/self/fd/{file}")
        written += stage in name
        if stage in name and written > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WfllmError, match=rf"{stage}.*No space left on device.*the same command goes on"):
        list(Build(tmp_path / "full", stages()).run())
    monkeypatch.undo()
    list(Build(tmp_path / "full", stages()).run())
    assert files(tmp_path / "full") == files(tmp_path / "calm")
    assert not list(tmp_path.rglob(".part-*"))


def killed(_items: list[Item]) -> Iterator[Outcome]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield from ()


def test_a_process_that_was_killed_is_told(tmp_path: Path) -> None:
    dies = EachChunk("halve", "collect", lambda _inputs: killed)
    with pytest.raises(WfllmError, match=r"stage halve: a process was killed.*smaller n_jobs"):
        list(Build(tmp_path, [Whole("collect", (), numbers), dies]).run(n_jobs=2))


def test_a_shard_removes_nothing_that_others_made(tmp_path: Path) -> None:
    list(Build(tmp_path, stages()).run(shard=(1, 2)))
    with pytest.raises(WfllmError, match="02_halve: was made with other settings"):
        list(Build(tmp_path, stages(step=3)).run(shard=(2, 2)))
    assert (tmp_path / "02_halve" / "chunk-000000.jsonl").exists()


def test_half_a_surrogate_pair_survives(tmp_path: Path) -> None:
    def odd(_inputs: Inputs) -> Iterable[Outcome]:
        yield {"id": "\ud800"}

    build = Build(tmp_path, [Whole("collect", (), odd)])
    list(build.run())
    assert list(build.items("collect")) == [{"id": "\ud800"}]


def run_build(root: Path, n_jobs: int) -> None:
    list(Build(root, stages()).run(n_jobs=n_jobs))


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_killed_at_any_moment_it_ends_with_the_same_files(tmp_path: Path, n_jobs: int) -> None:
    run_build(tmp_path / "calm", 1)
    killed = str(tmp_path / "killed")
    code = f"from tests.bench.stages.test_engine import *; run_build(Path({killed!r}), {n_jobs})"
    draw = random.Random(0)
    env = {**os.environ, "TEST_DELAY": "0.0005"}
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=env, start_new_session=True, stderr=subprocess.DEVNULL
        )
        time.sleep(draw.uniform(0.3, 1.2))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    run_build(tmp_path / "killed", 1)
    assert files(tmp_path / "killed") == files(tmp_path / "calm")
