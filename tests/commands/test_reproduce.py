"""`wfllm reproduce`: the order of runs, faults before anything starts; and for real with a random model: from
nothing to a table, again without repeating anything, killed and continued, with a failing row."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from tests.commands.conftest import environment
from wfllm.cli import main
from wfllm.commands.reproduction.jobs import composed_jobs, jobs_of, waves
from wfllm.commands.reproduction.results import from_here
from wfllm.commands.reproduction.state import Finder
from wfllm.config import schema as s
from wfllm.config.compose import compose
from wfllm.config.groups import CONF_VARIABLE, conf_dir, option_files
from wfllm.config.problems import ConfigError

Write = Callable[[str], None]
MINI = """\
# A table of seconds.
name: mini
title: Mini
metrics: [codebleu, parses]
reference: full
runs:
  - label: full
    experiment: mini
    overrides: [data=records, 'data.path="{synthetic}"', data.max_records=12]
    published: WorkflowLlama 8B
  - {label: seeded, experiment: mini, row: without synthetic data}
  - label: synthetic
    command: build
    shown: false
    overrides: [data=starter, expand.by=catalogue, expand.count=2, annotator=checkpoint]
    small: ['annotator.path="{seeded}"', annotator.max_tokens=8, 'formats=[]']
"""
PRESET = """\
# @package _global_
# wfllm train experiment=mini_small
# A run of seconds.
defaults:
  - /experiment/tiny
  - override /logger: none
