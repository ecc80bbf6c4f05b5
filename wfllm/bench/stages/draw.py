"""Stage `draw`: blueprints of synthetic samples, drawn and written by nobody (paper, section 3.2).

A blueprint is an item with APIs, a theme as its category, and the ids of its examples: all of it from
training workflows and the catalogue. The i-th hangs on the seed and i, so that a larger `expand.count` only
adds some.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from wfllm.bench.categories import CATEGORIES
from wfllm.bench.measure import noted
from wfllm.bench.splits import share_of
from wfllm.bench.stages.stage import Inputs, Item, Outcome, Whole
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue

T = TypeVar("T")

READS = "split"
_BUILTIN = "builtin"


def drawing(settings: s.Expand) -> Whole:
    """The stage."""

    def work(inputs: Inputs) -> Iterator[Outcome]:
        return _drawn(inputs, settings, load_catalogue())

    kept = {"count", "builtin_share", "smoothing", "most_apps", "app_apis", "most_apis"}
    kept |= {"examples", "pool", "seed"}
    return Whole("draw", (READS,), work, settings.model_dump(mode="json", include=kept))


def _drawn(inputs: Inputs, settings: s.Expand, catalogue: Catalogue) -> Iterator[Outcome]:
    seen = Seen(settings)
    for item in inputs.items(READS):
        seen.add(item)
    if not seen.sizes:
        raise WfllmError(
            "no workflow for training, so nothing to draw from",
            where="stage draw",
            mend="Set expand.count=0.",
        )
    draws = Draws(seen, settings, catalogue)
    yield from (draws.blueprint(number) for number in range(settings.count))


class Pool(Generic[T]):
    """So many things by id, those with the smallest draws of all: the same whatever else comes, and when."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.seed = size, seed
        self._found: dict[str, tuple[float, T]] = {}

    def add(self, name: str, thing: T) -> None:
        self._found.setdefault(name, (share_of(f"{self.seed}:{name}"), thing))
        if len(self._found) >= 2 * self.size:
            self._found = dict(self._kept())

    def kept(self) -> dict[str, T]:
        """The things, by id, in the order of their draws."""
        return {name: thing for name, (_, thing) in self._kept()}

    def _kept(self) -> list[tuple[str, tuple[float, T]]]:
        ordered = sorted(self._found.items(), key=lambda entry: (entry[1][0], entry[0]))
        return ordered[: self.size]


class Seen:
    """What has to be known of the real workflows: counts, and ids of possible examples."""

    def __init__(self, settings: s.Expand) -> None:
        self.sizes: Counter[int] = Counter()
        """Number of APIs → training workflows with so many."""
        self.uses: Counter[str] = Counter()
        """API → training workflows that use it."""
        self.held_out: set[str] = set()
        """APIs of the test of unseen APIs."""
        self.pools: dict[bool, Pool[None]] = {
            flow: Pool(settings.pool, settings.seed) for flow in (True, False)
        }
        """With and without branches or loops."""

    def add(self, item: Item) -> None:
        """One workflow with its split."""
        apis = set(item["apis"])
        if item["split"] == "ood":
            self.held_out |= apis
        if not is_example(item):
            return
        if apis:
            self.sizes[len(apis)] += 1
        self.uses.update(apis)
        self.pools[has_control_flow(item)].add(item["id"], None)


def is_example(item: Item) -> bool:
    """Whether an item is a real workflow for training."""
    return item["split"] == "train" and not (item.get("meta") or {}).get("synthetic")


def has_control_flow(item: Item) -> bool:
    """Whether a workflow branches or repeats; one that cannot be read does not."""
    stats = noted(item).stats
    return stats is not None and bool(stats.ifs or stats.loops)


