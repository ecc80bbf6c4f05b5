"""Which records are held out, where a source does not say: by their content, or by the published lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.errors import WfllmError, suggestion

SPLITS = ("train", "dev", "id", "ood")
STRICTEST = ("ood", "id", "dev", "train")
"""What a record is that two places claim: the one further from training."""
SEEN = ("train", "dev")
"""Splits whose APIs training sees."""
REWARD = "reward"
"""The published list of what was set aside for a reward model."""
_LISTS = {"train": "train", "dev": "dev", "test": "id", "id": "id", "ood": "ood", REWARD: REWARD}
"""Name of a published list → split; theirs calls the test of unseen instructions `test`."""
_ORDER = ("ood", "id", "dev", REWARD, "train")


def hold_out(records: Iterable[Record], dev_share: float, test_share: float) -> None:
    """Give every record without a split one of `train`, `dev`, `id`.

    The place of a record hangs on its code alone, so it stays where it is when others come or go, and
    two records with the same code never stand on both sides.
    """
    for record in records:
        if record.split is None:
            draw = share_of(record.annotated_code)
            record.split = "dev" if draw < dev_share else "id" if draw < dev_share + test_share else "train"


def share_of(text: str) -> float:
    """A number from 0 to 1 that hangs on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64


def by_split(records: Iterable[Record], limit: int | None = None) -> dict[str, list[Record]]:
    """Records of each split, at most `limit` of each, in their order.

    Raises:
        KeyError: a record whose split is none of SPLITS; what is read from files was checked before.
    """
    found: dict[str, list[Record]] = {name: [] for name in SPLITS}
    for record in records:
        rows = found["train" if record.split is None else record.split]
        if limit is None or len(rows) < limit:
            rows.append(record)
    return found


class SplitKeys:
    """The published lists: split → titles.

    A title in several lists belongs to the first of ood, test, dev, reward, train: a record that is held out
    anywhere is not trained on. Several records of one title go where the title goes.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self.places: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self.sizes = dict.fromkeys(_ORDER, 0)
        self.twice = 0
        """Titles that stand in several lists."""
        by_place = {_LISTS[name]: list(titles) for name, titles in lists.items()}
        for place in _ORDER:
            for title in by_place.get(place, ()):
                self.sizes[place] += 1
                self.twice += self.places.setdefault(title, place) != place
                self._spelled.setdefault(_spelled(title), place)
        self.has_test = bool(by_place.get("id") or by_place.get("ood"))
        """Whether a test is among the lists; the published lists for unseen APIs hold none."""

    def place(self, record: Record | Mapping[str, Any]) -> str | None:
        """`train`, `dev`, `id`, `ood` or `reward`; None where no list has its id or title."""
        item = record if isinstance(record, Mapping) else vars(record)
        for name in (item.get("id"), (item.get("meta") or {}).get("title")):
            if isinstance(name, str):
                # titles that differ in white space alone are two, but for one that is in no list as it is
                found = self.places.get(name) or self._spelled.get(_spelled(name))
                if found:
                    return found
        return None


def read_keys(path: Path) -> SplitKeys:
    """Lists of titles from a JSON file `{"train": […], "dev": […], "test": […], "reward": […]}`.

    Raises:
        WfllmError: it cannot be read or is no such file.
    """
    try:
        lists = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        mend = "Name a dataset_split_keys.json."
        raise WfllmError(f"cannot be read ({fault.strerror})", where=path, mend=mend) from None
    except (ValueError, RecursionError):
        raise WfllmError("is not JSON", where=path, mend="Name a dataset_split_keys.json.") from None
    if not isinstance(lists, dict) or not lists:
        raise WfllmError("is no object of split → titles", where=path)
    for name, titles in lists.items():
        if name not in _LISTS:
            mend = suggestion(name, _LISTS, everything="Lists")
            raise WfllmError(f"{name[:40]!a} is no split", where=path, mend=mend)
        if not isinstance(titles, list) or not all(isinstance(t, str) for t in titles):
            raise WfllmError(f"{name} is no list of titles", where=path)
    return SplitKeys(lists)


def place_by_keys(records: Sequence[Record], path: Path) -> tuple[list[Record], list[WfllmError]]:
    """Records with the split that the lists give them, and a line for each kind left out.

    What was set aside for the reward, and what is in no list, is left out; a record with a split of its own
    (the release's synthetic ones) keeps it. Where the lists have no test, as those for unseen APIs, that is
    what is in none of them and uses an API that no record does which they name.

    Raises:
        WfllmError: the lists cannot be read.
    """
    keys = read_keys(path)
    listed = [keys.place(record) for record in records]
    known = [record for record, place in zip(records, listed, strict=True) if place in SEEN]
    seen = {api for record in known for api in record.apis}
    kept: list[Record] = []
    left: dict[str, int] = {}
    for record, named in zip(records, listed, strict=True):
        place = record.split or named
        if place is None and not keys.has_test and not seen.issuperset(record.apis):
            place = "ood"
        if place in SPLITS:
            record.split = place
            kept.append(record)
        else:
            why = "set aside for the reward" if place == REWARD else "in none of the lists"
            left[why] = left.get(why, 0) + 1
    return kept, [WfllmError(f"{count} records {why}", where=path) for why, count in left.items()]


def _spelled(title: str) -> str:
    return " ".join(title.split())
