"""Everything that is told of a build, read off its stages in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wfllm.bench.describe.flow import Flow, stages_of
from wfllm.bench.describe.part import Counting
from wfllm.bench.stages.engine import Build
from wfllm.progress import progress


@dataclass(frozen=True)
class Lengths:
    """How long texts are told to be.

    Without a tokenizer they are counted in characters, and tokens are estimated from these.
    """

    count: Callable[[str], int] | None = None
    """Tokens of a text; None counts characters."""
    name: str = ""
    """Of the tokenizer."""
    identity: str = ""
    """What tells it from any other."""
    per_token: float = 3.0
    """Characters that are taken for a token where nobody counts them."""

    def tokens(self, length: float) -> float:
        """What was counted, as tokens."""
        return length if self.count else length / self.per_token


Prices = Mapping[str, tuple[float | None, float | None]]
"""Stage → USD for a million tokens read, and written; None where no price is known."""


@dataclass
class Facts:
    """What is known of a build."""

    counting: Counting
    """Of the records that ended in the dataset."""
    flow: Flow
    lengths: Lengths = field(default_factory=Lengths)
    prices: Prices = field(default_factory=dict)


def gather(
    build: Build, sources: Sequence[str], lengths: Lengths | None = None, prices: Prices | None = None
) -> Facts:
    """Read a build. Items are streamed; what is remembered are counts.

    Args:
        build: with all stages complete that `sources` names.
        sources: stages whose items make the dataset.
        lengths: how texts are measured.
        prices: what questions cost.
    """
    lengths = lengths or Lengths()
    facts = Facts(Counting(lengths.count or len), Flow(), lengths, prices or {})
    names = [stage.name for stage in build.stages if build.is_complete(stage.name)]
    ends = [name for name in names[-1:] if name not in sources]  # requests that nobody has answered
    total = sum(build.notes(name).get("dropped", 0) for name in names)
    total += sum(build.notes(name).get("kept", 0) for name in (*sources, *ends))
    with progress("describe", total, "items") as bar:
        for stage in stages_of(build, facts.flow):
            bar.advance(stage.dropped)
        for name in sources:
            for item in build.items(name):
                facts.counting.add(item)
                facts.flow.note_usage(item)
                bar.advance()
        for name in ends:
            for item in build.items(name):
                facts.flow.note_usage(item)
                bar.advance()
    return facts