data: {max_records: 12}
trainer: {max_steps: 4, accumulate: 2, checkpoint_every: 1, threads: 1}
evaluation: {before: false, limit: 3}
decoding: {max_new_tokens: 8}
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A copy of `conf/` with a preset of seconds, in an empty folder; writes the table `mini` into it."""
    conf = shutil.copytree(conf_dir(), tmp_path / "conf")
    (conf / "experiment" / "mini_small.yaml").write_text(PRESET, encoding="utf-8")
    monkeypatch.setenv(CONF_VARIABLE, str(conf))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> None:
        (conf / "table" / "mini.yaml").write_text(text, encoding="utf-8")

    return write


def config(runs: Sequence[s.TableRun], **keys: object) -> s.ReproduceCommand:
    reference = str(keys.pop("reference")) if "reference" in keys else None
    made = s.Table(name="mini", title="Mini", reference=reference, runs=list(runs))
    return s.ReproduceCommand.model_validate({"table": made, **keys})


def run(label: str, *overrides: str, **keys: object) -> s.TableRun:
    return s.TableRun.model_validate({"label": label, "overrides": list(overrides), **keys})


def test_what_others_need_comes_first_and_the_rest_as_listed() -> None:
    jobs = jobs_of(config([run("c", 'data.path="{b}"'), run("d"), run("b", 'x="{a}"'), run("a")]))
    assert [job.name for job in jobs] == ["d", "a", "b", "c"]
    assert [[job.name for job in wave] for wave in waves(jobs)] == [["d", "a"], ["b"], ["c"]]
    assert jobs[-1].filled({"b": Path("runs/a b")})[0] == 'data.path="runs/a b"'


def test_seeds_multiply_what_is_shown_and_meet_their_own() -> None:
    built = run("built", 'annotator.path="{a}"', command="build", shown=False)
    jobs = jobs_of(config([run("a"), built, run("e", 'checkpoint="{a}"', command="evaluate")], seeds=[3, 4]))
    assert [job.name for job in jobs] == ["a, seed 3", "a, seed 4", "built", "e, seed 3", "e, seed 4"]
    by_name = {job.name: job for job in jobs}
    assert dict(by_name["e, seed 4"].needs) == {"a": "a, seed 4"}
    assert dict(by_name["built"].needs) == {"a": "a, seed 3"}
    assert "seed=4" in by_name["a, seed 4"].overrides
    assert not any(text.startswith("seed=") for text in by_name["built"].overrides)


def test_a_scale_has_its_own_presets_overrides_and_runs() -> None:
    one = run("a", experiment="x", small=["seed=1"], paper=['data.path="{release}"'])
    runs = [one, run("b", only="small"), run("c", only="paper")]
    small, _ = jobs_of(config(runs))
    assert small.overrides[:1] == ("experiment=x_small",)
    paper, other = jobs_of(config(runs, scale="paper", release='my "own"', also=["trainer=gpu"]))
    assert paper.overrides[:3] == ("experiment=x", 'data.path="my \\"own\\""', "trainer=gpu")
    assert other.run.label == "c"


def test_the_later_override_of_a_key_wins_and_others_are_for_those_who_know_them() -> None:
    runs = [run("a", "metrics=default", small=["metrics=both"]), run("b", command="build")]
    train, build = jobs_of(config(runs, also=["metrics=paper", "expand.count=3"]))
    assert [text for text in train.overrides if text.startswith("metrics")] == ["metrics=paper"]
    assert "expand.count=3" in build.overrides
    assert "expand.count=3" not in train.overrides


@pytest.mark.parametrize(
    ("runs", "keys", "told"),
    [
        ([run("a"), run("a")], {}, "two runs are called a"),
        ([run("first", 'x="{secnd}"'), run("second")], {}, "no run secnd. Did you mean second?"),
        ([run("a", 'x="{b}"'), run("b", 'x="{a}"')], {}, "these wait for each other: a, b"),
        ([run("a", 'x="{a}"')], {}, "these wait for each other: a"),
        ([run("a", only="paper")], {}, "no run of mini is of scale=small"),
        ([run("a", shown=False)], {}, "no run is shown"),
        ([run("full")], {"reference": "ful"}, "no row ful. Did you mean full?"),
        ([run("a")], {"also": ["lerning=1"]}, "no run of this table has lerning"),
    ],
)
def test_faults_of_a_list(runs: list[s.TableRun], keys: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        jobs_of(config(runs, **keys))
    assert told in str(caught.value)


def test_faults_of_all_runs_are_told_before_any_starts(
    table: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = "runs: [{label: a, overrides: [optim.lrr=1]}, {label: b, experiment: startr}, {label: c}]"
    table(f"# Faults.\nname: mini\ntitle: Mini\n{runs}\n")
    assert main(["reproduce", "mini"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "2 problems in the config, nothing was started:"
    assert [line.split(" (")[0].strip() for line in err[1:]] == ["a: optim.lrr", "b: experiment"]
    assert "table=mini, a" in err[1]


def test_no_table_lists_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["reproduce"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in option_files("table"))


@pytest.mark.parametrize("name", option_files("table"))
@pytest.mark.parametrize("scale", ["small", "paper"])
def test_every_run_of_every_table_that_ships_composes(name: str, scale: str) -> None:
    from wfllm.config.compose import compose

    known = compose("reproduce", [f"table={name}", f"scale={scale}"]).config
    assert isinstance(known, s.ReproduceCommand)
    assert known.table is not None
    if all(run.only not in (None, scale) for run in known.table.runs):
        pytest.skip("the table has no run of this scale")
    jobs = jobs_of(known)
    assert set(composed_jobs(jobs, name)) == {job.name for job in jobs}


def test_what_two_presets_say_alike_is_run_once(table: Write, tmp_path: Path) -> None:
    table("name: mini\ntitle: Mini\nruns:\n  - {label: one, experiment: mini}\n")
    jobs = jobs_of(cast(s.ReproduceCommand, compose("reproduce", ["table=mini"]).config))
    before = Finder().look(jobs)["one"]
    assert before.status == "to do"
    made = tmp_path / "outputs" / "train" / "another_preset" / f"2026-01-01_{before.id}"
    made.mkdir(parents=True)
    info = {"id": before.id, "command": "train", "experiment": "another_preset", "overrides": []}
    (made / "run.json").write_text(json.dumps({**info, "started": "2026-01-01", "status": "finished"}))
    found = Finder().look(jobs)["one"]
    assert (found.status, found.folder) == ("finished", made)
    (made / "run.json").write_text(json.dumps({**info, "started": "2026-01-01", "status": "failed"}))
    assert Finder().look(jobs)["one"].status == "to do"
    (made / "run.json").write_text("{half")
    assert Finder().look(jobs)["one"].status == "to do"


def test_several_tables_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "-m", "table4"]) == 2
    assert "name one table" in capsys.readouterr().err


def test_a_launcher_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "table4", "hydra/launcher=nowhere"]) == 2
    assert "no launcher 'nowhere'" in capsys.readouterr().err


def test_paths_in_results_are_written_as_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        from_here(f"wfllm train output={tmp_path}/outputs x=/elsewhere")
        == "wfllm train output=outputs x=/elsewhere"
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `mini` was run from nothing; what it printed is in `first.txt`."""
    return made(tmp_path_factory.mktemp("home"))


def made(folder: Path) -> Path:
    prepare(folder)
    (folder / "first.txt").write_text(reproduce(folder, "mini"), encoding="utf-8")
    return folder


