"""The folder of one run: everything to repeat it, everything it found.

`outputs/<command>/<experiment>/<date>_<id>/` holds config.yaml, run.json (command, overrides, commit,
versions, status), git.diff, metrics.jsonl, predictions/, checkpoints/ and model/; error.txt where it failed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import yaml

from wfllm.errors import WfllmError
from wfllm.tracking.identity import code_fingerprint, run_id

RUNNING, FINISHED, FAILED = "running", "finished", "failed"


class RunFolder:
    """One run's folder and its state. Use `open_run` to get one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            WfllmError: the folder is no run folder, or run.json is damaged.
        """
        file = self.path / "run.json"
        try:
            info = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise WfllmError(
                "is not a run folder (it has no run.json)",
                where=self.path,
                mend="`wfllm compare` lists the runs.",
            ) from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise WfllmError(f"is damaged ({error})", where=file) from None
        if not isinstance(info, dict):
            raise WfllmError("is damaged (not an object)", where=file)
        return info

    @property
    def config(self) -> dict[str, Any]:
        """The composed config the run was started with."""
        file = self.path / "config.yaml"
        if not file.is_file():
            raise WfllmError("is missing", where=file)
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert isinstance(plain, dict)
        return plain

    @property
    def finished(self) -> bool:
        return self.info.get("status") == FINISHED

    def update(self, **changes: Any) -> None:
        """Change fields of run.json, whole or not at all."""
        write_text(self.path / "run.json", json.dumps({**self.info, **changes}, indent=2) + "\n")

    def finish(self, **results: Any) -> None:
        """Mark the run finished and keep its results."""
        self.update(status=FINISHED, ended=_now(), results=results)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep why the run stopped, if it does; the same command goes on from what is there."""
        try:
            yield
        except Exception as error:
            write_text(self.path / "error.txt", traceback.format_exc())
            self.update(status=FAILED, ended=_now(), error=" ".join(str(error).split())[:500])
            raise


def open_run(
    command: str, experiment: str, plain: dict[str, Any], overrides: list[str], data: str, output: Path
) -> RunFolder:
    """The folder of this very run: the one it has already, finished or interrupted, or a new one.

    Args:
        data: fingerprint of the records.
        output: folder that holds all runs.
    """
    identity = run_id(command, plain, data)
    parent = output / command / experiment.replace("/", "-")
    found = sorted(p.parent for p in parent.glob(f"*_{identity}/run.json"))
    if found:
        run = RunFolder(found[-1])
        if not run.finished:
            run.update(status=RUNNING, resumed=[*run.info.get("resumed", []), _now()])
        return run
    path = parent / f"{datetime.now().strftime('%Y-%m-%d')}_{identity}"
    path.mkdir(parents=True, exist_ok=True)
    write_text(path / "config.yaml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))
    write_text(path / "git.diff", _git("diff", "HEAD"))
    info = {
        "id": identity,
        "command": command,
        "experiment": experiment,
        "overrides": overrides,
        "argv": sys.argv[1:],
        "status": RUNNING,
        "started": _now(),
        "commit": _git("rev-parse", "HEAD").strip() or None,
        "dirty": bool(_git("status", "--porcelain").strip()),
        "code": code_fingerprint(),
        "data": data,
        "seed": plain.get("seed"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {
            d.metadata["Name"]: d.version for d in sorted(distributions(), key=lambda d: d.name.lower())
        },
    }
    write_text(path / "run.json", json.dumps(info, indent=2) + "\n")
    return RunFolder(path)


def find_runs(where: str) -> list[RunFolder]:
    """Runs in a folder at any depth, or those a glob names, oldest first."""
    folder = Path(where)
    paths = [folder] if folder.is_dir() else [Path(p) for p in sorted(Path().glob(where))]
    files = {f for p in paths for f in p.rglob("run.json")}
    return sorted((RunFolder(f.parent) for f in files), key=_started)


def _started(run: RunFolder) -> str:
    """When a run began; a damaged one comes first rather than hiding the others."""
    try:
        return str(run.info.get("started", ""))
    except WfllmError:
        return ""


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _git(*args: str) -> str:
    """Output of a git command about the code itself; empty where there is no git or no checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *args], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
