"""Stage `split`: train, dev, unseen instructions (`id`), unseen APIs (`ood`); no duplicate across them.

Records that say the same stand together. Where nobody says where, a record's place is a draw by its
content, so it stays when others come or go; only when a draw of APIs for `ood` changes, because the
collection's share of workflows that use them has, do the workflows that use these APIs move
(`splits.unseen` fixes the APIs).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from wfllm.bench.content import short_key
from wfllm.bench.measure import noted
from wfllm.bench.scratch import Remembered
from wfllm.bench.sources import REPEAT
from wfllm.bench.splits import REWARD, STRICTEST, SplitKeys, read_keys, share_of
from wfllm.bench.stages.stage import Dropped, Inputs, Item, Outcome, Whole
from wfllm.config import schema as s

READS = "thoughts"
_RANK = {split: rank for rank, split in enumerate(STRICTEST)}
_NONE = len(STRICTEST)
_SEEN = ("train", "dev")
"""Splits whose APIs training sees."""


def splitting(settings: s.Splits) -> Whole:
    """The stage.

    Raises:
        WfllmError: `splits.keys` cannot be read.
    """
    keys = read_keys(Path(settings.keys).expanduser()) if settings.keys else None
    lists = sorted(keys.places.items()) if keys else []
    plain = {**settings.model_dump(mode="json", exclude={"keys"}), "lists": lists}

    def work(inputs: Inputs) -> Iterator[Outcome]:
        return _split(inputs, settings, keys)

    return Whole("split", (READS,), work, plain)


def _split(inputs: Inputs, settings: s.Splits, keys: SplitKeys | None) -> Iterator[Outcome]:
    with Remembered() as numbers:
        groups = Groups(numbers)
        for item in inputs.items(READS):
            listed = keys.place(item) if keys is not None else None
            groups.add(_key(item), item["apis"], _own(item, keys), listed)
        if keys is None:
            held_out = groups.unseen(settings)
        elif not keys.has_test:
            held_out = groups.untrained()
        else:
            held_out = set()
        ood = groups.using(held_out)
        for item in inputs.items(READS):
            group = groups.number(_key(item))
            yield _placed(item, groups.strictest(group), bool(ood[group]), settings, keys)


def _own(item: Item, keys: SplitKeys | None) -> str | None:
    """What the source or the lists say of an item."""
    own = item.get("split")
    return own if own or keys is None else keys.place(item)


def _placed(
    item: Item, group: str | None, unseen: bool, settings: s.Splits, keys: SplitKeys | None
) -> Outcome:
    """One item with its split.

    Args:
        item: the item.
        group: the strictest split that records which say the same were given; None where none was.
        unseen: whether any of them uses a held-out API.
        settings: shares and rules.
        keys: the published lists.
    """
    own = _own(item, keys)
    if own == REWARD:
        if settings.reward == "aside":
            return Dropped(item, REWARD, "the keys set it aside for the reward")
        own = "train"
    if own is None and keys is not None and not unseen and group is None:
        return Dropped(item, "keys", "its title is in none of the lists")
    if own is not None and group is not None and _RANK[own] > _RANK[group] and settings.leaks == "drop":
        return Dropped(item, "leaks", f"is {own}, and says the same as a record held out as {group}")
    if own in _SEEN and unseen and settings.leaks == "drop":
        return Dropped(item, "leaks", "uses an API that training must not see")
    if own is None and unseen and group in (None, *_SEEN):
        group = "ood"
    split = own or group or _drawn(item, settings)
    if split != "train" and (item.get("meta") or {}).get(REPEAT, 1) != 1:
        return Dropped(item, "repeats", f"is held out as {split}, where nothing is repeated")
    return {**item, "split": split}


def _drawn(item: Item, settings: s.Splits) -> str:
    draw = share_of(f"{settings.seed}:{_key(item)}")
    return "dev" if draw < settings.dev else "id" if draw < settings.dev + settings.id else "train"


def _key(item: Item) -> int:
    return short_key(noted(item).keys.content)


class Groups:
    """What has to be remembered of all records: a number for each content, which contents use an API.

    In memory are one byte for each content and four for each API that it uses.

    Args:
        numbers: where the contents' keys are kept.
    """

    def __init__(self, numbers: Remembered) -> None:
        self._numbers = numbers
        self._ranks = bytearray()
        self._users: dict[str, array[int]] = {}
        self._listed: set[str] = set()

    def add(self, key: int, apis: list[str], own: str | None, listed: str | None = None) -> None:
        """One record: its content's key, its APIs, the split of its own, the one that lists give it."""
        number = int(self._numbers.first(key, len(self._ranks)))
        if number == len(self._ranks):
            self._ranks.append(_NONE)
        own = "train" if own == REWARD else own
        if own is not None:
            self._ranks[number] = min(self._ranks[number], _RANK[own])
        for api in set(apis):
            users = self._users.get(api)
            if users is None:
                users = self._users[api] = array("I")
            users.append(number)
        if listed in _SEEN:
            self._listed.update(apis)

    def number(self, key: int) -> int:
        return int(self._numbers.get(key))

    def strictest(self, number: int) -> str | None:
        """The split that a content's records were given, the one furthest from training."""
        rank = self._ranks[number]
        return None if rank == _NONE else STRICTEST[rank]

    def unseen(self, settings: s.Splits) -> set[str]:
        """APIs that training never sees: drawn until the workflows that use any are the wanted share.

        An API that a record of training or validation uses by its own split is none of them.
        """
        if settings.unseen is not None:
            return set(settings.unseen)
        wanted = settings.ood * len(self._ranks)
        covered = bytearray(len(self._ranks))
        count = 0
        chosen: set[str] = set()
        for api in sorted(self._users, key=lambda a: (share_of(f"{settings.seed}:{a}"), a)):
            if any(self.strictest(number) in _SEEN for number in self._users[api]):
                continue
            new = {number for number in self._users[api] if not covered[number]}
            # one API that half of all workflows use would leave little to train on
            if count + len(new) <= wanted:
                chosen.add(api)
                count += len(new)
                for number in new:
                    covered[number] = 1
        return chosen

    def untrained(self) -> set[str]:
        """APIs that no record uses which the lists name for training or validation."""
        return set(self._users) - self._listed

    def using(self, apis: set[str]) -> bytearray:
        """For each content whether a record of it uses any of these."""
        found = bytearray(len(self._ranks))
        for api in apis:
            for number in self._users.get(api, ()):
                found[number] = 1
        return found
