"""Everything that was logged arrives: the real client against a server on the loopback (`wandb_server`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracking.wandb_server import Server, ServerRun, environment, wandb_server
from wfllm.tracking.wandb_files import EMPTY, mended
from wfllm.tracking.wandb_start import AXIS

pytestmark = pytest.mark.slow
START = """
import json, os, sys, time
from pathlib import Path
from wfllm.config.schema import WandbLogger
from wfllm.tracking.artifacts import Item
from wfllm.tracking.run_folder import open_run
from wfllm.tracking.wandb_run import tracking

root, first, last, end, mode = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
plain = {"seed": 3, "data": {"name": "starter"}, "optim": {"lr": 1e-4}}
folder = open_run("train", "x", plain, [], "fingerprint", root)
kept = folder.path / "metrics.jsonl"
lines = kept.read_text().splitlines(keepends=True) if kept.exists() else []
kept.write_text("".join(lines[:first]))
model = folder.path / "model"
model.mkdir(exist_ok=True)
(model / "weights.bin").write_bytes(b"weights")
logger = WandbLogger(name="wandb", project="p", tags=["a", "b"], mode=mode)
with tracking(logger, folder, plain, "group", "train") as tracker:
    tracker.uses([Item("dataset-mine", "dataset", (root / "mine" / "dataset",))])
    for step in range(first, last):
        row = {"train/loss": 1 / (step + 1), "train/lr": 1e-4 * step}
        with kept.open("a") as file:
            file.write(json.dumps({"step": step, **row}) + "\\n")
        tracker.metrics(row, step)
    if end == "killed":
        os._exit(9)
    if end == "killed later":
        time.sleep(2.5)
        os._exit(9)
    tracker.metrics({"val/loss": 0.25}, last - 1)
    tracker.table("samples", ["step", "request"], [[1, "Greet me."], [2, "Grüße mich."]])
    tracker.summary({"after-id/codebleu": 0.5})
    scores = {"scores": {"id": 0.5}}
    tracker.keeps(Item("model-x", "model", (model,), metadata=scores, aliases=("best", "r1")))
folder.finish()
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with wandb_server() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a dataset, and a home for the client."""
    (tmp_path / "home").mkdir()
    (tmp_path / "mine" / "dataset").mkdir(parents=True)
    (tmp_path / "mine" / "dataset" / "train.jsonl").write_text("{}\n")
    return tmp_path


def start(server: Server, root: Path, first: int, last: int, end: str = "", mode: str = "offline") -> str:
    """One start of the run, of steps `first` to `last`; what it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", START, str(root), str(first), str(last), end, mode],
        env=environment(server, str(root / "home")),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == (9 if end else 0), done.stderr
    return done.stderr


def sync(server: Server, root: Path) -> str:
    (folder,) = root.glob("train/x/*/wandb")
    done = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", str(folder)],
        env={**environment(server, str(root / "home")), "WANDB_SILENT": "false"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def require_whole(server: Server, last: int) -> ServerRun:
    """Everything that the starts of the run have logged is in its one run, with its value."""
    assert server.unknown == []
    (run,) = server.runs.values()
    assert run.config | {"uses": 0, "commit": 0} == {
        "seed": 3, "data": {"name": "starter"}, "optim": {"lr": 1e-4},
        "data_fingerprint": "fingerprint", "uses": 0, "commit": 0,
    }  # fmt: skip
    assert list(run.config["uses"]) == ["dataset-mine"]
    assert (run.values["groupName"], run.values["jobType"], run.values["tags"]) == (
        "group",
        "train",
        ["a", "b"],
    )
    told = [(row[AXIS], row["train/loss"], row["train/lr"]) for row in run.history if "train/loss" in row]
    assert dict.fromkeys(sorted(told)) == {(s, 1 / (s + 1), 1e-4 * s): None for s in range(last)}
    assert [row[AXIS] for row in run.history if "val/loss" in row] == [last - 1]
    steps = [row["_step"] for row in run.history]
    assert steps == sorted(set(steps))  # lines of one start are not taken for those of another
    assert run.summary["after-id/codebleu"] == 0.5
    assert run.summary["train/loss"] == 1 / last
    assert run.exit == 0
    assert run.axes["train/*"]["5"] == run.axes["val/*"]["5"] == 1  # their x-axis is the first: the step
    table = server.artifact(f"run-{run.name}-samples")
    rows = json.loads(table.files["samples.table.json"])["data"]
    assert rows == [[1, "Greet me."], [2, "Grüße mich."]]
    model = server.artifact("model-x")
    assert (model.kind, model.made_by, model.metadata) == ("model", [run.name], {"scores": {"id": 0.5}})
    assert {"latest", "best", "r1"} == set(model.aliases)
    assert model.files == {"weights.bin": b"weights"}
    dataset = server.artifact("dataset-mine")
    assert set(dataset.used_by) == {run.name}
    assert (dataset.made_by, dataset.files) == ([], {})  # named, not uploaded
    assert list(dataset.manifest["contents"]) == ["train.jsonl"]
    return run


def test_an_offline_run_that_was_killed_and_went_on_is_one_whole_run_on_a_loopback_server(
    server: Server, root: Path
) -> None:
    start(server, root, 0, 6, "killed later")
    start(server, root, 4, 10)
    sync(server, root)
    run = require_whole(server, 10)
    again = [row[AXIS] for row in run.history if "train/loss" in row]
    assert again == [0, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9]  # trained again, told again


def test_what_a_kill_cost_the_client_is_told_from_the_folder_on_a_loopback_server(
    server: Server, root: Path
) -> None:
    start(server, root, 0, 6, "killed")
    (empty,) = root.glob("train/x/*/wandb/offline-run-*/run-*.wandb")
    empty.write_bytes(empty.read_bytes()[:7])  # as it is before the client has written anything
    start(server, root, 4, 7, "killed later")
    (cut,) = root.glob("train/x/*/wandb/offline-run-*/run-*.wandb")
    cut.write_bytes(cut.read_bytes()[:-20])  # in the middle of a record
    start(server, root, 6, 10)
    assert len(list(root.glob(f"train/x/*/wandb/offline-run-*/run-*{EMPTY}"))) == 1
    said = sync(server, root)
    assert "Failed" not in said
    require_whole(server, 10)


def test_an_online_run_that_was_killed_and_went_on_is_one_whole_run_on_a_loopback_server(
    server: Server, root: Path
) -> None:
    assert start(server, root, 0, 6, "killed", "online") == ""
    assert start(server, root, 4, 10, "", "online") == ""
    require_whole(server, 10)


def test_files_that_are_no_logs_are_set_aside(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b":W&B", b":W&B\xe1\xbe\x00", b":W&B\xe1\xbe\x00" + b"\xff" * 99)):
        folder = tmp_path / "wandb" / f"offline-run-{number}"
        folder.mkdir(parents=True)
        (folder / f"run-{number}.wandb").write_bytes(content)
    assert mended(tmp_path, AXIS) == 0
    assert len(list(tmp_path.glob(f"wandb/*/*{EMPTY}"))) == 4
