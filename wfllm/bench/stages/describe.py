"""`describe`: the dataset in numbers, written into it before it is visible: page, card, CSV, JSON.

It is no stage with items of its own: it reads what all stages left. The same build gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from wfllm.bench.describe.card import sections
from wfllm.bench.describe.facts import Lengths, Prices, gather
from wfllm.bench.describe.page import page
from wfllm.bench.describe.table import as_csv, json_text
from wfllm.bench.describe.tables import tables
from wfllm.bench.stages.annotate import prices_of
from wfllm.bench.stages.engine import Build
from wfllm.config import schema as s
from wfllm.files import write_text

NAME = "describe"
PAGE = f"{NAME}.html"


class Describing:
    """Describes a build whose dataset is being written.

    Args:
        build: with all stages complete that `sources` names.
        sources: stages whose items make the dataset.
        lengths: how texts are measured; characters by default.
        prices: stage → what a million tokens read, and written, cost.
    """

    def __init__(
        self,
        build: Build,
        sources: Sequence[str],
        lengths: Lengths | None = None,
        prices: Prices | None = None,
    ) -> None:
        self.build, self.sources = build, sources
        self.lengths, self.prices = lengths or Lengths(), prices or {}

    @property
    def key(self) -> str:
        """What determines the description: every complete stage, those too that no record came from."""
        stages = [self.build.keys[one.name] for one in self.build.stages if self.build.is_complete(one.name)]
        lengths = [self.lengths.identity, self.lengths.name, self.lengths.per_token]
        plain = json.dumps([stages, lengths, sorted(self.prices.items())])
        return hashlib.sha256(plain.encode()).hexdigest()

    def __call__(self, folder: Path) -> None:
        """Write page, CSV and JSON into a folder, and more into the README.md that is there.

        Raises:
            OSError: no room.
        """
        facts = gather(self.build, self.sources, self.lengths, self.prices)
        found = tables(facts)
        by_name = {table.name: table for table in found}
        card = folder / "README.md"
        head = card.read_text(encoding="utf-8").rstrip("\n") if card.exists() else "# Workflows"
        write_text(folder / PAGE, page(facts, by_name))
        write_text(folder / f"{NAME}.csv", as_csv(found))
        write_text(folder / f"{NAME}.json", json_text(found))
        write_text(card, f"{head}\n\n{sections(facts, by_name)}")


def known_prices(config: s.BuildCommand) -> Prices:
    """What the questions of each stage cost: the `llm` group's prices, and the annotator's own."""
    if not isinstance(config.llm, s.OpenAILlm):
        return {}
    price = (config.llm.price_in, config.llm.price_out)
    prices = dict.fromkeys(("thoughts", "expand", "confirm"), price)
    if isinstance(config.annotator, s.LlmAnnotator):
        prices["annotate"] = prices_of(config.annotator, config.llm)
    return prices
