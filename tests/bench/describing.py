"""Builds to describe: stages that hand on what a test gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wfllm.bench.measure import NOTE
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Dropped, Inputs, Item, Outcome, Whole

CODE = "is_workflow_actions_alert(WFAlertActionMessage='Hi')\n"


def item(name: str, *, split: str = "train", actions: int = 3, **more: Any) -> Item:
    """A record whose code is said to have so many actions."""
    stats = {"actions": actions, "ifs": actions // 3, "loops": 1, "depth": 2, "apis": 1, "apps": 0}
    made = {
        "id": name,
        "query": "Say hi",
        "apis": ["is.workflow.actions.alert"],
        "task_plan": "1. Say hi",
        "annotated_code": CODE,
        "category": "Utilities",
        "split": split,
        "meta": {},
        NOTE: {"keys": ["0" * 32, "1" * 32], "stats": stats},
    }
    return {**made, **more}


def built(root: Path, **stages: Sequence[Outcome]) -> Build:
    """A finished build with these stages, in order, each leaving what is given."""
    build = Build(root, [Whole(name, (), _handing(outcomes), SETTINGS) for name, outcomes in stages.items()])
    assert all(not report.failed for report in build.run())
    return build


SETTINGS: Mapping[str, Any] = {"seed": 7, "llm": {"model": "m-1", "base_url": "http://10.0.0.7/v1"}}


def _handing(outcomes: Sequence[Outcome]) -> Callable[[Inputs], Iterator[Outcome]]:
    def work(_inputs: Inputs) -> Iterator[Outcome]:
        yield from outcomes

    return work


def usage(**tokens: tuple[int, int]) -> dict[str, Any]:
    """`meta` of an item that was asked about once for each purpose: tokens read and written."""
    counts = {
        purpose: {"asked": 1, "prompt_tokens": read, "completion_tokens": written}
        for purpose, (read, written) in tokens.items()
    }
    return {"usage": counts}


def with_synthetic(root: Path) -> Build:
    """Real and synthetic records, drops and costs."""
    real = [item(f"r{n}", actions=n, split=("train", "dev", "id", "ood")[n % 4]) for n in range(1, 9)]
    for one in real:
        one["meta"] = usage(plan=(100, 10))
    dropped = [
        Dropped(item(f"d{n}", meta=usage(plan=(1000, 0))), "duplicates", "says the same as r1")
        for n in (1, 2)
    ]
    made = [
        item(
            f"s{n}", actions=30, apis=["com.example.app.Go"], meta={"synthetic": True, **usage(repair=(7, 5))}
        )
        for n in range(3)
    ]
    bad = Dropped(item("s9", meta=usage(repair=(1, 1))), "no_code", "no code")
    return built(root, thoughts=[*real, *dropped], split=real, confirm=[*made, bad])
