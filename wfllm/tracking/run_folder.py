"""The folder of one run: everything to repeat it, everything it found.

`outputs/<command>/<experiment>/<date>_<id>/` holds config.yaml, run.json (command, overrides, commit,
versions, status), git.diff, metrics.jsonl, predictions/, checkpoints/ and model/; error.txt where it failed.
"""

from __future__ import annotations

import glob
import json
import os
import platform
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from wfllm import lock
from wfllm.config.plugins import modules_in_use
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.tracking.environment import code_diff, code_state, packages
from wfllm.tracking.identity import code_fingerprint, run_id
from wfllm.tracking.plain_yaml import read_plain_yaml

RUNNING, FINISHED, FAILED, PRUNED = "running", "finished", "failed", "pruned"
TEXTS = ("id", "command", "experiment", "started", "status")
"""What run.json says in every run, beside the list of overrides; other commands rely on it."""


class RunPruned(Exception):  # noqa: N818 (no error)
    """A run that a search has stopped because others do better. The text says which search, and why."""


class RunFolder:
    """One run's folder and its state. Use `open_run` to get one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            WfllmError: the folder is no run folder, or run.json is damaged or lacks what others rely on.
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
        except OSError as error:
            raise WfllmError(f"cannot be read ({error.strerror})", where=file) from None
        except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, nested without end
            raise WfllmError(f"is damaged ({error})", where=file) from None
        if not isinstance(info, dict):
            raise WfllmError("is damaged (not an object)", where=file)
        wrong = [key for key in TEXTS if not isinstance(info.get(key), str)]
        overrides = info.get("overrides")
        if not isinstance(overrides, list) or not all(isinstance(o, str) for o in overrides):
            wrong.append("overrides")
        if wrong:
            raise WfllmError(f"is damaged (missing or of another type: {', '.join(wrong)})", where=file)
        return info

    @property
    def config(self) -> dict[str, Any]:
        """The composed config the run was started with.

        Raises:
            WfllmError: config.yaml is missing or damaged.
        """
        file = self.path / "config.yaml"
        if not file.is_file():
            raise WfllmError("is missing", where=file)
        try:
            plain = read_plain_yaml(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise WfllmError(f"cannot be read ({error.strerror})", where=file) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise WfllmError(f"is damaged ({error})", where=file) from None
        if not isinstance(plain, dict):
            raise WfllmError("is damaged (not keys and values)", where=file)
        return plain

    @property
    def finished(self) -> bool:
        return self.info.get("status") == FINISHED

    def update(self, **changes: Any) -> None:
        """Change fields of run.json, whole or not at all."""
        self._write({**self.info, **changes})

    def finish(self, **results: Any) -> None:
        """Mark the run finished and keep its results; what an earlier try failed of is forgotten."""
        with suppress(OSError):
            (self.path / "error.txt").unlink()
        info = {key: value for key, value in self.info.items() if key != "error"}
        self._write({**info, "status": FINISHED, "ended": _now(), "results": results})
        lock.release(self.path)

    def _write(self, info: dict[str, Any]) -> None:
        write_text(self.path / "run.json", json.dumps(info, indent=2) + "\n")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep why the run stopped, if it does; the same command goes on from what is there.

        At its end other processes may go on with the run.
        """
        try:
            yield
        except RunPruned as stop:
            self.update(status=PRUNED, ended=_now(), error=str(stop))
            raise
        except Exception as error:
            trace = traceback.format_exc()
            # On a full disk these fail too; what happened first is what the person must see.
            with suppress(OSError):
                write_text(self.path / "error.txt", trace)
            with suppress(OSError, WfllmError):
                self.update(status=FAILED, ended=_now(), error=" ".join(str(error).split())[:500])
            raise
        finally:
            lock.release(self.path)


