"""The commands of docs/wandb.md with the real client, against a server on the loopback in place of W&B's.

`wfllm build` is real; the training and the evaluation are run folders made by hand, told to W&B as commands
tell it. `wandb sweep` takes the file that is written, and `wandb agent` runs its command, whose program is a
script that keeps what it was given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.commands.conftest import Run
from tests.commands.conftest import environment as quiet
from tests.tracking.wandb_server import Server, environment, wandb_server
from wfllm.config.compose import compose

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
TOLD = """
import sys
from pathlib import Path
from wfllm.config.compose import compose
from wfllm.tracking.artifacts import inputs_of, model_of, predictions_of
from wfllm.tracking.run_folder import open_run
from wfllm.tracking.wandb_run import tracking

data = ["data=records", "data.path=outputs/mine/dataset"]
composed = compose("train", ["experiment=tiny", *data])
run = open_run("train", "tiny", composed.plain, [], "fingerprint", Path("outputs"))
(run.path / "model").mkdir()
(run.path / "model" / "adapter.bin").write_bytes(b"weights")
results = {"losses": {"steps": 1, "train": 0.5, "val": 0.25}}
with tracking(composed.config.logger, run, composed.plain, "tiny", "train") as tracker:
    tracker.uses(inputs_of(composed.config.data))
    tracker.keeps(model_of(run, results))
    run.finish(**results)
evaluation = compose("evaluate", [*data, f"checkpoint={run.path}"])
folder = open_run("evaluate", run.path.name, evaluation.plain, [], "fingerprint", Path("outputs"))
(folder.path / "predictions").mkdir()
(folder.path / "predictions" / "scores-id.jsonl").write_text("{}\\n")
with tracking(evaluation.config.logger, folder, evaluation.plain, run.path.name, "evaluate") as tracker:
    tracker.uses([*inputs_of(evaluation.config.data), model_of(run)])
    tracker.keeps(predictions_of(folder, {"id": {"codebleu": 0.5}}))
    folder.finish(scores={"id": {"samples": 1.0, "codebleu": 0.5}})
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with wandb_server() as server:
        yield server


def started(server: Server, folder: Path, *command: str) -> str:
    """What a program of the client's says, with `folder/bin` first on the path."""
    env = {**quiet(), **environment(server, str(folder)), "WANDB_SILENT": "false"}
    env["PATH"] = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), env["PATH"]])
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_from_a_shortcut_to_a_score_synced_to_a_loopback_server(
    wfllm: Run, tmp_path: Path, server: Server
) -> None:
    sources = ROOT / "wfllm" / "bench" / "starter" / "train" / "weather"
    shutil.copytree(sources, tmp_path / "sources")
    wfllm("compile", "input=sources", "output=my-shortcuts")
    wfllm("build", "data=shortcuts", "data.path=my-shortcuts", "output=outputs/mine", "logger=wandb")
    started(server, tmp_path, "-c", TOLD)
    wfllm("compare", "command=train", "logger=wandb")
    folders = [str(folder) for folder in sorted(tmp_path.glob("outputs/**/wandb"))]
    assert len(folders) == 4
    assert "Failed" not in started(server, tmp_path, "-m", "wandb", "sync", *folders)
    assert server.unknown == []
    jobs = {made.values["jobType"]: made for made in server.runs.values()}
    assert set(jobs) == {"build", "train", "evaluate", "compare"}
    build, train, evaluate = (jobs[job].name for job in ("build", "train", "evaluate"))
    shortcuts = server.artifact("shortcuts-my-shortcuts")
    assert (shortcuts.made_by, shortcuts.used_by, shortcuts.files) == ([], [build], {})
    dataset = server.artifact("dataset-mine")
    assert (dataset.made_by, set(dataset.used_by)) == ([build], {train, evaluate})
    kept = tmp_path / "outputs" / "mine" / "dataset"
    assert set(dataset.files) == {f.relative_to(kept).as_posix() for f in kept.rglob("*") if f.is_file()}
    for name, content in dataset.files.items():
        assert content == (kept / name).read_bytes()
    assert jobs["build"].summary["records/train"] == dataset.metadata["records"]["train"]
    model = server.artifact("model-tiny")
    assert (model.made_by, model.used_by, model.files) == ([train], [evaluate], {"adapter.bin": b"weights"})
    (folder,) = tmp_path.glob("outputs/train/tiny/*")
    assert {folder.name.rpartition("_")[2], "best", "latest"} == set(model.aliases)
    assert model.metadata["losses"]["val"] == 0.25
    assert model.metadata["strategy"]["name"] == "lora"
    assert jobs["train"].config["uses"] == {"dataset-mine": dataset.digest}
    assert jobs["evaluate"].config["uses"] == {"dataset-mine": dataset.digest, "model-tiny": model.digest}
    (predictions,) = [a for a in server.artifacts if a.kind == "predictions"]
    assert (predictions.made_by, predictions.metadata["scores"]) == ([evaluate], {"id": {"codebleu": 0.5}})


def test_the_real_wandb_sweep_and_agent_take_the_file_against_a_loopback_server(
    wfllm: Run, tmp_path: Path, server: Server
) -> None:
    wfllm("sweep-config", "experiment=tiny", "optim.lr=tag(log,interval(1e-5,1e-3))", "strategy.r=4,8",
          "trainer.max_steps=null,5", "sweep.study=rates")  # fmt: skip
    file = tmp_path / "outputs" / "sweeps" / "rates" / "wandb.yaml"
    said = started(server, tmp_path, "-m", "wandb", "sweep", str(file))
    assert "wandb agent" in said
    assert "violation" not in said
    (registered,) = server.sweeps
    assert yaml.safe_load(registered) == yaml.safe_load(file.read_text())
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "wfllm"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/given"\n')
    program.chmod(0o755)
    drawn = {"optim.lr": 3.5e-05, "strategy.r": 8, "trainer.max_steps": "null"}
    args = {key: {"value": value} for key, value in drawn.items()}
    server.commands += [
        {"id": "1", "type": "run", "run_id": "t1", "program": "wfllm", "args": args},
        {"id": "2", "type": "exit"},
    ]
    started(server, tmp_path, "-m", "wandb", "agent", "me/wfllm/sweep1")
    assert server.unknown == []
    command, *overrides = (tmp_path / "given").read_text().splitlines()
    plain = compose(command, overrides).plain
    assert command == "train"
    assert (plain["optim"]["lr"], plain["strategy"]["r"], plain["trainer"]["max_steps"]) == (3.5e-05, 8, None)
    assert (plain["logger"]["mode"], plain["sweep"]["name"]) == ("online", "none")
