"""Studies with a stand-in for the training: gone on with, pruned, failed, repeated."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from optuna.trial import TrialState

from tests.search.conftest import VALIDATIONS, Open, Runs, finish, nan
from wfllm import lock
from wfllm.cli import main
from wfllm.errors import WfllmError
from wfllm.search.report import best_command, best_trial, ranked, write_csv
from wfllm.search.study import STUCK
from wfllm.tracking.run_folder import RunFolder

pytestmark = pytest.mark.slow

SEEDS = "seed=interval(0,1000)"
RATE = "optim.lr=tag(log,interval(1e-5,1e-3))"


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_study_gone_on_with_draws_what_one_in_one_go_draws(sampler: str, opened: Open, runs: Runs) -> None:
    wanted = [SEEDS, RATE, "sweep.trials=6", f"sweep.sampler={sampler}", "sweep.startup=3"]
    whole = finish(opened(*wanted, "sweep.study=whole"))
    finish(opened(*wanted, "sweep.study=parts"), most=4)
    study = opened(*wanted, "sweep.study=parts")
    assert finish(study) == whole
    assert len({str(values) for values in whole}) == 6
    other = finish(opened(*wanted, "sweep.seed=1"), most=1)
    assert other[0] != whole[0]
    assert finish(study) == whole  # nothing is left


def test_the_same_command_finds_its_study_and_more_trials_go_on(opened: Open, runs: Runs) -> None:
    first = opened(SEEDS, "sweep.trials=2")
    finish(first)
    again = opened(SEEDS, "sweep.trials=3", "sweep.n_jobs=2", "sweep.timeout=9")
    assert again.name == first.name
    assert len(finish(again)) == 3
    assert opened(SEEDS, "sweep.seed=1").name != first.name
    assert opened(SEEDS, "trainer.epochs=1").name != first.name


def test_a_grid_takes_every_combination_once(opened: Open, runs: Runs) -> None:
    grid = ["seed=1,2,3", "strategy=lora,full", "strategy.r=4,8", "sweep.sampler=grid"]
    part = finish(opened(*grid, "sweep.trials=4"))
    study = opened(*grid)
    values = finish(study)
    assert values[:4] == part
    assert study.total == len(values) == 9  # full has no rank
    assert len({str(sorted(v.items())) for v in values}) == 9
    assert len(runs.begun) == 9


def test_a_hopeless_run_stops_at_a_validation_and_its_folder_says_so(opened: Open, runs: Runs) -> None:
    study = opened("seed=2,3,4,500", "sweep.sampler=grid", "sweep.startup=1", "sweep.seed=2")
    finish(study)
    (pruned,) = [t for t in study.trials if t.params["seed"] == 500]
    assert pruned.number > 0  # there was one to compare with
    assert pruned.state == TrialState.PRUNED
    assert len(pruned.intermediate_values) == 1
    info = RunFolder(Path(pruned.user_attrs["run"])).info
    assert info["status"] == "pruned"
    assert info["studies"] == [study.name]
    assert study.name in info["error"]
    assert runs.validations < 4 * VALIDATIONS
    assert ranked(study)[0].params == {"seed": 3}


def test_none_is_pruned_unless_asked(opened: Open, runs: Runs) -> None:
    finish(opened("seed=2,3,4,500", "sweep.sampler=grid", "sweep.startup=1", "sweep.pruner=none"))
    assert runs.validations == 4 * VALIDATIONS


def test_a_score_is_maximised_and_pruning_still_means_the_higher_loss(opened: Open, runs: Runs) -> None:
    metric = ["sweep.metric=val/score", "sweep.startup=1", "sweep.sampler=grid", "sweep.seed=2"]
    study = opened("seed=2,3,4,500", *metric)
    finish(study)
    states = {t.params["seed"]: t.state for t in study.trials}
    assert (states[3], states[500]) == (TrialState.COMPLETE, TrialState.PRUNED)
    best = best_trial(study)
    assert best is not None
    assert best.params["seed"] == 3
    missing = opened("seed=3,4", "sweep.metric=val/nothing", "sweep.sampler=grid")
    finish(missing)
    assert "has no val/nothing" in missing.trials[0].user_attrs["error"]


def test_what_fails_is_kept_as_failed_and_the_rest_goes_on(opened: Open, runs: Runs) -> None:
    runs.fault = nan
    grid = ["seed=0,1,2,3", "sweep.sampler=grid", "sweep.pruner=none"]
    study = opened(*grid)
    finish(study)
    states = {t.params["seed"]: t for t in study.trials}
    assert states[1].state == TrialState.FAIL
    assert "became nan" in states[1].user_attrs["error"]
    assert [states[n].state for n in (0, 2, 3)] == [TrialState.COMPLETE] * 3
    assert finish(opened(*grid)) == finish(study)  # and stays so
    assert runs.begun.count(1) == 1
    runs.fault = lambda seed: None
    again = opened(*grid, "sweep.retry_failed=true")
    finish(again)
    assert [t.state for t in again.settled()] == [TrialState.COMPLETE] * 4
    assert len(again.trials) == 5
    assert len(again.settled()) == again.total


def test_a_value_tried_twice_is_not_trained_twice(opened: Open, runs: Runs) -> None:
    study = opened("seed=1,2,3", "sweep.trials=8", "sweep.sampler=random", "sweep.pruner=none")
    finish(study)
    assert len(runs.begun) == len(set(runs.begun)) <= 3
    assert len(study.trials) == 8
    twins = [t for t in study.trials if "twin" in t.user_attrs]
    assert len(twins) == 8 - len(runs.begun)
    assert all(t.value == study.trials[t.user_attrs["twin"]].value for t in twins)
    # Another study finds the run that is there.
    finish(opened("seed=1,2,3", "sweep.trials=8", "sweep.sampler=grid", "sweep.pruner=none"))
    assert len(runs.begun) == len(set(runs.begun)) == 3


def test_a_trial_whose_worker_died_is_taken_up_again(opened: Open, runs: Runs) -> None:
    study = opened(SEEDS, "sweep.trials=2")
    dead = study.claim()
    assert dead is not None
    lock.release(study.locks, "trial-0")  # what the end of its process does
    assert study.left()
    again = opened(SEEDS, "sweep.trials=2")
    trial = again.claim()
    assert trial is not None
    assert (trial.number, trial.params) == (0, dead.params)


def test_a_trial_whose_workers_die_at_one_place_is_given_up(opened: Open, runs: Runs) -> None:
    study = opened(SEEDS, "sweep.trials=1")
    runs.fault = lambda seed: KeyboardInterrupt()
    for _ in range(STUCK + 2):  # somebody's own Ctrl-C does not count
        with pytest.raises(KeyboardInterrupt):
            finish(study, most=1)
    trial = study.claim()
    assert trial is not None
    trial.set_user_attr("starts", [0] * STUCK)
    lock.release(study.locks, "trial-0")
    runs.fault = lambda seed: None
    finish(study)
    assert study.trials[0].state == TrialState.FAIL
    assert f"{STUCK} workers ended" in study.trials[0].user_attrs["error"]


def test_another_search_under_the_name_of_a_study_is_refused(opened: Open) -> None:
    opened(SEEDS, "sweep.study=mine")
    with pytest.raises(WfllmError, match=r"study mine: searches something else \(config\.optim\.eps"):
        opened(SEEDS, "sweep.study=mine", "optim.eps=1e-6")


def test_a_damaged_file_is_told(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    file.write_bytes(b"no database at all " * 100)
    with pytest.raises(WfllmError, match="no study of optuna"):
        opened(SEEDS, f"sweep.storage={file}")


def test_a_journal_keeps_a_study_as_well(opened: Open, runs: Runs, tmp_path: Path) -> None:
    journal = f"sweep.storage={tmp_path}/shared/s.journal"
    finish(opened(SEEDS, "sweep.trials=3", journal), most=2)
    study = opened(SEEDS, "sweep.trials=3", journal)
    assert len(finish(study)) == 3
    assert (tmp_path / "shared" / "s.journal").is_file()


def test_table_best_command_and_csv(opened: Open, runs: Runs) -> None:
    study = opened("seed=1,3,5", "trainer.epochs=2", "sweep.sampler=grid", "sweep.pruner=none")
    finish(study)
    best = best_trial(study)
    assert best is not None
    assert best.params == {"seed": 3}
    command = best_command(study, best)
    assert command.startswith("wfllm train model=tiny logger=none output=")
    assert command.endswith(" trainer.epochs=2 seed=3")
    with write_csv(study).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["seed"]: row["val/loss"] for row in rows} == {"1": "2.25", "3": "0.25", "5": "2.25"}
    assert all((Path(row["run"]) / "run.json").is_file() for row in rows)


def test_the_command_tells_by_its_status(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["train", "sweep=optuna", "model=tiny", "logger=none", "seed=0,1,2,3", "sweep.sampler=grid"]
    runs.fault = nan
    assert main(words) == 1
    out = capsys.readouterr().out
    assert "4 of 4 trials" in out
    assert "failed: training: the loss became nan" in out
    assert "Best: trial" in out
    assert main([*words, "-m"]) == 1  # as people know it from Hydra; still failed
    (folder,) = (tmp_path / "outputs" / "sweeps").iterdir()
    assert {"study.csv", "history.svg", "slices.svg", "parallel.svg"} <= {p.name for p in folder.iterdir()}
    assert "<svg" in (folder / "history.svg").read_text(encoding="utf-8")[:1000]


def test_keys_of_a_search_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "sweep.trials=20"]) == 2
    assert "sweep.trials (command line): nothing is searched. Add sweep=optuna." in capsys.readouterr().err
