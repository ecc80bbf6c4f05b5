"""`wfllm repeat`: train again from a run folder alone and compare the losses digit by digit."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import cast

from rich.console import Console

from wfllm.commands.train import train
from wfllm.config.compose import Composed, validate
from wfllm.config.plugins import require
from wfllm.config.schema import RepeatCommand
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue.load import in_use
from wfllm.tracking.identity import code_fingerprint
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder

LOSSES = ("train/loss", "val/loss")


def run(composed: Composed) -> int:
    """Repeat a run in another folder. 0 where every loss is the same to the last digit, else 1."""
    config = cast(RepeatCommand, composed.config)
    console = Console()
    first = RunFolder(Path(config.run).expanduser())
    info = first.info
    if info["command"] != "train" or not first.finished:
        raise WfllmError("is not a finished run of wfllm train", where=config.run)
    require(info.get("plugins"), f"run={config.run}")
    if info["code"] != code_fingerprint(first.config):
        at = f"commit {info['commit'][:10]}" if info.get("commit") else "another version"
        console.print(f"[yellow]The run was made by other code ({at}); its losses may differ.")
    # Losses alone are compared, so nothing is generated, and nothing is sent anywhere.
    own = first.config
    quiet = {"evaluation": {**own["evaluation"], "before": False, "after": False}, "logger": {"name": "none"}}
    plain = {**own, **quiet, "output": config.output}
    again = Composed(validate("train", plain), plain, {"experiment": info["experiment"]}, info["overrides"])
    with in_use(own["catalogue"]) if own.get("catalogue") else nullcontext():
        second = train(again)
    assert second is not None
    if second.path.resolve() == first.path.resolve():
        raise WfllmError("is a repeat itself", where=config.run, mend="Repeat the run it repeats.")
    if second.info["data"] != info["data"]:
        console.print("[yellow]The data are not the same as then.")
    return compare(first, second, console)


def compare(first: RunFolder, second: RunFolder, console: Console) -> int:
    """Print where two runs' losses part. 0 where they never do."""
    left, right = (
        [
            (row["step"], name, row[name])
            for row in read_metrics(r.path / "metrics.jsonl")
            for name in LOSSES
            if name in row
        ]
        for r in (first, second)
    )
    for a, b in zip(left, right, strict=False):
        if a != b:
            console.print(f"[red]The losses part at step {a[0]}: {a[1]} {a[2]!r} then, {b[2]!r} now.")
            return 1
    if len(left) != len(right):
        console.print(f"[red]{len(left)} losses then, {len(right)} now; the common ones are the same.")
        return 1
    console.print(f"[green]All {len(left)} losses are the same to the last digit.")
    console.print("Next: wfllm compare")
    return 0
