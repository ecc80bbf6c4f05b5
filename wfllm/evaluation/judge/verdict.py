"""A verdict: what each vote says, and what most say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfllm.files import write_text

SUFFIX = ".verdicts.jsonl"
"""Of the file beside the predictions."""


@dataclass(frozen=True)
class Vote:
    """What one answer of the judge says."""

    passes: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of one prediction.

    Attributes:
        passes: None where it stays unjudged.
        votes: those that were had; one without an asker where the code needs no judge to fail.
        fault: in one line, why it stays unjudged.
        waits: whether the same command may bring a verdict another time.
        asked: whether the judge was.
    """

    id: str
    passes: bool | None
    votes: tuple[Vote, ...]
    fault: str | None = None
    waits: bool = False
    asked: bool = True

    @property
    def agreement(self) -> float | None:
        """Share of the votes that say what holds; None where nobody was asked, or nothing holds."""
        if self.passes is None or not self.asked:
            return None
        return sum(vote.passes == self.passes for vote in self.votes) / len(self.votes)

    def scores(self) -> dict[str, float | None]:
        """The metrics of the family `judge`."""
        return {
            "passes": None if self.passes is None else float(self.passes),
            "judge_agreement": self.agreement,
        }

    def as_json(self) -> dict[str, Any]:
        votes = [{"passes": vote.passes, "reason": vote.reason} for vote in self.votes]
        plain: dict[str, Any] = {"id": self.id, "passes": self.passes, "votes": votes}
        if not self.asked:
            plain["asked"] = False
        return plain if self.fault is None else {**plain, "fault": self.fault}


def failed(name: str, reason: str) -> Verdict:
    """The verdict on what is no workflow: nobody is asked."""
    return Verdict(name, False, (Vote(False, f"Not asked: {reason}."),), asked=False)


def counted(name: str, votes: Sequence[Vote | None], fault: str | None, waits: bool) -> Verdict:
    """The verdict that more than half of the wanted votes agree on, those that are missing (None) included.

    Args:
        fault: why votes are missing.
        waits: whether they may come another time.
    """
    had = tuple(vote for vote in votes if vote is not None)
    for passes in (True, False):
        if 2 * sum(vote.passes == passes for vote in had) > len(votes):
            return Verdict(name, passes, had)
    return Verdict(name, None, had, fault or "as many votes for as against", waits)


def write_verdicts(path: Path, verdicts: Sequence[Verdict]) -> None:
    """One verdict a line, in the order of the predictions."""
    lines = (json.dumps(verdict.as_json(), ensure_ascii=False) + "\n" for verdict in verdicts)
    write_text(path, "".join(lines))
