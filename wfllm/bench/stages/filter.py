"""Stage `filter`: what is worth learning from (paper, section 3.1), each near-duplicate once.

Every drop says which rule, by its config key, and what in this very item broke it. What is remembered of
an item, on disk, is 64 bits of its key, 64 of its id, and the id.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from wfllm.bench.content import short_key
from wfllm.bench.ids import UniqueIds
from wfllm.bench.measure import Measured, noted
from wfllm.bench.scratch import Remembered
from wfllm.bench.sources import REPEAT
from wfllm.bench.sources.release import published_catalogue
from wfllm.bench.stages.stage import Dropped, Inputs, Item, Outcome, Whole
from wfllm.config import schema as s
from wfllm.shortcuts.catalogue import load_catalogue

_SCRIPTS = {
    "latin": ("LATIN",), "han": ("CJK",), "kana": ("HIRAGANA", "KATAKANA"), "hangul": ("HANGUL",),
    "cyrillic": ("CYRILLIC",), "arabic": ("ARABIC",), "hebrew": ("HEBREW",), "thai": ("THAI",),
}  # fmt: skip
"""Script → how the Unicode names of its letters begin."""
_SAMPLE = 4000
"""Characters looked at to tell the script."""


def filtering(settings: s.Filter, data: s.Data | None = None) -> Whole:
    """The stage.

    Args:
        settings: the rules.
        data: the source: API documents that come with it count as documentation, too.
    """

    def work(inputs: Inputs) -> Iterator[Outcome]:
        published = published_catalogue(data) if data is not None and settings.documented else None
        return _filtered(inputs, settings, [load_catalogue(), *([published] if published else [])])

    return Whole("filter", ("transcribe",), work, settings.model_dump(mode="json"))


def _filtered(inputs: Inputs, settings: s.Filter, documented: list[Collection[str]]) -> Iterator[Outcome]:
    with UniqueIds() as ids, Remembered() as seen:
        for item in inputs.items("transcribe"):
            item = {**item, "id": ids.unique(item["id"])}
            measured = noted(item)
            fault = _fault(item, measured, settings, documented)
            if fault is not None:
                yield Dropped(item, *fault)
            elif (first := _first(item, measured, settings, seen)) != item["id"]:
                yield Dropped(item, "duplicates", f"says the same as {first}")
            else:
                yield item


def _first(item: Item, measured: Measured, settings: s.Filter, seen: Remembered) -> str:
    """The id of the first item that says the same."""
    if settings.duplicates == "keep":
        return str(item["id"])
    keys = measured.keys
    key = keys.structure if settings.duplicates == "structure" else keys.content
    repeat = (item.get("meta") or {}).get(REPEAT, 1)
    if isinstance(repeat, int) and repeat > 1:  # a repetition is meant
        key = hashlib.sha256(f"{key}:{repeat}".encode()).hexdigest()
    return str(seen.first(short_key(key), item["id"]))


def _fault(
    item: Item, measured: Measured, settings: s.Filter, documented: list[Collection[str]]
) -> tuple[str, str] | None:
    """The first rule an item breaks, and how."""
    meta = item.get("meta") or {}
    if measured.stats is None and settings.parses:
        unrepaired = meta.get("unrepaired")
        return "parses", f"cannot be repaired: {unrepaired}" if unrepaired else measured.fault
    if not item["apis"]:
        return "no_api", "calls no API, so there is nothing to learn"
    if settings.documented:
        unknown = [api for api in item["apis"] if not any(api in known for known in documented)]
        if unknown:
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            return "documented", f"{unknown[0]}{more} in no documentation"
    if settings.binary and meta.get("binary"):
        return "binary", f"{meta['binary']} binary parameters"
    language = meta.get("language")
    if settings.languages is not None and isinstance(language, str) and language not in settings.languages:
        return "languages", f"is in {language}"
    if settings.scripts is not None and (share := script_share(item, settings.scripts)) < 0.5:
        return "scripts", f"{share:.0%} of its letters are {' or '.join(settings.scripts)}"
    if measured.stats is None:
        return None
    actions = measured.stats.actions
    if actions < settings.min_actions:
        return "min_actions", f"{actions} actions"
    if settings.max_actions is not None and actions > settings.max_actions:
        return "max_actions", f"{actions} actions"
    return None


def script_share(item: Item, scripts: Collection[str]) -> float:
    """Share of an item's letters beyond ASCII that are of these scripts; ASCII counts as Latin where it is
    all.

    Names of APIs and parameters are ASCII in every language, so where a text has any other letters they tell.
    """
    text = f"{item.get('query', '')}\n{item['annotated_code']}"[:_SAMPLE]
    letters = [c for c in text if ord(c) > 127 and c.isalpha()]
    if len(letters) < 5:
        return 1.0 if "latin" in scripts else 0.0
    begins = tuple(b for script in scripts for b in _SCRIPTS[script])
    return sum(_name(c).startswith(begins) for c in letters) / len(letters)


@lru_cache(maxsize=20_000)
def _name(letter: str) -> str:
    return unicodedata.name(letter, "")
