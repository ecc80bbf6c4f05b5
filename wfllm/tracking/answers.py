"""Answers that another evaluation has generated: other metrics or another judge need no new ones."""

from __future__ import annotations

from pathlib import Path

from wfllm.errors import WfllmError
from wfllm.files import write_bytes
from wfllm.tracking.run_folder import RunFolder, find_runs


def take_answers(run: RunFolder, answers: str, output: Path) -> Path | None:
    """Copy the predictions of all evaluations with the same ones; the folder of the one that has most.

    Where the run has predictions of its own, or no other run has the same, nothing is copied.

    Args:
        answers: what determines the answers (`identity.answers_id`); the run keeps it for those to come.
        output: folder that holds all runs.
    """
    run.update(answers=answers)
    folder = run.path / "predictions"
    if any(folder.glob("*.jsonl")):
        return None
    found = [other for other in find_runs(str(output / "evaluate")) if _same(other, answers)]
    files = [file for other in found if other.path != run.path for file in _files(other)]
    if not files:
        return None
    files.sort(key=lambda file: (-file.stat().st_size, str(file)))
    lines = dict.fromkeys(line for file in files for line in file.read_bytes().splitlines(keepends=True))
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / files[0].name, b"".join(line for line in lines if line.endswith(b"\n")))
    return files[0].parent.parent


def _same(other: RunFolder, answers: str) -> bool:
    try:
        return other.info.get("answers") == answers
    except WfllmError:  # a damaged run hides no other
        return False


def _files(run: RunFolder) -> list[Path]:
    """Predictions, and not what stands beside them (`….verdicts.jsonl`)."""
    return [file for file in (run.path / "predictions").glob("*.jsonl") if "." not in file.stem]
