"""Held out means held out: by content, by API, by the published lists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.bench.content import content_key
from wfllm.bench.record import Record
from wfllm.bench.scratch import Remembered
from wfllm.bench.splits import SPLITS, place_by_keys, read_keys
from wfllm.bench.stages.split import Groups, splitting
from wfllm.bench.stages.stage import Dropped, Failed, Item, Outcome
from wfllm.config.schema import Splits
from wfllm.errors import WfllmError

Items = list[Item]


class Given:
    """A stage's items, in memory."""

    def __init__(self, items: Items) -> None:
        self.given = items

    def items(self, stage: str) -> Iterator[Item]:
        assert stage == "thoughts"
        yield from self.given

    def drops(self, stage: str) -> Iterator[Dropped]:
        yield from ()

    def notes(self, stage: str) -> dict[str, Any]:
        return {}


def item(number: int, code: str, apis: list[str], split: str | None = None, **more: Any) -> Item:
    made: Item = {
        "id": str(number),
        "query": "q",
        "annotated_code": code,
        "apis": apis,
        "task_plan": "",
        **more,
    }
    return {**made, "split": split} if split else made


def outcomes(items: Items, **keys: Any) -> list[Outcome]:
    return list(splitting(Splits(**keys)).work(Given(items)))


def placed(items: Items, **keys: Any) -> dict[str, str]:
    """Id → split of what is kept."""
    return {o["id"]: o["split"] for o in outcomes(items, **keys) if isinstance(o, dict)}


APIS = [f"api.{n}" for n in range(8)]
ITEM = st.tuples(
    st.integers(0, 15),
    st.lists(st.sampled_from(APIS), min_size=1, max_size=3, unique=True),
    st.none() | st.none() | st.sampled_from(SPLITS),
)
COLLECTION = st.lists(ITEM, min_size=1, max_size=40).map(
    lambda rows: [item(n, f"f(x={code})\n", apis, split) for n, (code, apis, split) in enumerate(rows)]
)
SHARES = st.floats(0, 0.3)


@given(COLLECTION, SHARES, SHARES, SHARES, st.integers(0, 5))
@settings(max_examples=60)
def test_nothing_stands_on_both_sides(items: Items, dev: float, id: float, ood: float, seed: int) -> None:
    result = outcomes(items, dev=dev, id=id, ood=ood, seed=seed)
    kept = [o for o in result if isinstance(o, dict)]
    assert len(result) == len(items)
    sides: dict[str, set[str]] = {}
    for one in kept:
        sides.setdefault(content_key(one["annotated_code"]), set()).add(one["split"])
    assert all(len(found) == 1 for found in sides.values())
    # what was drawn for unseen APIs uses one that training and validation do not
    seen = {api for one in kept if one["split"] in ("train", "dev") for api in one["apis"]}
    own = {one["id"]: one.get("split") for one in items}
    own_keys = {content_key(one["annotated_code"]) for one in items if one.get("split")}
    for one in kept:
        if one["split"] == "ood" and own[one["id"]] is None:
            group = content_key(one["annotated_code"])
            same = {api for o in items if content_key(o["annotated_code"]) == group for api in o["apis"]}
            assert group in own_keys or same - seen
    # a record keeps the split it came with, or goes
    assert all(o["split"] == own[o["id"]] for o in kept if own[o["id"]])
    assert all(o.rule == "leaks" for o in result if isinstance(o, Dropped))


@given(COLLECTION, ITEM, st.integers(0, 5))
@settings(max_examples=60)
def test_one_record_more_moves_no_other_unless_it_must(items: Items, new: Any, seed: int) -> None:
    more = [*items, item(len(items), f"f(x={new[0]})\n", new[1], new[2])]
    same = {content_key(o["annotated_code"]) for o in more[-1:]}
    before, after = placed(items, seed=seed), placed(more, seed=seed)
    changed = drawn(items, seed) ^ drawn(more, seed)
    for one in items:
        group = {api for o in items if o["annotated_code"] == one["annotated_code"] for api in o["apis"]}
        must = group & changed or content_key(one["annotated_code"]) in same
        assert must or before.get(one["id"]) == after.get(one["id"])


@given(COLLECTION, st.lists(ITEM, max_size=10), st.sets(st.sampled_from(APIS), max_size=3))
@settings(max_examples=60)
def test_with_named_apis_a_collection_grows_and_nothing_moves(
    items: Items, new: list[Any], unseen: set[str]
) -> None:
    free = [{**o, "split": None} for o in items]
    more = [item(1000 + n, f"g(x={code})\n", apis) for n, (code, apis, _) in enumerate(new)]
    before = placed(free, unseen=sorted(unseen))
    after = placed(free + more, unseen=sorted(unseen))
    assert {i: s for i, s in after.items() if i in before} == before


def drawn(items: Items, seed: int) -> set[str]:
    with Remembered() as numbers:
        groups = Groups(numbers)
        for one in items:
            groups.add(int(content_key(one["annotated_code"])[:16], 16), one["apis"], one.get("split"))
        return groups.unseen(Splits(seed=seed))


def test_the_shares_come_out() -> None:
    items = [item(n, f"f(x={n})\n", [f"common.{n % 3}", f"rare.{n % 100}"]) for n in range(1500)]
    counts = Counter(placed(items).values())
    assert 0.08 < counts["ood"] / 1500 <= 0.1
    assert 0.06 < counts["dev"] / 1500 < 0.12
    assert 0.06 < counts["id"] / 1500 < 0.12


