"""Stage `filter`: what is worth learning from (paper, section 3.1), each near-duplicate once."""

from __future__ import annotations

from collections.abc import Iterator

from wfllm.bench.content import content_key
from wfllm.bench.stages.stage import Dropped, Inputs, Item, Outcome, Whole
from wfllm.config import schema as s
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.stats import stats_of_code


def filtering(settings: s.Filter) -> Whole:
    def work(inputs: Inputs) -> Iterator[Outcome]:
        return _filtered(inputs, settings, load_catalogue())

    return Whole("filter", ("transcribe",), work, settings.model_dump(mode="json"))


def _filtered(inputs: Inputs, settings: s.Filter, catalogue: Catalogue) -> Iterator[Outcome]:
    first: dict[str, str] = {}
    for item in inputs.items("transcribe"):
        fault = _fault(item, settings, catalogue)
        if fault is not None:
            yield Dropped(item, *fault)
            continue
        key = content_key(
            item["annotated_code"], "structure" if settings.duplicates == "structure" else "content"
        )
        if settings.duplicates != "keep" and key in first:
            yield Dropped(item, "duplicates", f"says the same as {first[key]}")
            continue
        first.setdefault(key, item["id"])
        yield {**item, "meta": {**item.get("meta", {}), "content": key}}


def _fault(item: Item, settings: s.Filter, catalogue: Catalogue) -> tuple[str, str] | None:
    """The first rule an item breaks, and how."""
    if not item["apis"]:
        return "no_api", "calls no API, so there is nothing to learn"
    unknown = [api for api in item["apis"] if api not in catalogue]
    if settings.documented and unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        return "documented", f"{unknown[0]}{more} in no documentation"
    if settings.binary and item.get("meta", {}).get("binary"):
        return "binary", f"{item['meta']['binary']} binary parameters"
    stats = stats_of_code(item["annotated_code"])
    if stats is None:
        return ("parses", "does not parse") if settings.parses else None
    if stats.actions < settings.min_actions:
        return "min_actions", f"{stats.actions} actions"
    if settings.max_actions is not None and stats.actions > settings.max_actions:
        return "max_actions", f"{stats.actions} actions"
    return None
