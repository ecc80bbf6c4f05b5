"""Stage `split`: train, dev, unseen instructions (`id`), unseen APIs (`ood`); no duplicate across them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wfllm.bench.content import content_key
from wfllm.bench.stages.stage import Inputs, Outcome, Whole
from wfllm.config import schema as s


def splitting(settings: s.Splits) -> Whole:
    def work(inputs: Inputs) -> Iterator[Outcome]:
        return _split(inputs, settings)

    return Whole("split", ("thoughts",), work, settings.model_dump(mode="json"))


def _split(inputs: Inputs, settings: s.Splits) -> Iterator[Outcome]:
    held_out = unseen_apis([item["apis"] for item in inputs.items("thoughts")], settings)
    for item in inputs.items("thoughts"):
        if item.get("split"):
            yield item
            continue
        if held_out & set(item["apis"]):
            yield {**item, "split": "ood"}
            continue
        # The place hangs on the content alone: it stays when others come or go.
        draw = _draw(f"{settings.seed}:{content_key(item['annotated_code'])}")
        split = "dev" if draw < settings.dev else "id" if draw < settings.dev + settings.id else "train"
        yield {**item, "split": split}


def unseen_apis(used: list[list[str]], settings: s.Splits) -> set[str]:
    """APIs that training never sees: drawn until the workflows that use any are the wanted share.

    Args:
        used: identifiers of each workflow.
        settings: the wanted share, and the seed of the draw.
    """
    wanted = settings.ood * len(used)
    workflows: dict[str, set[int]] = {}
    for number, apis in enumerate(used):
        for api in apis:
            workflows.setdefault(api, set()).add(number)
    chosen: set[str] = set()
    covered: set[int] = set()
    for api in sorted(workflows, key=lambda a: _draw(f"{settings.seed}:{a}")):
        # one API that half of all workflows use would leave little to train on
        if len(covered | workflows[api]) <= wanted:
            chosen.add(api)
            covered |= workflows[api]
    return chosen


def _draw(text: str) -> float:
    """A number from 0 to 1 that hangs on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64