def test_training_sees_no_api_that_was_named() -> None:
    items = [item(0, "a()", ["x"], "train"), item(1, "b()", ["x"]), item(2, "c()", ["y"])]
    result = outcomes(items, unseen=["x"], dev=0, id=0)
    dropped = [o for o in result if isinstance(o, Dropped)]
    assert [(o.item["id"], o.rule) for o in dropped] == [("0", "leaks")]
    assert placed(items, unseen=["x"], dev=0, id=0) == {"1": "ood", "2": "train"}


def test_a_repetition_is_never_held_out() -> None:
    items = [item(n, f"f(x={n // 2})", ["a"], meta={"repeat": n % 2 + 1}) for n in range(200)]
    result = outcomes(items, ood=0)
    dropped = [o for o in result if isinstance(o, Dropped)]
    assert dropped
    assert {o.rule for o in dropped} == {"repeats"}
    assert all(o["split"] == "train" for o in result if isinstance(o, dict) and o["meta"]["repeat"] == 2)


# --- the published lists -------------------------------------------------------------------------------


def lists(path: Path, **named: list[str]) -> str:
    path.write_text(json.dumps(named))
    return str(path)


def test_titles_go_where_the_lists_say(tmp_path: Path) -> None:
    keys = lists(tmp_path / "k.json", train=["a", "both", "w "], dev=["d"], test=["t", "both"], reward=["r"])
    titles = ["a", "d", "t", "r", "both", "none", "w", "w "]
    items = [item(n, f"f(x={n})", ["x"], meta={"title": title}) for n, title in enumerate(titles)]
    kept = {titles[int(i)]: split for i, split in placed(items, keys=keys).items()}
    assert kept == {"a": "train", "d": "dev", "t": "id", "both": "id", "w": "train", "w ": "train"}
    rules = {titles[int(o.item["id"])]: o.rule for o in outcomes(items, keys=keys) if isinstance(o, Dropped)}
    assert rules == {"r": "reward", "none": "keys"}
    assert placed(items, keys=keys, reward="train")["3"] == "train"
    assert read_keys(Path(keys)).twice == 1


def test_what_a_test_says_training_may_not_say(tmp_path: Path) -> None:
    keys = lists(tmp_path / "k.json", train=["a", "b"], test=["t"])
    items = [item(n, "f(x=1)", ["x"], meta={"title": title}) for n, title in enumerate("at")]
    assert placed(items, keys=keys) == {"1": "id"}
    assert placed(items, keys=keys, leaks="keep") == {"0": "train", "1": "id"}


def test_lists_without_a_test_leave_it_to_the_apis(tmp_path: Path) -> None:
    keys = lists(tmp_path / "k.json", train=["a"], dev=["d"])
    rows = [("a", ["x"]), ("d", ["y"]), ("new", ["x", "z"]), ("old", ["x", "y"])]
    items = [item(n, f"f(x={n})", apis, meta={"title": title}) for n, (title, apis) in enumerate(rows)]
    items.append(item(4, "g()", ["z"], "train"))  # synthetic: training must not see z
    items.append(item(5, "h()", ["y"], "train"))
    result = outcomes(items, keys=keys)
    assert {o["id"]: o["split"] for o in result if isinstance(o, dict)} == {
        "0": "train", "1": "dev", "2": "ood", "5": "train",
    }  # fmt: skip
    assert [(o.item["id"], o.rule) for o in result if isinstance(o, Dropped)] == [
        ("3", "keys"),
        ("4", "leaks"),
    ]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "not JSON"),
        ("[]", "no object"),
        ('{"tset": []}', "Did you mean test"),
        ('{"test": [1]}', "no list of titles"),
    ],
)
def test_lists_that_are_none_are_told(tmp_path: Path, text: str, cause: str) -> None:
    (tmp_path / "k.json").write_text(text)
    with pytest.raises(WfllmError, match=r"k\.json") as caught:
        splitting(Splits(keys=str(tmp_path / "k.json")))
    assert cause in caught.value.line()
    with pytest.raises(WfllmError, match="cannot be read"):
        splitting(Splits(keys=str(tmp_path / "none.json")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("dataset_split_keys.json", {"train": 9757, "dev": 1190, "id": 1190, "reward": 2380}),
        ("dataset_split_keys_ood.json", {"train": 8071, "dev": 636, "ood": 3}),
    ],
)
def test_the_published_sizes_come_out(shared_data: Path, name: str, sizes: dict[str, int]) -> None:
    keys = shared_data / "workflowbench" / name
    titles = [title for named in json.loads(keys.read_text("utf-8")).values() for title in named]
    items = [item(n, f"f(x={n})", ["x"], meta={"title": title}) for n, title in enumerate(titles)]
    items += [item(100_000 + n, f"g(x={n})", ["x", "rare"], meta={"title": f"\0{n}"}) for n in range(3)]
    result = outcomes(items, keys=str(keys))
    found = Counter(
        o.rule if isinstance(o, Dropped) else o["split"] for o in result if not isinstance(o, Failed)
    )
    found.pop("keys", None)
    assert found == sizes
    if "reward" in sizes:
        records = [Record("q", [], "", f"f(x={n})", id=title) for n, title in enumerate(titles)]
        kept, aside = place_by_keys(records, keys)  # what training makes of `data.keys`
        assert Counter(r.split for r in kept) == {k: v for k, v in sizes.items() if k != "reward"}
        assert [fault.cause for fault in aside] == ["2380 records set aside for the reward"]
