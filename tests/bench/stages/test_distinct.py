"""Synthetic samples that repeat each other or a training workflow: the first stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.stages.conftest import config
from wfllm.bench.stages import folder
from wfllm.bench.stages.distinct import distinguishing
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Item, Whole

SHOW = 'x = input("Which city?")\nis_workflow_actions_showresult(Text=x)\n'
SAME = '# Asks.\ncity = input("which  city?")\nis_workflow_actions_showresult(Text=city)\n'
REQUESTS = (
    "Look up whether the sun has set in my city and turn on the lamp in the hall if it has",
    "Collect the headlines of three newspapers and make every light blink once when one says football",
    "Ask me how long I slept and write it into a note with the date of today and the weather",
    "Take the last photo, shrink it to half its size and send it to my sister with a greeting",
)


def sample(number: int, query: str, code: str = "") -> Item:
    """A synthetic sample; without code one that no other has."""
    code = code or f'is_workflow_actions_showresult(Text="Number {number}")\n'
    meta = {"synthetic": True}
    blank: Item = {"apis": ["is.workflow.actions.showresult"], "task_plan": "1. Show.", "split": "train"}
    return {**blank, "id": f"synthetic/{number:06d}", "query": query, "annotated_code": code, "meta": meta}


def real(name: str, query: str, code: str, split: str = "train") -> Item:
    return {**sample(0, query, code), "id": name, "split": split, "meta": {}}


def run(root: Path, made: list[Item], workflows: list[Item], *overrides: str) -> dict[str, tuple[str, str]]:
    """Id → rule and reason of what was dropped."""
    cfg = config(*overrides)
    stages = [
        Whole("split", (), lambda _: iter(workflows)),
        Whole("confirm", (), lambda _: iter(made)),
        distinguishing(cfg.confirm, cfg.expand),
    ]
    build = Build(root, stages)
    list(build.run())
    drops = {drop.item["id"]: (drop.rule, drop.reason) for drop in build.drops("distinct")}
    assert [i["id"] for i in build.items("distinct")] == [i["id"] for i in made if i["id"] not in drops]
    return drops


CASES: dict[str, tuple[list[Item], list[Item], dict[str, tuple[str, str]]]] = {
    "all differ": ([sample(n, query) for n, query in enumerate(REQUESTS)], [], {}),
    "code but for names, comments and spelling": (
        [sample(0, REQUESTS[0], SHOW), sample(1, REQUESTS[1], SAME)],
        [],
        {"synthetic/000001": ("same_code", "its code says the same as synthetic/000000")},
    ),
    "code of a training workflow": (
        [sample(0, REQUESTS[0], SHOW)],
        [real("mine", REQUESTS[1], "# Asks.\n" + SHOW)],
        {"synthetic/000000": ("same_code", "its code says the same as mine")},
    ),
    "code of a held-out one, which is another rule's": (
        [sample(0, REQUESTS[0], SHOW)], [real("mine", REQUESTS[0], SHOW, "id")], {},
    ),
    "request": (
        [sample(0, REQUESTS[0]), sample(1, REQUESTS[1]), sample(2, REQUESTS[0].upper() + "!")],
        [],
        {"synthetic/000002": (
            "similar_request", "its request has 100% of the words in common with that of synthetic/000000"
        )},
    ),
    "request of a training workflow": (
        [sample(0, f"{REQUESTS[2]}, please")],
        [real("mine", REQUESTS[2], SHOW)],
        {"synthetic/000000": (
            "similar_request", "its request has 95% of the words in common with that of mine"
        )},
    ),
    "what was dropped drops nothing": (
        [sample(0, REQUESTS[0], SHOW), sample(1, REQUESTS[1], SHOW), sample(2, REQUESTS[1])],
        [],
        {"synthetic/000001": ("same_code", "its code says the same as synthetic/000000")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_first_of_those_that_say_the_same_stays(tmp_path: Path, case: str) -> None:
    made, workflows, dropped = CASES[case]
    assert run(tmp_path, made, workflows) == dropped


def test_each_rule_can_be_switched_off(tmp_path: Path) -> None:
    made = [sample(0, REQUESTS[0], SHOW), sample(1, REQUESTS[1], SHOW), sample(2, REQUESTS[0])]
    assert set(run(tmp_path / "a", made, [])) == {"synthetic/000001", "synthetic/000002"}
    assert set(run(tmp_path / "b", made, [], "confirm.same_code=false")) == {"synthetic/000002"}
    assert set(run(tmp_path / "c", made, [], "confirm.similar_request=false")) == {"synthetic/000001"}
    assert set(run(tmp_path / "d", made, [], "expand.similar=1")) == {"synthetic/000001", "synthetic/000002"}
    near = [sample(0, REQUESTS[2]), sample(1, f"{REQUESTS[2]}, please")]
    assert set(run(tmp_path / "e", near, [])) == {"synthetic/000001"}
    assert run(tmp_path / "f", near, [], "expand.similar=1") == {}


def test_across_chunks(tmp_path: Path) -> None:
    """A stage that makes a chunk on its own would not see it."""
    made = [sample(n, f"word{n} other{n} third{n}") for n in range(2 * folder.CHUNK)]
    made[-1]["query"] = made[3]["query"]
    assert list(run(tmp_path, made, [])) == [made[-1]["id"]]


def test_other_settings_of_this_stage_leave_the_stages_before_as_they_are() -> None:
    """Nothing is asked again for it."""
    from wfllm.bench.stages.confirm import confirming

    plain, other = (
        config(*o).confirm for o in ((), ("confirm.same_code=false", "confirm.similar_request=false"))
    )
    cfg = config()
    for repair in (False, True):
        keys = [
            confirming(one.model_copy(update={"repair": repair}), cfg.prompts, cfg.llm).settings
            for one in (plain, other)
        ]
        assert keys[0] == keys[1]
