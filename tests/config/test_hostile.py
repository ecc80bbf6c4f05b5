"""Whatever is typed or found in a file: an answer or a ConfigError, and nothing is run or read."""

from __future__ import annotations

import contextlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.config.conftest import Write, faults, preset
from wfllm.config.compose import ROOTS, compose, validate
from wfllm.config.groups import conf_dir
from wfllm.config.overrides import read_overrides, sweep_points
from wfllm.config.problems import ConfigError

GROUPS = ["data", "model", "optim", "experiment"]
KEYS = st.sampled_from(
    [
        "optim.lr",
        "model",
        "model.name",
        "experiment",
        "seed",
        "output",
        "hydra",
        "hydra.run.dir",
        "a.b.c",
        "_target_",
    ]
)
VALUES = st.sampled_from(
    [
        "1",
        "${oc.env:HOME}",
        "${seed}",
        "${",
        "[",
        "{a: 1}",
        "{_target_: os.system}",
        "!!python/object:os.system",
        "???",
    ]
)
TEXTS = st.text(alphabet=st.sampled_from("ab.=+~@/:,[]{}()'\"\\$ \n\t\x00é#&*!?%0"), max_size=25) | st.text(
    max_size=15
)
OVERRIDES = st.builds("{}={}".format, KEYS, TEXTS) | st.builds("{}={}".format, KEYS, VALUES) | TEXTS


@given(st.lists(OVERRIDES, max_size=4))
@settings(max_examples=50, deadline=None)
def test_reading_overrides_never_stumbles(overrides: list[str]) -> None:
    line = read_overrides(overrides, GROUPS)
    assert len(line.forced) + len(line.chosen) + len(line.problems) <= len(overrides) + len(GROUPS)
    for problem in line.problems:
        assert problem.line().isprintable() or "\n" not in problem.line()
    assert all(len(point) == len(overrides) for point in sweep_points(overrides))


@pytest.mark.slow
@given(st.sampled_from(["train", "build", "generate"]), st.lists(OVERRIDES, min_size=1, max_size=3))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_composing_never_stumbles(command: str, overrides: list[str]) -> None:
    with contextlib.suppress(ConfigError):
        compose(command, overrides)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@cache
def saved() -> dict[str, Any]:
    return compose("train", []).plain


@pytest.mark.slow
@given(st.sampled_from(sorted(ROOTS["train"].model_fields)), PLAIN)
@settings(max_examples=40, deadline=None)
def test_checking_a_saved_config_never_stumbles(key: str, value: object) -> None:
    with contextlib.suppress(ConfigError):
        validate("train", {**saved(), key: value})
    before = saved()[key]
    with contextlib.suppress(ConfigError):
        validate("train", {**saved(), key: {**(before if isinstance(before, dict) else {}), "name": value}})


RESOLVERS = [
    "${oc.env:WFLLM_SECRET}",
    "${oc.env:WFLLM_SECRET,none}",
    "a${oc.decode:'[1]'}",
    "${now:%Y}",
    "${hydra:runtime.cwd}",
    "${python_version:}",
    "${${show}:x}",
    "${oc.${show}:x}",
    "${oc.create:{a:1}}",
    "${ oc.env : WFLLM_SECRET }",
]


def test_resolvers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_SECRET", "hidden")
    listed = ", ".join(f'"{value}"' for value in RESOLVERS)
    found = faults("train", f"logger.tags=[{listed}]")
    assert set(found) == {f"logger.tags.{number}" for number in range(len(RESOLVERS))}
    for problem in found.values():
        assert problem.origin == "command line"
        assert "is refused" in problem.cause
        assert "hidden" not in problem.line()


