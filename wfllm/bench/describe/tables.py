"""The numbers of a build as tables, from which page, card, CSV and JSON are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from wfllm.bench.categories import CATEGORIES
from wfllm.bench.describe.facts import Facts
from wfllm.bench.describe.flow import DUPLICATES, STAGE_OF
from wfllm.bench.describe.paper import PARTS, paper_table
from wfllm.bench.describe.part import SPLITS, UNKNOWN, Counting, Part
from wfllm.bench.describe.settings import who
from wfllm.bench.describe.table import Cell, Table

SHOWN = 20
"""Rows of a table of names, the most frequent ones; the rest is in the last row."""
ROOM = (2048, 4096, 8192)
"""Tokens that a context may have; the paper trains with the last."""

STATISTICS: dict[str, Callable[[Part], Cell]] = {
    "instances": lambda part: part.records,
    "apps": lambda part: part.app_count,
    "APIs": lambda part: part.api_count,
    "actions": lambda part: part.actions.mean,
    "if": lambda part: part.ifs.mean,
    "loop": lambda part: part.loops.mean,
    "nested depth": lambda part: part.depth.mean,
}
"""The rows of the paper's table 1."""


def tables(facts: Facts) -> list[Table]:
    """Every table that has rows, in the order of the page."""
    makers = (
        _table1,
        _sizes,
        _stages,
        _drops,
        _duplicates,
        _actions,
        _categories,
        _apps,
        _apis,
        _lengths,
        _cost,
    )
    return [table for make in makers if (table := make(facts)).rows]


def parts_of(counting: Counting) -> dict[str, Part]:
    """The parts of the paper's table 1; its test set is that of unseen instructions."""
    return {
        "seed": counting.of(synthetic=False),
        "train": counting.of(("train",)),
        "test": counting.of(("id",)),
        "synthetic": counting.of(synthetic=True),
    }


def _table1(facts: Facts) -> Table:
    ours, paper = parts_of(facts.counting), paper_table()
    columns = ["", *(f"{part}|{whose}" for part in PARTS for whose in ("paper", "here"))]
    rows: list[tuple[Cell, ...]] = []
    for name, of in STATISTICS.items():
        pairs = ((paper[name][part], of(ours[part]) if ours[part].records else None) for part in PARTS)
        rows.append((name, *(value for pair in pairs for value in pair)))
    note = (
        "The last four rows are averages of a workflow. The seed is the real workflows of all splits, test "
        "the split id. How the paper counts is not known: here an If counts once, both repeats are loops, "
        "every block is a level, and APIs are those that stay calls."
    )
    return Table("table1", "Beside the paper's table 1", tuple(columns), rows, note)


