"""Stage `distinct`: of synthetic samples that say the same, the first; none that repeats a training workflow.

It is the one stage of the synthetic part that must see all of it. The first is the one with the smallest
number, whoever made which chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from wfllm.bench.content import short_key
from wfllm.bench.measure import noted
from wfllm.bench.scratch import Remembered
from wfllm.bench.similar import Similar
from wfllm.bench.stages.draw import is_example
from wfllm.bench.stages.stage import Dropped, Inputs, Item, Outcome, Whole
from wfllm.config import schema as s

KEYS = {"same_code", "similar_request"}
"""Keys of `confirm` that are this stage's."""
SYNTHETIC, REAL = "confirm", "split"


def distinguishing(confirm: s.Confirm, expand: s.Expand) -> Whole:
    """The stage.

    Args:
        confirm: which rules.
        expand: `similar`, from which two requests are too similar.
    """
    settings = confirm.model_dump(mode="json", include=KEYS)
    if confirm.similar_request:
        settings["similar"] = expand.similar
    return Whole(
        "distinct", (SYNTHETIC, REAL), lambda inputs: _distinct(inputs, confirm, expand.similar), settings
    )


def _distinct(inputs: Inputs, confirm: s.Confirm, share: float) -> Iterator[Outcome]:
    with ExitStack() as stack:
        codes = stack.enter_context(Remembered()) if confirm.same_code else None
        requests = None
        if confirm.similar_request:
            requests = stack.enter_context(Similar(share))
        for item in filter(is_example, inputs.items(REAL)):
            _remember(item, codes, requests)
        for item in inputs.items(SYNTHETIC):
            if codes is not None and (earlier := codes.get(_key(item))) is not None:
                yield Dropped(item, "same_code", f"its code says the same as {earlier}")
            elif requests is not None and (near := requests.nearest(item["query"])) is not None:
                name, common = near
                reason = f"its request has {common:.0%} of the words in common with that of {name}"
                yield Dropped(item, "similar_request", reason)
            else:
                _remember(item, codes, requests)
                yield item


def _remember(item: Item, codes: Remembered | None, requests: Similar | None) -> None:
    if codes is not None:
        codes.first(_key(item), item["id"])
    if requests is not None:
        requests.add(item["id"], item["query"])


def _key(item: Item) -> int:
    return short_key(noted(item).keys.content)