def test_a_resolver_is_refused_wherever_it_stands(conf: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_SECRET", "hidden")
    conf(
        "experiment/mine.yaml",
        preset("logger:", "  tags:", "    - a", "    - ${oc.env:WFLLM_SECRET}", "output: ${logger.tags.1}"),
    )
    problem = faults("train", "experiment=mine")["logger.tags.1"]
    assert problem.origin == "conf/experiment/mine.yaml:5"
    assert "hidden" not in problem.line()


def test_a_resolver_in_a_defaults_list_is_refused(conf: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_SECRET", "tiny")
    conf("experiment/mine.yaml", preset("defaults:", "  - override /model: ${oc.env:WFLLM_SECRET}"))
    assert faults("train", "experiment=mine")["model"].cause == "no option '${oc.env:WFLLM_SECRET}'"


def test_references_that_lead_nowhere() -> None:
    values = ["${output}", "${nowhere}", "${..seed}", "${logger.tags}", "${logger.tags.4}"]
    found = faults("train", "output=${output}", f"logger.tags=[{', '.join(values)}]")
    assert set(found) == {"output", *(f"logger.tags.{number}" for number in range(len(values)))}


@pytest.mark.parametrize("value", ["${seed", "${}", "${a b}"])
def test_references_that_are_none(value: str) -> None:
    found = faults("train", f"output={value}", "optim.lrr=1")
    assert len(found) == 2
    assert "optim.lrr" in found


def test_dotted_paths_to_code_are_unknown_keys() -> None:
    found = faults("train", "+model._target_=os.system", "+_target_=os.system", "optim={_target_: os.system}")
    assert found["model._target_"].cause == "unknown key"
    assert found["_target_"].cause == "unknown key"
    assert found["optim"].cause.startswith("no option")


HYDRA = [
    preset("hydra:", "  launcher:", "    _target_: os.system"),
    preset("hydra: {callbacks: {x: {_target_: os.system}}}"),
    preset("defaults:", "  - override /hydra/launcher: evil"),
    preset("defaults:", "  - /model/evil@hydra.launcher"),
    preset("defaults:", "  - override /model@hydra.launcher: evil"),
    preset("defaults:", "  - optional /hydra/launcher: evil"),
    preset("defaults:", "  - override /model: evil"),
    "# @package hydra.launcher\n_target_: os.system\n",
]


@pytest.mark.parametrize(
    "text", [*HYDRA[:3], *(pytest.param(text, marks=pytest.mark.slow) for text in HYDRA[3:])]
)
def test_a_preset_cannot_set_hydra_up(conf: Write, text: str) -> None:
    conf("experiment/mine.yaml", text)
    conf("model/evil.yaml", "# @package hydra.launcher\n_target_: os.system\n")
    assert faults("train", "experiment=mine")


def test_a_command_file_cannot_set_hydra_up(conf: Write) -> None:
    for text in (
        "hydra:\n  verbose: true\n",
        "defaults:\n  - override hydra/launcher: x\n",
        "# @package hydra\na: 1\n",
    ):
        conf("compare.yaml", f"{text}")
        assert faults("compare")


def test_python_tags_in_yaml_are_refused(conf: Write, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    conf("experiment/mine.yaml", preset(f"output: !!python/object/apply:os.mkdir ['{mark}']"))
    assert faults("train", "experiment=mine")["YAML"].cause.startswith("could not determine a constructor")
    assert not mark.exists()


def test_anchors_that_stand_for_billions_are_refused(conf: Write) -> None:
    lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    conf("experiment/mine.yaml", preset(*lines))
    assert faults("train", "experiment=mine")["YAML"].cause == "holds more than 10000 values"


def test_an_anchor_that_holds_itself_is_refused(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("a: &a [*a]"))
    assert "YAML" in faults("train", "experiment=mine")


@pytest.mark.slow
def test_deep_nesting_is_refused(conf: Write) -> None:
    assert "output=" in str(list(faults("train", "output=" + "[" * 1000 + "]" * 1000)))
    conf("experiment/mine.yaml", preset(f"output: {'[' * 1000}{']' * 1000}"))
    assert "YAML" in faults("train", "experiment=mine")


def test_options_outside_the_folder_are_no_options() -> None:
    inside = os.path.relpath(conf_dir() / "optim" / "adamw", conf_dir() / "model")
    for option in (inside, f"{conf_dir()}/optim/adamw", "tiny.yaml", "TINY"):
        (problem,) = read_overrides([f"model={option}"], ["model"]).problems
        assert problem.cause.startswith("no option")
