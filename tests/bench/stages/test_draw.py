"""Blueprints: drawn from training workflows alone, each from the seed and its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages.conftest import config
from wfllm.bench.categories import CATEGORIES
from wfllm.bench.stages.draw import Draws, Pool, Seen, drawing, examples_of
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.pipeline import pipeline
from wfllm.bench.stages.stage import Item, Whole
from wfllm.config.schema import Expand
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue

BUILTIN = "is.workflow.actions."
CATALOGUE = Catalogue(
    [
        *(Api(f"{BUILTIN}b{n}") for n in range(40)),
        *(Api(f"com.app{app}.x.a{n}") for app in range(8) for n in range(app + 1)),
        Api(f"{BUILTIN}syntax", called=False),
    ]
)
FLOW = "if a:\n    is_workflow_actions_b1()\n"


def item(number: int, apis: list[str], split: str = "train", code: str = "pass\n") -> Item:
    blank = {"query": f"q{number}", "task_plan": "p", "annotated_code": code, "meta": {}}
    return {**blank, "id": f"r{number}", "apis": apis, "split": split}


def workflows() -> list[Item]:
    """Training uses few APIs, b0 far more often than others; `ood` and the apps 6 and 7 are held out."""
    train = [
        item(
            n,
            [f"{BUILTIN}b0", *(f"{BUILTIN}b{k}" for k in range(1, 1 + n % 7))],
            code=FLOW * (n % 2) or "pass\n",
        )
        for n in range(60)
    ]
    ood = [item(100 + n, [f"{BUILTIN}b0", f"{BUILTIN}b39", "com.app6.x.a0"], "ood") for n in range(5)]
    return [*train, *ood, item(200, [f"{BUILTIN}b38"] * 9, "id"), item(201, [f"{BUILTIN}b37"], "dev")]


def draws(catalogue: Catalogue = CATALOGUE, **keys: Any) -> Draws:
    settings = Expand.model_validate(keys)
    seen = Seen(settings)
    for one in workflows():
        seen.add(one)
    return Draws(seen, settings, catalogue)


def drawn(first: int, **keys: Any) -> list[Item]:
    made = draws(**keys)
    return [made.blueprint(n) for n in range(first)]


def builtin(made: Item) -> list[str]:
    return [api for api in made["apis"] if api.startswith(BUILTIN)]


def test_a_blueprint_hangs_on_the_seed_and_its_number_alone() -> None:
    assert drawn(10) == drawn(30)[:10]
    assert drawn(10, count=5) == drawn(10, count=500)
    assert drawn(10, seed=1) != drawn(10)
    assert draws().blueprint(7) == drawn(8)[7]


def test_numbers_of_apis_are_those_of_training_workflows() -> None:
    counts = Counter(len(made["apis"]) for made in drawn(2000, app_apis="draw", builtin_share=1.0))
    real = Counter(1 + n % 7 for n in range(60))
    assert set(counts) == set(real)
    assert all(abs(counts[n] / 2000 - real[n] / 60) < 0.04 for n in real)


def test_about_half_of_the_apis_are_built_in_the_more_used_the_likelier() -> None:
    made = drawn(1500, app_apis="draw")
    total = sum(len(one["apis"]) for one in made)
    assert 0.45 < sum(len(builtin(one)) for one in made) / total < 0.6
    uses = Counter(api for one in made for api in one["apis"])
    assert uses[f"{BUILTIN}b0"] > 3 * uses[f"{BUILTIN}b6"] > 3 * uses[f"{BUILTIN}b30"] > 0
    assert all(len(set(one["apis"])) == len(one["apis"]) for one in made)
    assert not any(f"{BUILTIN}b30" in one["apis"] for one in drawn(500, smoothing=0.0))


def test_apis_that_only_the_test_of_unseen_apis_uses_are_never_drawn() -> None:
    used = {api for one in drawn(1500) for api in one["apis"]}
    assert f"{BUILTIN}b39" not in used
    assert "com.app6.x.a0" not in used
    assert f"{BUILTIN}b0" in used  # training uses it, too
    assert {"com.app6.x.a1", f"{BUILTIN}b38", f"{BUILTIN}b37"} <= used
    assert f"{BUILTIN}syntax" not in used


def test_an_apps_apis_come_together_or_as_a_draw() -> None:
    for one in drawn(300):
        apps = Counter(api.split(".")[1] for api in one["apis"] if api.startswith("com."))
        whole = {f"app{n}": n + 1 - (n == 6) for n in range(8)}
        assert all(count == whole[app] for app, count in apps.items())
        assert len(apps) <= 5
    assert max(len(one["apis"]) for one in drawn(300, app_apis="draw")) == 7
    assert max(len(one["apis"]) for one in drawn(300, most_apis=4)) == 4
    assert any(builtin(one) for one in drawn(50, most_apis=4))


def test_without_apps_all_are_built_in() -> None:
    made = draws(Catalogue([api for api in CATALOGUE.values() if api.app == "builtin"]))
    assert all(len(builtin(made.blueprint(n))) == len(made.blueprint(n)["apis"]) >= 1 for n in range(50))


def test_themes_are_balanced() -> None:
    themes = [made["category"] for made in drawn(28 * 3)]
    assert Counter(themes) == dict.fromkeys(CATEGORIES, 3)
    assert themes[:28] != themes[28:56]


def test_examples_are_training_workflows_of_both_kinds() -> None:
    train = {one["id"]: one for one in workflows() if one["split"] == "train"}
    for made in drawn(50, examples=2):
        examples = made["meta"]["examples"]
        assert len(set(examples)) == 4
        assert ["if" in train[name]["annotated_code"] for name in examples] == [True, True, False, False]
    settings = Expand(pool=3, examples=2)
    pool = examples_of(workflows(), settings)
    assert len(pool) == 6
    assert {name for made in drawn(99, pool=3, examples=2) for name in made["meta"]["examples"]} == set(pool)
    assert drawn(1, examples=0)[0]["meta"]["examples"] == []


def test_a_pool_is_the_same_in_any_order() -> None:
    names = [f"n{n}" for n in range(500)]
    pools = []
    for order in (names, names[::-1]):
        pool: Pool[int] = Pool(7, 3)
        for name in order:
            pool.add(name, len(name))
        pools.append(pool.kept())
    assert list(pools[0].items()) == list(pools[1].items())
    assert len(pools[0]) == 7


def test_the_stage_writes_blueprints_and_more_of_them_keep_the_first(tmp_path: Path) -> None:
    def build(root: Path, count: int) -> list[Item]:
        first = Whole("split", (), lambda _: iter(workflows()))
        made = Build(root, [first, drawing(Expand(count=count))])
        list(made.run())
        return list(made.items("draw"))

    few, many = build(tmp_path / "a", 5), build(tmp_path / "b", 300)
    assert many[:5] == few
    assert many[299]["id"] == "synthetic/000299"
    assert set(few[0]) == {
        *("query", "apis", "task_plan", "annotated_code", "id", "category", "split", "source", "meta")
    }
    assert few[0]["meta"]["synthetic"] is True
    assert all(api in load_catalogue() for one in many for api in one["apis"])


def test_without_training_workflows_there_is_nothing_to_draw_from(tmp_path: Path) -> None:
    def nothing(_: object) -> Iterator[Item]:
        yield from [item(0, ["a"], "ood")]

    build = Build(tmp_path, [Whole("split", (), nothing), drawing(Expand(count=1))])
    with pytest.raises(WfllmError, match="no workflow for training"):
        list(build.run())


def test_a_build_without_a_count_has_no_such_stages() -> None:
    names = [[stage.name for stage in pipeline(config(*more))] for more in ((), ("expand.count=3",))]
    assert not {"draw", "expand"} & set(names[0])
    assert names[1][:7] == [*names[0][:5], "draw", "expand"]
