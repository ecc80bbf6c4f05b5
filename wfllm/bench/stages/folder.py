"""The files of one stage: chunks of JSON lines, each written whole or not at all.

`chunk-000012.jsonl` holds what was kept of the stage's twelfth chunk, `chunk-000012.dropped.jsonl` what was
dropped, each with rule and reason. `stage.json` says what determined them and, at the end, that all is there
and how many bytes each file has: a file that was lost or cut since is seen, and made again. `failed.jsonl`
is there as long as the last run left items that nobody could work at; a shard's is `failed-3-of-16.jsonl`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from wfllm.bench.stages.stage import Dropped, Failed, Item, Outcome
from wfllm.errors import WfllmError
from wfllm.files import write_text

CHUNK = 256
"""Items of a chunk: what is done again after a kill, and what one process works at."""
INFO = "stage.json"
FAILED = "failed{}.jsonl"


class StageFolder:
    """One stage's files.

    Args:
        path: the folder; made when it is begun.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def info(self) -> dict[str, Any]:
        """What `stage.json` says; empty where the stage was never begun.

        Raises:
            WfllmError: it is there and is not what this version writes.
        """
        file = self.path / INFO
        try:
            info = json.loads(file.read_bytes())
            if isinstance(info, dict) and isinstance(info.get("key"), str):
                return info
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as fault:
            raise WfllmError(f"cannot be read ({fault})", where=file, mend="Remove that folder.") from fault
        raise WfllmError("is no stage of a build", where=file, mend="Remove that folder.")

    def begin(self, key: str) -> None:
        """Make the folder ready for a stage with this key; what another key made is removed."""
        info = self.info()
        if info and info["key"] != key:
            self.remove()
        self.path.mkdir(parents=True, exist_ok=True)
        if not info or info["key"] != key:
            self.write_info({"key": key, "complete": False})

    def remove(self) -> None:
        """Remove the stage: moved aside first, so that a kill leaves no half of it under its name."""
        old = self.path.with_name(f".old-{self.path.name}")
        shutil.rmtree(old, ignore_errors=True)
        if self.path.exists():
            self.path.rename(old)
            shutil.rmtree(old)

    def write_info(self, info: dict[str, Any]) -> None:
        self._write(INFO, json.dumps(info, ensure_ascii=False, indent=1) + "\n")

    def finish(self, key: str, notes: dict[str, Any]) -> None:
        """Say that every chunk is there, and drop what a killed process left half-written."""
        for part in self.path.glob(".part-*"):
            part.unlink(missing_ok=True)
        self.write_info({"key": key, "complete": True, **notes, "files": self._sizes()})

    def is_complete(self, key: str) -> bool:
        info = self.info()
        return bool(info) and info["key"] == key and bool(info.get("complete")) and not self.damaged()

    def damaged(self) -> set[int]:
        """Chunks that a complete stage should have and has not, or has with another length."""
        info = self.info()
        if not info.get("complete"):
            return set()
        there, noted = self._sizes(), info.get("files")
        noted = noted if isinstance(noted, dict) else {}
        return {int(name[6:12]) for name in {*there, *noted} if there.get(name) != noted.get(name)}

    def mend(self) -> set[int]:
        """Remove damaged chunks, so that they are made again; which."""
        damaged = self.damaged()
        if damaged:
            self.write_info({"key": self.info()["key"], "complete": False})
        for chunk in damaged:
            for kind in ("", ".dropped"):
                (self.path / _name(chunk, kind)).unlink(missing_ok=True)
        return damaged

    def _sizes(self) -> dict[str, int]:
        return {p.name: p.stat().st_size for p in sorted(self.path.glob("chunk-??????*.jsonl"))}

    def has(self, chunk: int) -> bool:
        """Whether a chunk is done: its kept items are written last."""
        return (self.path / _name(chunk)).is_file()

    def chunks(self) -> list[int]:
        """Numbers of the chunks that are there."""
        return sorted(int(p.name[6:12]) for p in self.path.glob("chunk-??????.jsonl"))

    def write(self, chunk: int, outcomes: Iterable[Outcome]) -> tuple[int, int, list[Failed]]:
        """Write one chunk; numbers of kept and dropped items. Nothing is written where any failed."""
        kept: list[str] = []
        dropped: list[str] = []
        failed: list[Failed] = []
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                failed.append(outcome)
            elif isinstance(outcome, Dropped):
                dropped.append(_line({"rule": outcome.rule, "reason": outcome.reason, "item": outcome.item}))
            else:
                kept.append(_line(outcome))
        if failed:
            return 0, 0, failed
        if dropped:
            self._write(_name(chunk, ".dropped"), "".join(dropped))
        self._write(_name(chunk), "".join(kept))
        return len(kept), len(dropped), []

    def tell_failed(self, failed: Sequence[Failed], part: str = "") -> Path | None:
        """Write down every item that could not be worked at now, and why; no file where there is none.

        Args:
            failed: the items.
            part: which shard says so, as the file's name tells it: shards may share a folder.
        """
        name = FAILED.format(part)
        if not failed:
            (self.path / name).unlink(missing_ok=True)
            return None
        self._write(name, "".join(_line({"id": one.item.get("id"), "reason": one.reason}) for one in failed))
        return self.path / name

    def counts(self) -> tuple[int, int]:
        """Numbers of kept and dropped items: lines are counted, nothing is read as JSON."""
        dropped = kept = 0
        for path in self.path.glob("chunk-??????*.jsonl"):
            with path.open("rb") as file:
                lines = sum(block.count(b"\n") for block in iter(lambda file=file: file.read(2**20), b""))  # type: ignore[misc]
            if path.name.endswith(".dropped.jsonl"):
                dropped += lines
            else:
                kept += lines
        return kept, dropped

    def read(self, chunk: int) -> list[Item]:
        return list(_lines(self.path / _name(chunk)))

    def items(self) -> Iterator[Item]:
        """Every kept item, in order."""
        for chunk in self.chunks():
            yield from _lines(self.path / _name(chunk))

    def drops(self) -> Iterator[Dropped]:
        """Every dropped item, in order."""
        for chunk in self.chunks():
            file = self.path / _name(chunk, ".dropped")
            if file.is_file():
                for line in _lines(file):
                    yield Dropped(line["item"], line["rule"], line["reason"])

    def _write(self, name: str, text: str) -> None:
        write_text(self.path / name, text)


def _name(chunk: int, kind: str = "") -> str:
    return f"chunk-{chunk:06d}{kind}.jsonl"


def _line(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, as file names may hold
        text = json.dumps(value, separators=(",", ":"))
    return text + "\n"


def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    except (OSError, ValueError) as fault:
        raise WfllmError(
            f"cannot be read ({fault})", where=path, mend="Remove the file; the same command makes it again."
        ) from fault
