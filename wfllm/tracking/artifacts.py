"""What runs make and use, as W&B knows it: one name and one content wherever it is met.

W&B takes two artifacts of one name whose files are the same for one version. So a command that uses what
another one made describes it with the same function, and both are joined, whichever is uploaded first.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfllm import bench
from wfllm.bench.sources.mix import parts_of
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.tracking.run_folder import RunFolder, find_runs

DATASET, SHORTCUTS, MODEL, PREDICTIONS = "dataset", "shortcuts", "model", "predictions"
BEST = "best"
NOTE = ".dataset.json"
"""What a build leaves beside its dataset (`wfllm.bench.stages.assemble`)."""
_OUTSIDE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 100
"""Characters of a name; W&B takes 128."""


@dataclass(frozen=True)
class Item:
    """An artifact before it is one: nothing has been read of its files yet."""

    name: str
    kind: str
    paths: tuple[Path, ...] = ()
    """Files, and folders of which every file belongs to it but hidden ones."""
    links: tuple[str, ...] = ()
    """What lies elsewhere, by its address."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    def files(self) -> Iterator[tuple[str, Path]]:
        """Name within the artifact and path of every file, in order."""
        for path in self.paths:
            if path.is_file():
                yield path.name, path
                continue
            for file in sorted(path.rglob("*")):
                name = file.relative_to(path)
                if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                    yield name.as_posix(), file


def inputs_of(data: s.Data) -> list[Item]:
    """What a data source reads: a dataset, a folder of shortcuts, or each source of a mix."""
    if isinstance(data, s.MixData):
        try:
            return [item for part in parts_of(data) for item in inputs_of(part.data)]
        except WfllmError:  # told where the records are read
            return []
    if not isinstance(data, s.HeldOutData):
        return [Item(_named(DATASET, data.name), DATASET, (Path(bench.__file__).parent / "starter",))]
    kind = SHORTCUTS if isinstance(data, s.ShortcutsData) else DATASET
    path = Path(data.path).expanduser()
    if not path.exists():  # an id of the hub
        return [Item(_named(kind, data.path), kind, links=(f"hf://datasets/{data.path}",))]
    return [_files(kind, path.resolve())]


def dataset_in(folder: Path) -> Item:
    """The dataset that a build has finished, `<output>/dataset`."""
    return _files(DATASET, folder.resolve())


def _files(kind: str, path: Path) -> Item:
    # A build's dataset always lies in a folder of that name: the build's own name says more.
    called = path.parent.name if path.name == DATASET else path.stem if path.is_file() else path.name
    return Item(_named(kind, called), kind, (path,), metadata=_records(path))


def _records(path: Path) -> dict[str, Any]:
    """How many records a build has put into each split; whoever uploads the dataset first says so."""
    try:
        counts = json.loads((path.parent / NOTE).read_bytes())["counts"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):  # made by somebody else
        return {}
    return {"records": plain(counts)}


def model_of(run: RunFolder, results: Mapping[str, Any] | None = None) -> Item:
    """What a training has made. Its versions are the runs of one experiment, each under its id.

    Args:
        results: of a run that is just ending; null takes those in its folder.
    """
    info, config = run.info, run.config
    found = dict(results if results is not None else info.get("results") or {})
    metadata = {
        "run": info["id"],
        "folder": str(run.path),
        "experiment": info["experiment"],
        "model": config.get("model"),
        "strategy": config.get("strategy"),
        "target": (config.get("target") or {}).get("name"),
        "seed": info.get("seed"),
        "data_fingerprint": info.get("data"),
        "commit": info.get("commit"),
        "losses": found.get("losses"),
        "scores": found.get("after"),
    }
    aliases = (info["id"], BEST) if _leads(run, found) else (info["id"],)
    name = _named(MODEL, info["experiment"])
    return Item(name, MODEL, (run.path / "model",), metadata=plain(metadata), aliases=aliases)


def predictions_of(run: RunFolder, scores: Mapping[str, Any]) -> Item:
    """The answers of a run with the scores of each; `scores` are the means."""
    info = run.info
    about = {"command": info["command"], "commit": info.get("commit"), "data_fingerprint": info.get("data")}
    name = _named(PREDICTIONS, info["id"])
    metadata = plain({**about, "scores": scores})
    return Item(name, PREDICTIONS, (run.path / "predictions",), metadata=metadata)


def _leads(run: RunFolder, results: Mapping[str, Any]) -> bool:
    """Whether no finished run of this experiment on the same records has a lower validation loss."""
    own = _validation(results)
    if own is None:
        return False
    data = run.info.get("data")
    for other in find_runs(str(run.path.parent)):
        try:
            info = other.info
        except WfllmError:  # a damaged run hides no other
            continue
        loss = _validation(info.get("results"))
        comparable = other.finished and info.get("data") == data
        if comparable and loss is not None and loss < own:
            return False
    return True


def _validation(results: Any) -> float | None:
    losses = results.get("losses") if isinstance(results, dict) else None
    value = losses.get("val") if isinstance(losses, dict) else None
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _named(kind: str, text: str) -> str:
    return f"{kind}-{_OUTSIDE.sub('-', text).strip('-')[-_LONGEST:] or 'unnamed'}"


def plain(value: Any) -> Any:
    """A value as JSON has it: what is no number there (NaN, infinity) becomes text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