def open_run(
    command: str, experiment: str, plain: dict[str, Any], overrides: list[str], data: str, output: Path
) -> RunFolder:
    """The folder of this very run: the one it has already, finished or interrupted, or a new one.

    Unless it is finished it is locked for this process, until `finish`, the end of `kept`, or its death.

    Args:
        data: fingerprint of the records.
        output: folder that holds all runs.

    Raises:
        WfllmError: the run is going on in another process, or its run.json is damaged.
    """
    identity = run_id(command, plain, data)
    found = find_run(output, command, experiment, identity)
    if found and found.finished:
        return found
    today = datetime.now().strftime("%Y-%m-%d")
    path = found.path if found else _parent(output, command, experiment) / f"{today}_{identity}"
    path.mkdir(parents=True, exist_ok=True)
    run = RunFolder(path)
    lock.take(
        path,
        cause="this very run is going on in another process",
        mend="Wait for it or stop it, or change a config key (seed=1) for another run.",
    )
    try:
        # Only now is it sure what is there: another process may have begun or ended the run meanwhile.
        if not (path / "run.json").exists():
            _begin(path, identity, command, experiment, plain, overrides, data)
        elif run.finished:
            lock.release(path)
        else:
            run.update(status=RUNNING, resumed=[*run.info.get("resumed", []), _now()])
    except BaseException:
        lock.release(path)
        raise
    return run


def find_run(output: Path, command: str, experiment: str, identity: str) -> RunFolder | None:
    """The folder of the run with this id, finished or not, the newest of several; None without one."""
    found = sorted(_parent(output, command, experiment).glob(f"*_{identity}/run.json"))
    return RunFolder(found[-1].parent) if found else None


def find_twin(output: Path, command: str, identity: str) -> RunFolder | None:
    """A finished run with this id under whichever preset's name: what two presets say alike is one result."""
    for file in sorted((output / command).glob(f"*/*_{identity}/run.json")):
        with suppress(WfllmError):  # a damaged one is no result
            if RunFolder(file.parent).finished:
                return RunFolder(file.parent)
    return None


def _parent(output: Path, command: str, experiment: str) -> Path:
    return output / command / experiment.replace("/", "-")


def _begin(
    path: Path,
    identity: str,
    command: str,
    experiment: str,
    plain: dict[str, Any],
    overrides: list[str],
    data: str,
) -> None:
    """Write what is known before a run; run.json comes last and makes it a run folder."""
    write_text(path / "config.yaml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))
    write_text(path / "git.diff", code_diff())
    info = {
        "id": identity,
        "command": command,
        "experiment": experiment,
        "overrides": overrides,
        "argv": sys.argv[1:],
        "status": RUNNING,
        "started": _now(),
        **code_state(),
        "code": code_fingerprint(plain),
        "plugins": modules_in_use(plain),
        "data": data,
        "seed": plain.get("seed"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": packages(),
    }
    RunFolder(path)._write(info)


def find_runs(where: str) -> list[RunFolder]:
    """Runs in a folder at any depth, or those a glob names (absolute, with `~` or `**`), oldest first."""
    where = os.path.expanduser(where)
    paths = [Path(where)] if Path(where).is_dir() else [Path(p) for p in glob.glob(where, recursive=True)]
    files = {f for p in paths for f in p.rglob("run.json")}
    return sorted((RunFolder(f.parent) for f in files), key=_started)


def _started(run: RunFolder) -> str:
    """When a run began; a damaged one comes first rather than hiding the others."""
    try:
        return str(run.info.get("started", ""))
    except WfllmError:
        return ""


def minutes_of(info: Mapping[str, Any]) -> float | None:
    """From start to end of a run, as run.json has them; None of one that was interrupted, or is damaged."""
    if "ended" not in info or info.get("resumed"):
        return None
    with suppress(ValueError, TypeError, KeyError):
        took = datetime.fromisoformat(info["ended"]) - datetime.fromisoformat(info["started"])
        return took.total_seconds() / 60
    return None


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
