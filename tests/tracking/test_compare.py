"""Runs side by side: which are shown, what tells them apart, their pictures."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml

from wfllm.cli import main
from wfllm.tracking.compare import chosen, rows_of
from wfllm.tracking.curves import labels, points
from wfllm.tracking.metrics_file import read_metric
from wfllm.tracking.run_folder import find_runs


def make_run(root: Path, name: str, rate: float, **info: object) -> Path:
    """A finished run of four steps, whose loss falls with the rate."""
    path = root / "train" / "x" / f"2026-01-01_{name}"
    path.mkdir(parents=True)
    losses = [{"step": n, "train/loss": 3 - rate * n, "train/tokens_per_s": 100.0 + n} for n in range(4)]
    rows = [*losses, {"step": 3, "val/loss": 3 - 2 * rate}, {"step": 4, "train/loss": float("nan")}]
    (path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = {"optim": {"name": "adamw", "lr": rate}, "seed": 0, "logger": {"name": "wandb", "tags": ["a"]}}
    (path / "config.yaml").write_text(yaml.safe_dump(config))
    base = {
        "id": name,
        "command": "train",
        "experiment": "x",
        "status": "finished",
        "overrides": [],
        "started": "2026-01-01T00:00:00+00:00",
        "ended": "2026-01-01T00:03:00+00:00",
        "results": {"losses": {"train": 1.0, "val": 2.0}, "after": {"id": {"codebleu": rate, "parses": 1.0}}},
    }
    (path / "run.json").write_text(json.dumps({**base, **info}))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_run(tmp_path, "aaaaaaaa", 0.1, studies=["s"])
    again = "2026-01-01T00:01:00+00:00"
    make_run(tmp_path, "bbbbbbbb", 0.2, experiment="y", started=again, resumed=[again])
    make_run(tmp_path, "cccccccc", 0.2, started=again[:15] + "2" + again[16:], status="pruned", error="worse")
    return tmp_path


def test_runs_are_chosen_by_their_marks(root: Path) -> None:
    rows = rows_of(find_runs(str(root)))
    by: dict[str, str | None] = dict.fromkeys(("command", "group", "tag", "study"))
    assert len(chosen(rows, by)) == 3
    assert [r.path.name[-8:] for r in chosen(rows, {**by, "study": "s"})] == ["aaaaaaaa"]
    assert [r.path.name[-8:] for r in chosen(rows, {**by, "group": "y"})] == ["bbbbbbbb"]
    assert len(chosen(rows, {**by, "tag": "a", "command": "train"})) == 3
    assert chosen(rows, {**by, "tag": "b"}) == []
    assert chosen(rows, {**by, "command": "evaluate"}) == []


def test_time_and_speed_are_columns(root: Path) -> None:
    first, second, pruned = rows_of(find_runs(str(root)))
    assert first.results["minutes"] == 3.0
    assert first.results["tokens/s"] == 101.5
    assert "minutes" not in second.results  # it stood still for a while nobody knows
    assert (pruned.status, pruned.error) == ("pruned", "worse")


def test_labels_are_what_differs_and_unique(root: Path) -> None:
    names = labels(rows_of(find_runs(str(root))))
    assert names == ["optim.lr=0.1", "optim.lr=0.2 bbbbbbbb", "optim.lr=0.2 cccccccc"]


def test_points_are_the_logged_numbers(root: Path) -> None:
    row = rows_of(find_runs(str(root)))[0]
    steps, losses = points(row, "train/loss")
    assert steps == [1, 2, 3, 4]  # what is no number is no point
    assert losses == pytest.approx([3, 2.9, 2.8, 2.7])
    assert points(row, "val/loss") == ([4], [2.8])


def test_a_long_curve_is_means_of_neighbours(root: Path) -> None:
    row = rows_of(find_runs(str(root)))[0]
    lines = [json.dumps({"step": n, "train/loss": float(n % 2)}) for n in range(1000)]
    (row.path / "metrics.jsonl").write_text("\n".join(lines))
    steps, losses = points(row, "train/loss")
    assert len(steps) == 200
    assert steps[-1] == 1000
    assert all(0.4 <= loss <= 0.6 for loss in losses)


@pytest.mark.parametrize("line", ['{"step": 1, "a/b": 2.5e-05}', '{"a/b": 2.5e-05, "step": 1}'])
def test_a_metric_is_read_as_text(tmp_path: Path, line: str) -> None:
    path = tmp_path / "metrics.jsonl"
    assert read_metric(path, "a/b") == []
    path.write_text(
        f'{{"a/b": -3, "a/bc": 7}}\nnoise "a/b": 1-2}}\n{line}\n{{"step": 2, "a/b": NaN}}\n{{"a/b": 4.'
    )
    first, second, third = read_metric(path, "a/b")
    assert (first, second) == (-3, 2.5e-05)
    assert math.isnan(third)


@pytest.mark.slow
def test_the_command_filters_and_draws(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = root / "pictures"
    assert main(["compare", f"runs={root}", "study=s", f"plots={pictures}"]) == 0
    out = capsys.readouterr().out
    assert "wfllm train: 1 runs" in out
    assert "tokens/s" in out
    assert (pictures / "curves.svg").is_file()
    assert main(["compare", f"runs={root}", "group=nothing"]) == 1
    assert "none of 3 runs has group=nothing" in capsys.readouterr().err
