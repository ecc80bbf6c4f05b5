"""What was asked and what it cost, in all and by purpose."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field, fields

from wfllm.llm.request import Answer


@dataclass
class Tally:
    """Counts of answers, and tokens and USD paid for them now."""

    answered: int = 0
    """Requests with a text, remembered ones included."""
    cached: int = 0
    """Of these, remembered."""
    cut: int = 0
    """Of these, cut at max_tokens."""
    failed: int = 0
    """Asked, and no text."""
    not_asked: int = 0
    """Left out once the run had stopped asking, or not recorded."""
    again: int = 0
    """Asked once more because the answer did not fit its schema."""
    attempts: int = 0
    """Requests sent, retries included."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: int = 0
    """Answers whose tokens the server did not count."""
    cost_usd: float = 0.0

    def book(self, answer: Answer) -> None:
        told = answer.text is not None
        self.answered += told
        self.cached += told and answer.cached
        self.cut += told and answer.finish == "length"
        self.failed += not told and answer.attempts > 0
        self.not_asked += not told and answer.attempts == 0
        self.attempts += answer.attempts
        self.prompt_tokens += answer.usage.prompt_tokens
        self.completion_tokens += answer.usage.completion_tokens
        self.estimated += answer.usage.estimated
        self.cost_usd += answer.cost_usd or 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)})


@dataclass
class Account:
    """The books of one model in one run."""

    priced: bool = False
    by_purpose: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    reasons: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Why requests failed, and which ones, since it was last told."""
    cut_told: int = 0
    retries: int = 0
    """Tries that failed and were made again."""
    started: float = field(default_factory=time.monotonic)

    def book(self, answer: Answer) -> None:
        self.by_purpose[answer.request.purpose].book(answer)
        if answer.error is not None:
            self.reasons[answer.error].append(answer.request.label())

    @property
    def total(self) -> Tally:
        return sum(list(self.by_purpose.values()), Tally())

    def note(self) -> str:
        """For a progress bar: tokens, their rate, cost, failures."""
        total = self.total
        rate = total.completion_tokens / max(time.monotonic() - self.started, 1e-9)
        parts = [f"{total.prompt_tokens:,} tokens in, {total.completion_tokens:,} out ({rate:.0f}/s)"]
        parts += [f"${total.cost_usd:.4f}"] if self.priced else []
        parts += [f"{total.cached} remembered"] if total.cached else []
        parts += [f"{self.retries} retried"] if self.retries else []
        failed = total.failed + total.not_asked
        return ", ".join([*parts, f"{failed} failed"] if failed else parts)

    def tell(self, stopped: str | None, shown: int = 5) -> list[str]:
        """What went wrong since this was last called: each reason once, the most frequent first.

        What all that were not asked any more have in common (`stopped`) comes first.
        """
        left = [*self.reasons.pop(f"{stopped}", []), *self.reasons.pop(f"not asked: {stopped}", [])]
        lines = [f"Stopped asking with {_count(len(left), 'request')} left: {stopped}"] if left else []
        ordered = sorted(self.reasons.items(), key=lambda item: (-len(item[1]), item[0]))
        for reason, labels in ordered[:shown]:
            named = ", ".join(labels[:3]) + (", …" if len(labels) > 3 else "")
            lines.append(f"{_count(len(labels), 'request')} failed ({named}): {reason}")
        if len(ordered) > shown:
            lines.append(f"… and {_count(len(ordered) - shown, 'other reason')}")
        cut, self.cut_told = self.total.cut - self.cut_told, self.total.cut
        if cut:
            lines.append(f"{_count(cut, 'answer')} cut at max_tokens")
        self.reasons.clear()
        return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