class Draws:
    """Blueprints by number.

    Args:
        seen: the real workflows.
        settings: how to draw.
        catalogue: the APIs there are.
    """

    def __init__(self, seen: Seen, settings: s.Expand, catalogue: Catalogue) -> None:
        self.settings = settings
        never = seen.held_out - set(seen.uses)
        apis = sorted(a.identifier for a in catalogue.values() if a.called and a.identifier not in never)
        by_app: dict[str, list[str]] = {}
        for identifier in apis:
            by_app.setdefault(catalogue[identifier].app, []).append(identifier)
        self.builtin = {api: seen.uses[api] + settings.smoothing for api in by_app.pop(_BUILTIN, [])}
        self.builtin = {api: weight for api, weight in self.builtin.items() if weight > 0}
        self.apps: Mapping[str, list[str]] = by_app
        self.sizes = dict(sorted(seen.sizes.items()))
        self.examples = {flow: list(pool.kept()) for flow, pool in seen.pools.items()}

    def blueprint(self, number: int) -> Item:
        """The blueprint of a number, from 0."""
        rng = random.Random(f"{self.settings.seed}:{number}")
        apis = self._apis(rng)
        examples = [name for flow in (True, False) for name in self._sample(rng, self.examples[flow])]
        return {
            "query": "",
            "apis": apis,
            "task_plan": "",
            "annotated_code": "",
            "id": f"synthetic/{number:06d}",
            "category": self._theme(number),
            "split": "train",
            "source": "synthetic",
            "meta": {"synthetic": True, "examples": examples},
        }

    def _apis(self, rng: random.Random) -> list[str]:
        wanted = rng.choices(list(self.sizes), list(self.sizes.values()))[0]
        wanted = min(wanted, self.settings.most_apis)
        builtin = _rounded(wanted * self.settings.builtin_share, rng)
        if builtin == wanted or not self.apps:
            return self._builtin(rng, wanted)
        other = self._of_apps(rng, wanted - builtin, self.settings.most_apis - builtin)
        return [*self._builtin(rng, builtin), *other]

    def _builtin(self, rng: random.Random, count: int) -> list[str]:
        """So many built-in APIs, none twice, each as likely as it is used (Efraimidis and Spirakis)."""
        keyed = [(rng.random() ** (1 / weight), api) for api, weight in self.builtin.items()]
        return [api for _, api in sorted(keyed, reverse=True)[:count]]

    def _of_apps(self, rng: random.Random, count: int, most: int) -> list[str]:
        """APIs of one to `most_apps` apps: `count` of them, or by whole apps until there are so many."""
        chosen = rng.sample(sorted(self.apps), min(rng.randint(1, self.settings.most_apps), len(self.apps)))
        if self.settings.app_apis == "draw":
            pool = [api for app in chosen for api in self.apps[app]]
            return rng.sample(pool, min(count, len(pool)))
        found: list[str] = []
        for app in chosen:
            if len(found) < count:
                of_app, room = self.apps[app], most - len(found)
                found += of_app if len(of_app) <= room else rng.sample(of_app, room)
        return found

    def _sample(self, rng: random.Random, pool: Sequence[str]) -> list[str]:
        return rng.sample(pool, min(self.settings.examples, len(pool)))

    def _theme(self, number: int) -> str:
        """Each theme once in every 28 numbers."""
        turn, place = divmod(number, len(CATEGORIES))
        order = list(CATEGORIES)
        random.Random(f"{self.settings.seed}:themes:{turn}").shuffle(order)
        return order[place]


def _rounded(number: float, rng: random.Random) -> int:
    """A whole number whose mean over many draws is this one."""
    whole = int(number)
    return whole + (rng.random() < number - whole)


def examples_of(items: Iterable[Item], settings: s.Expand) -> dict[str, Item]:
    """The workflows that blueprints may name as examples, by id; at most twice `expand.pool`."""
    pools: dict[bool, Pool[Item]] = {flow: Pool(settings.pool, settings.seed) for flow in (True, False)}
    for item in filter(is_example, items):
        shown = {key: item[key] for key in ("query", "task_plan", "annotated_code")}
        pools[has_control_flow(item)].add(item["id"], shown)
    return {**pools[True].kept(), **pools[False].kept()}