def prepare(folder: Path) -> None:
    """A copy of `conf/` with the preset and the table."""
    conf = shutil.copytree(conf_dir(), folder / "conf")
    (conf / "experiment" / "mini_small.yaml").write_text(PRESET, encoding="utf-8")
    (conf / "table" / "mini.yaml").write_text(MINI, encoding="utf-8")


def in_folder(folder: Path) -> dict[str, str]:
    return {**environment(), CONF_VARIABLE: str(folder / "conf")}


def reproduce(folder: Path, *args: str, status: int = 0) -> str:
    """The command in a process of its own; its output, the last line which heavy libraries it loaded."""
    code = (
        "import sys; from wfllm.cli import main; status = main(sys.argv[1:]); "
        "print('loaded', *sorted({'torch', 'transformers', 'datasets'} & set(sys.modules))); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "reproduce", *args],
        cwd=folder,
        env=in_folder(folder),
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


def written(folder: Path, table: str = "mini") -> dict[str, bytes]:
    return {
        p.name: p.read_bytes() for p in sorted((folder / "outputs/reproduce" / table / "small").iterdir())
    }


def times(folder: Path) -> dict[Path, int]:
    """Every file of every run and build, and when it was written."""
    found = [p for name in ("train", "build") for p in (folder / "outputs" / name).rglob("*")]
    return {p: p.stat().st_mtime_ns for p in found if p.is_file()}


@pytest.mark.slow
def test_from_nothing_to_a_table(home: Path) -> None:
    out = (home / "first.txt").read_text(encoding="utf-8")
    assert "0 of 3 runs are finished" in out
    assert next(line for line in out.splitlines() if line.startswith("══")) == "══ run 1 of 3: seeded"
    assert "══ run 3 of 3: full (about " in out
    assert "3 of 3 runs are finished" in out
    results = written(home)
    assert set(results) == {"table.md", "table.csv", "runs.json", "scores-id.svg", "scores-id.png"}
    page = results["table.md"].decode()
    assert "without synthetic data" in page
    assert "synthetic: " in page
    rows = results["table.csv"].decode().splitlines()
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["full", "id", "codebleu"],
        ["full", "id", "parses"],
        ["without synthetic data", "id", "codebleu"],
        ["without synthetic data", "id", "parses"],
    ]
    runs = {one["label"]: one for one in json.loads(results["runs.json"])}
    assert all(one["status"] == "finished" and len(one["id"]) == 8 for one in runs.values())
    assert (home / runs["full"]["folder"] / "run.json").is_file()
    assert str(home) not in results["runs.json"].decode()


@pytest.mark.slow
def test_the_same_command_repeats_nothing_and_loads_no_model_library(home: Path) -> None:
    before, results = times(home), written(home)
    again = reproduce(home, "mini")
    assert "3 of 3 runs are finished" in again
    assert "══ run" not in again
    assert again.splitlines()[-1] == "loaded"
    assert times(home) == before
    assert written(home) == results


@pytest.mark.slow
def test_another_table_finds_the_runs_and_a_failing_one_leaves_the_others(home: Path) -> None:
    broken = "  - {label: broken, experiment: mini, overrides: [data=records, data.path=nowhere.jsonl]}\n"
    late = "  - {label: late, command: evaluate, overrides: ['checkpoint=\"{broken}\"']}\n"
    text = MINI.replace("name: mini\n", "name: other\n") + broken + late
    (home / "conf" / "table" / "other.yaml").write_text(text, encoding="utf-8")
    before = times(home)
    out = reproduce(home, "other", status=1)
    assert "3 of 5 runs are finished" in out
    assert "broken: nowhere.jsonl" in out
    assert "late: needs broken" in out
    assert times(home) == before
    found = written(home, "other")
    assert "Not finished: broken, late." in found["table.md"].decode()
    assert found["table.csv"] == written(home)["table.csv"]
    states = {one["label"]: one["status"] for one in json.loads(found["runs.json"])}
    assert states == {
        "full": "finished",
        "seeded": "finished",
        "synthetic": "finished",
        "broken": "faulty",
        "late": "waiting",
    }


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_to_the_same_table(home: Path, tmp_path: Path) -> None:
    prepare(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "wfllm.cli", "reproduce", "mini"],
        cwd=tmp_path,
        env=in_folder(tmp_path),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 500
    while not list(tmp_path.glob("outputs/train/mini_small/*/checkpoints/*")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    out = reproduce(tmp_path, "mini")
    assert "begun" in out
    assert "3 of 3 runs are finished" in out
    for name in ("table.md", "table.csv"):
        assert written(tmp_path)[name] == written(home)[name]
