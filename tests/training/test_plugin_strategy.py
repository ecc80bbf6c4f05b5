"""What a strategy of a plug-in may say beside which weights are trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from tests.config.plugin_page import write_part
from wfllm.config.plugins import VARIABLE
from wfllm.config.registry import schema_of
from wfllm.config.schema import Optim, Strategy
from wfllm.errors import WfllmError
from wfllm.training.origin import FILE, Origin, remember, strategy_of
from wfllm.training.strategies import way_of
from wfllm.training.strategies.groups import parameter_groups

pytestmark = pytest.mark.slow  # it imports Lightning
FAST_HEAD = """\
from wfllm.config.schema import Strategy


class Options(Strategy):
    times: float = 4.0
    "Of the head."


def apply(model, options):
    return model


def rate_of(name, options):
    return options.times if name.startswith("head") else 1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_part(tmp_path, "strategy", "fast_head", FAST_HEAD)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def model(**keys: float) -> nn.Module:
    made = nn.ModuleDict({"head": nn.Linear(2, 2), "body": nn.Linear(2, 2)})
    part = schema_of("strategy", "fast_head")
    assert part is not None
    strategy = part.model_validate({"name": "fast_head", **keys})
    assert isinstance(strategy, Strategy)
    found = remember(made, Origin(strategy, "base", "base", "", "float32"))
    assert isinstance(found, nn.Module)
    return found


def test_it_gives_some_weights_another_rate(folder: Path) -> None:
    made = model()
    groups = parameter_groups(made, Optim(name="adamw", lr=1e-3, weight_decay=0.1))
    assert [(group["lr"], group["weight_decay"]) for group in groups] == [
        (1e-3, 0.1), (1e-3, 0.0), (4e-3, 0.1), (4e-3, 0.0)
    ]  # fmt: skip
    names = {id(p): n for n, p in made.named_parameters()}
    assert [names[id(p)] for group in groups for p in group["params"]] == [
        "body.weight", "body.bias", "head.weight", "head.bias"
    ]  # fmt: skip


def test_a_rate_that_is_none_is_told_with_its_line(folder: Path) -> None:
    with pytest.raises(WfllmError, match=r"fast_head\.py:13: rate_of gives head\.weight 0\.0: it is above 0"):
        parameter_groups(model(times=0.0), Optim(name="adamw", lr=1e-3))


def test_without_its_folder_the_variable_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(WfllmError, match=r"no strategy fast_head.*WFLLM_PLUGINS"):
        way_of("fast_head")
    with pytest.raises(WfllmError, match=r"trained\.json: names a strategy.*fast_head.*WFLLM_PLUGINS"):
        strategy_of({"strategy": {"name": "fast_head"}}, Path(FILE))
