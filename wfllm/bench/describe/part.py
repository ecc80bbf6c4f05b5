"""What is counted of a part of the dataset: records of one split, real or synthetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from wfllm.bench.describe.spread import Spread
from wfllm.bench.measure import noted
from wfllm.bench.stages.stage import Item
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.catalogue.render import render
from wfllm.shortcuts.stats import app_of

SPLITS = ("train", "dev", "id", "ood")
BUILTIN = "built-in"
"""In place of an app, for the system's own actions."""
UNKNOWN = "none"
"""In place of a category, for records without."""
NAMES = 5_000
"""Different categories that are told apart; there are 28, and files may say anything."""


@dataclass
class Part:
    """Counts of records. All of one record's numbers are of its code, its APIs and its texts."""

    records: int = 0
    unread: int = 0
    """Of these, records whose code cannot be read; the averages are of the others."""
    actions: Spread = field(default_factory=Spread)
    ifs: Spread = field(default_factory=Spread)
    loops: Spread = field(default_factory=Spread)
    depth: Spread = field(default_factory=Spread)
    apis: Counter[str] = field(default_factory=Counter)
    """Identifier → records that use it."""
    apps: Counter[str] = field(default_factory=Counter)
    """Bundle, or BUILTIN → records that use any of its APIs."""
    categories: Counter[str] = field(default_factory=Counter)
    prompt: Spread = field(default_factory=Spread)
    """Length of request and documentation."""
    answer: Spread = field(default_factory=Spread)
    """Length of plan and code."""
    whole: Spread = field(default_factory=Spread)
    """Both together."""

    def __add__(self, other: Part) -> Part:
        return Part(*(_joined(getattr(self, f.name), getattr(other, f.name)) for f in fields(Part)))

    @property
    def api_count(self) -> int:
        """Different APIs."""
        return len(self.apis)

    @property
    def app_count(self) -> int:
        """Different apps other than the system's own actions."""
        return len(self.apps) - (BUILTIN in self.apps)


class Counting:
    """Counts items into parts.

    Args:
        length: of a text, in whatever unit.
    """

    def __init__(self, length: Callable[[str], int] = len) -> None:
        self.length = length
        self.parts: dict[tuple[str, bool], Part] = {}
        """(split, whether synthetic) → part."""
        catalogue = load_catalogue()

        @lru_cache(maxsize=20_000)
        def documented(identifier: str) -> int:
            api = catalogue.get(identifier)
            if api is not None and not api.called:
                return 0  # the dialect writes it as syntax, so no prompt documents it
            return length(render(api or Api(identifier)) + "\n")

        self._documented = documented

    def add(self, item: Item) -> None:
        """One record as it ends in the dataset."""
        meta = item.get("meta") or {}
        part = self.parts.setdefault((item["split"], bool(meta.get("synthetic"))), Part())
        part.records += 1
        stats = noted(item).stats
        if stats is None:
            part.unread += 1
        else:
            part.actions.add(stats.actions)
            part.ifs.add(stats.ifs)
            part.loops.add(stats.loops)
            part.depth.add(stats.depth)
        apis = set(item["apis"])
        part.apis.update(apis)
        part.apps.update({app_of(api) or BUILTIN for api in apis})
        category = str(item.get("category") or UNKNOWN)[:100]
        known = category in part.categories or len(part.categories) < NAMES
        part.categories[category if known else "others"] += 1
        prompt = self.length(item.get("query") or "") + sum(map(self._documented, apis))
        answer = self.length(item.get("task_plan") or "") + self.length(item["annotated_code"])
        part.prompt.add(prompt)
        part.answer.add(answer)
        part.whole.add(prompt + answer)

    def of(self, splits: tuple[str, ...] = SPLITS, synthetic: bool | None = None) -> Part:
        """Some splits together; real ones and synthetic ones, or one of these."""
        found = Part()
        for (split, made), part in self.parts.items():
            if split in splits and synthetic in (None, made):
                found = found + part
        return found


def _joined(left: Any, right: Any) -> Any:
    """A sum; one of counters that keeps what is 0, which `+` would leave out."""
    if isinstance(left, Counter):
        found = Counter(left)
        found.update(right)
        return found
    return left + right