def _sizes(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for split in (*SPLITS, "all"):
        splits = SPLITS if split == "all" else (split,)
        real, made = (facts.counting.of(splits, synthetic) for synthetic in (False, True))
        both = real + made
        rows.append((split, real.records, made.records, both.records, both.api_count, both.app_count))
    columns = ("split", "real", "synthetic", "records", "APIs", "apps")
    return Table("sizes", "Sizes", columns, rows)


def _stages(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (s.name, s.kept, s.dropped, _percent(s.dropped, s.kept + s.dropped), who(s.settings))
        for s in facts.flow.stages
    ]
    columns: tuple[str, ...] = ("stage", "kept", "dropped", "dropped, %", "model")
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table("stages", "What each stage kept", columns, rows, texts=("model",))


def _drops(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (stage.name, rule, count, _percent(count, stage.kept + stage.dropped))
        for stage in facts.flow.stages
        for rule, count in _ordered(stage.rules)
    ]
    columns = ("stage", "rule", "dropped", "of the stage's, %")
    return Table("drops", "Why items were dropped", columns, rows, texts=("rule",))


def _duplicates(facts: Facts) -> Table:
    found = [(rule, count) for stage in facts.flow.stages for rule, count in stage.rules.items()]
    rows = [(rule, count, DUPLICATES[rule]) for rule, count in found if rule in DUPLICATES]
    return Table("duplicates", "Duplicates", ("rule", "dropped", "what it is"), rows, texts=("what it is",))


def _actions(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, part in parts_of(facts.counting).items():
        spread = part.actions
        if spread.count:
            quantiles = (spread.quantile(share) for share in (0.05, 0.25, 0.5, 0.75, 0.95))
            rows.append((name, *quantiles, spread.largest, part.unread))
    columns = ("part", "5th", "25th", "median", "75th", "95th", "largest", "unread")
    note = (
        "So large a share of the part's workflows, in percent, has at most so many actions. The code of "
        "unread ones does not parse."
    )
    return Table("actions", "Actions of a workflow", columns, rows, note)


def _categories(facts: Facts) -> Table:
    return _names(
        facts, "categories", "Categories", "category", lambda part: part.categories, len(CATEGORIES) + 2
    )


def _apps(facts: Facts) -> Table:
    return _names(facts, "apps", "Apps", "app", lambda part: part.apps)


def _apis(facts: Facts) -> Table:
    return _names(facts, "apis", "APIs", "API", lambda part: part.apis)


def _names(
    facts: Facts, name: str, title: str, what: str, of: Callable[[Part], Counter[str]], most: int = SHOWN
) -> Table:
    """Names by how many records have them, with shares of the real and of the synthetic part."""
    real, made = (facts.counting.of(synthetic=synthetic) for synthetic in (False, True))
    sums = Counter(of(real))
    sums.update(of(made))
    ordered = _ordered(sums)
    rows: list[tuple[Cell, ...]] = [
        (key, *(v for p in (real, made) for v in (of(p)[key], _percent(of(p)[key], p.records))))
        for key, _ in ordered[:most]
    ]
    columns = (what, "real", "real, %", "synthetic", "synthetic, %")
    more = f"The {most} most frequent of {len(ordered):,}." if len(ordered) > most else ""
    if set(sums) == {UNKNOWN}:
        more = "No record says its category."
    return Table(name, title, columns, rows, more)


def _lengths(facts: Facts) -> Table:
    everything, told = facts.counting.of(), facts.lengths
    rows: list[tuple[Cell, ...]] = []
    for name, spread in (
        ("prompt", everything.prompt),
        ("answer", everything.answer),
        ("both", everything.whole),
    ):
        if not spread.count:
            continue
        middle = [spread.mean, spread.quantile(0.5), spread.quantile(0.95), spread.largest]
        rooms = [room if told.count else room * told.per_token for room in ROOM]
        above = [_percent(sum(spread.bins([room])[1:]), spread.count) for room in rooms]
        rows.append((name, *(None if m is None else round(told.tokens(m)) for m in middle), *above))
    columns = ("text", "mean", "median", "95th", "largest", *(f"> {room // 1024}k, %" for room in ROOM))
    counted = f"Tokens of {told.name}." if told.count else f"Tokens, at {told.per_token:g} characters each."
    note = (
        f"{counted} The prompt is request and compact documentation of the APIs, without the wording around "
        "them; the answer is plan and commented code."
    )
    return Table("lengths", "Lengths", columns, rows, note)


def _cost(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    stages = [stage.name for stage in facts.flow.stages]
    place = {name: index for index, name in enumerate(stages)}
    for purpose, took in sorted(
        facts.flow.took.items(), key=lambda one: (place.get(STAGE_OF.get(one[0], ""), len(place)), one[0])
    ):
        stage = STAGE_OF.get(purpose, "")
        tokens = (took.prompt_tokens, took.completion_tokens)
        rows.append((stage or None, purpose, took.items, took.asked, *tokens, usd(facts, stage, *tokens)))
    if len(rows) > 1:
        known = [row[6] for row in rows]
        total = sum(v for v in known if isinstance(v, float)) if None not in known else None
        rows.append(("all", "", None, *(sum(_int(row[c]) for row in rows) for c in (3, 4, 5)), total))
    columns = ("stage", "purpose", "items", "questions", "tokens read", "tokens written", "USD")
    note = (
        "Summed from what is noted with every item, kept or dropped: the same whether an answer was paid for "
        "now or remembered. Records that an earlier build made bring its costs along."
    )
    return Table("cost", "What the model's answers took", columns, rows, note, texts=("purpose",))


def usd(facts: Facts, stage: str, read: int, written: int) -> float | None:
    """What tokens of a stage cost; None where a price is not known."""
    price_in, price_out = facts.prices.get(stage, (None, None))
    if price_in is None or price_out is None:
        return None
    return (read * price_in + written * price_out) / 1e6


def _int(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _percent(number: int, of: int) -> float | None:
    return 100 * number / of if of else None
