"""Sweeps, with stand-ins for the stages: what is checked first, what runs, how failures end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from wfllm.cli import main
from wfllm.config.compose import Composed
from wfllm.config.overrides import sweep_points
from wfllm.errors import WfllmError
from wfllm.usage import COMMANDS

pytestmark = pytest.mark.slow

Run = Callable[[Composed], int | None]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Callable[[Run], None]:
    """Replaces the stage of every command by a function; the sweep's folder goes to a scratch place."""
    monkeypatch.chdir(str(tmp_path))

    def replace(run: Run) -> None:
        module = ModuleType("stage")
        monkeypatch.setattr(module, "run", run, raising=False)
        for command in COMMANDS:
            monkeypatch.setitem(sys.modules, f"wfllm.commands.{command}", module)

    return replace


@pytest.mark.parametrize(
    ("overrides", "points"),
    [
        ([], [[]]),
        (["a=1"], [["a=1"]]),
        (["a=1,2", "b=x"], [["a=1", "b=x"], ["a=2", "b=x"]]),
        (["a=1,2", "b=3,4"], [["a=1", "b=3"], ["a=2", "b=3"], ["a=1", "b=4"]]),
        (["a=range(1,4)"], [["a=1"], ["a=2"], ["a=3"]]),
        (["a='x,y'"], [["a='x,y'"]]),
        (["a=[1,2],[3]"], [["a=[1,2]"], ["a=[3]"]]),
        (["model=glob(*_*b)"], [["model=llama31_8b"], ["model=qwen2_7b"]]),
        (["a=[["], [["a=[["]]),
    ],
)
def test_points_hold_every_single_value(overrides: list[str], points: list[list[str]]) -> None:
    assert list(sweep_points(overrides)) == points


def test_a_sweep_runs_every_combination_with_a_stand_in_stage(stage: Callable[[Run], None]) -> None:
    seen: list[tuple[int, float, bool]] = []

    def run(composed: Composed) -> int:
        plain = composed.plain
        seen.append((plain["seed"], plain["optim"]["lr"], plain["evaluation"]["before"]))
        return 0

    stage(run)
    assert main(["train", "-m", "experiment=starter", "seed=1,2", "++optim.lr=0.1,0.2"]) == 0
    assert seen == [(1, 0.1, True), (1, 0.2, True), (2, 0.1, True), (2, 0.2, True)]


def test_a_failing_job_leaves_the_others_done_with_a_stand_in_stage(
    stage: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[list[str]] = []

    def run(composed: Composed) -> None:
        if composed.plain["evaluation"]["splits"] == ["ood"]:
            raise WfllmError("no such split here", where="ood")
        done.append(composed.plain["evaluation"]["splits"])

    stage(run)
    assert main(["train", "-m", "evaluation.splits=[id],[ood],[dev]"]) == 1
    out, err = capsys.readouterr()
    assert done == [["id"], ["dev"]]
    assert err == "ood: no such split here.\n"
    assert "1 of 3 jobs failed:\n  evaluation.splits=[ood]\n" in out


def test_a_job_that_raises_or_exits_or_returns_is_failed_with_a_stand_in_stage(
    stage: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(composed: Composed) -> int:
        runs = composed.plain["runs"]
        if runs == "a":
            raise RuntimeError("broken")
        if runs == "b":
            raise SystemExit(3)
        return 1 if runs == "c" else 0

    stage(run)
    assert main(["compare", "-m", "runs=a,b,c,d", "--trace"]) == 1
    out, err = capsys.readouterr()
    assert "3 of 4 jobs failed:\n  runs=a\n  runs=b\n  runs=c\n" in out
    assert "Traceback" in err


def test_an_interrupted_job_ends_the_sweep_with_a_stand_in_stage(
    stage: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def run(composed: Composed) -> None:
        seen.append(composed.plain["runs"])
        if seen == ["a", "b"]:
            raise KeyboardInterrupt

    stage(run)
    assert main(["compare", "-m", "runs=a,b,c"]) == 130
    assert seen == ["a", "b"]
    assert "Interrupted." in capsys.readouterr().err


def test_a_fault_in_the_third_value_is_told_before_the_first_job(
    stage: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Composed] = []
    stage(lambda composed: seen.append(composed))
    assert (
        main(["train", "-m", "model=tiny,smollm2_135m,tinny", "optim.lr=1,2,x", "experiment=starter,tin"])
        == 2
    )
    assert seen == []
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == "3 problems in the config, nothing was started:"
    assert [line.split(" (")[0].strip() for line in lines[1:]] == ["experiment", "model", "optim.lr"]


def test_a_broken_override_and_an_endless_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", "seed=[[", "optim.lr=interval(0,1)", "nonsense"]) == 2
    assert capsys.readouterr().err.startswith("3 problems in the config")


@pytest.mark.parametrize(
    "override",
    [
        "hydra.launcher._target_=os.system",
        "hydra.launcher.x._target_=os.system",
        "hydra.launcher.x={_target_: os.system}",
        "hydra.launcher.x=[{_target_: os.system}]",
        "hydra.launcher.x=1,2",
        "hydra.launcher={_target_: os.system}",
        "hydra.sweeper._target_=os.system",
        "hydra.sweep.dir=x",
        "hydra.callbacks.x._target_=os.system",
        "hydra/sweeper=basic",
        "hydra=x",
        "~hydra/launcher",
        "hydra/launcher@x=basic",
        "hydra.launcher.x=${oc.env:HOME}",
        "hydra/launcher=nowhere",
        "hydra/launcher=${show}",
    ],
)
def test_settings_of_hydra_that_are_not_open(override: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "-m", override]) == 2
    assert capsys.readouterr().err.startswith("1 problem")


def test_the_launcher_is_open(stage: Callable[[Run], None]) -> None:
    stage(lambda composed: None)
    assert main(["compare", "-m", "hydra/launcher=basic", "runs=a,b"]) == 0


def test_a_setting_that_the_launcher_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "-m", "hydra.launcher.jobs=2"]) == 2
    assert "hydra (command line): Could not override 'hydra.launcher.jobs'." in capsys.readouterr().err


def test_show_diff_in_a_sweep(capsys: pytest.CaptureFixture[str], stage: Callable[[Run], None]) -> None:
    stage(lambda composed: pytest.fail("started"))
    assert main(["compare", "-m", "runs=a,b", "show=diff"]) == 0
    out = capsys.readouterr().out
    assert 'runs: "outputs" → "a"' in out
    assert 'runs: "outputs" → "b"' in out
