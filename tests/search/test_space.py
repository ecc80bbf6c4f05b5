"""What a search draws from: Hydra's syntax, the config's, keys that only some options have."""

from __future__ import annotations

import pytest
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.config.overrides import parse
from wfllm.config.problems import ConfigError
from wfllm.config.schema import Interval
from wfllm.search.check import read_search, searches
from wfllm.search.space import takes_whole_numbers
from wfllm.search.values import Param, from_config, from_override, written


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("a=4,8", Param("a", ((4, "4"), (8, "8")))),
        ("++a=x,null", Param("a", (("x", "x"), (None, "null")))),
        ("a=[id],[ood]", Param("a", (("[id]", "[id]"), ("[ood]", "[ood]")))),
        ("a='x,y',z", Param("a", (("x,y", "'x,y'"), ("z", "z")))),
        ("a=only", Param("a", (("only", "only"),))),
        ("a=interval(0,1)", Param("a", (), Interval(low=0.0, high=1.0))),
        ("a=tag(log,interval(1e-5,1e-3))", Param("a", (), Interval(low=1e-5, high=1e-3, log=True))),
        ("a=int(interval(4,64))", Param("a", (), Interval(low=4, high=64), whole=True)),
        ("a=tag(int,log,interval(4,64))", Param("a", (), Interval(low=4, high=64, log=True), whole=True)),
        ("a=range(1,9,2)", Param("a", (), Interval(low=1, high=7, step=2), whole=True)),
        ("a=range(9,1,-2)", Param("a", (), Interval(low=3, high=9, step=2), whole=True)),
        ("a=range(0,1,0.1)", Param("a", (), Interval(low=0.0, high=0.9, step=0.1))),
    ],
)
def test_the_syntax_of_the_command_line(text: str, param: Param) -> None:
    assert from_override(text) == param
    param.distribution()  # what optuna warns of is an error here


def test_the_syntax_of_a_preset() -> None:
    assert from_config("a", [4, "x y", None]) == Param("a", ((4, "4"), ("x y", "x y"), (None, "null")))
    assert from_config("a", Interval(low=1, high=2)) == Param("a", (), Interval(low=1, high=2))
    assert from_config("a", "interval(1,2)") == from_override("a=interval(1,2)")
    with pytest.raises(HydraException):
        from_config("a", "interval(1")


@pytest.mark.parametrize("text", ["a=range(3,3)", "a=interval(1)", "a=interval(1"])
def test_what_is_no_space(text: str) -> None:
    with pytest.raises(HydraException):
        from_override(text)


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)


@settings(max_examples=30, deadline=None)
@given(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT)
def test_a_value_comes_back_from_the_command_line(value: object) -> None:
    again = parse(f"x={written(value)}").value()
    assert again == value
    assert type(again) is type(value)


def test_the_grid_of_an_interval() -> None:
    assert from_override("a=range(0,1,0.25)").grid() == [0.0, 0.25, 0.5, 0.75]
    assert from_override("a=int(interval(2,4))").grid() == [2, 3, 4]
    assert from_override("a=interval(2,4)").grid() is None
    assert from_override("a=int(tag(log,interval(2,4)))").grid() is None


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        *((key, True) for key in ("strategy.r", "seed", "trainer.max_steps", "evaluation.limit")),
        *((key, False) for key in ("optim.lr", "strategy.alpha", "optim.nothing", "output")),
    ],
)
def test_the_schema_says_which_keys_are_whole_numbers(key: str, whole: bool) -> None:
    assert takes_whole_numbers(key) == whole


def test_a_search_is_one_by_its_option() -> None:
    assert searches("train", ["sweep=optuna"])
    assert not searches("train", ["optim.lr=1,2"])
    assert not searches("train", ["sweep=none"])
    assert not searches("compare", ["sweep=optuna"])


BASE = ["sweep=optuna", "model=tiny", "logger=none"]


def test_a_key_goes_with_the_options_that_have_it() -> None:
    search = read_search([*BASE, "strategy=lora,full", "strategy.r=4,8", "optim.lr=interval(0.1,0.2)"])
    points = [search.space.texts(point) for point in search.space.corners()]
    with_rank = [p for p in points if "strategy=lora" in p]
    assert len(with_rank) == 4
    assert all(any(text.startswith("strategy.r=") for text in p) for p in with_rank)
    full = [p for p in points if "strategy=full" in p]
    assert full == [["strategy=full", "optim.lr=0.1"], ["strategy=full", "optim.lr=0.2"]]


def test_command_line_and_config_are_one_space() -> None:
    config = "sweep.space={optim.lr: {low: 1e-5, high: 1e-3, log: true}, strategy.r: [4, 8], seed: [1, 2]}"
    search = read_search([*BASE, config, "strategy.r=16,32", "seed=5", "trainer.epochs=interval(1,3)"])
    found = {p.key: p for p in search.space.params}
    assert set(found) == {"optim.lr", "strategy.r", "trainer.epochs"}  # seed=5 holds
    assert found["strategy.r"].ends() == [16, 32]  # the command line wins
    assert found["trainer.epochs"].ends() == [1, 3]  # whole, as the schema says
    assert search.config.seed == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overrides", "keys"),
    [
        ([], ["sweep.space"]),
        (["optim.lrr=1,2", "strategy=lora,ful"], ["optim.lrr", "strategy"]),
        (["strategy=lora,full", "strategy.rr=1,2"], ["strategy.rr"]),
        (["optim.lr=1e-3,-1"], ["optim.lr"]),
        (["optim.lr=interval(1e-3,-1)"], ["optim.lr"]),
        (["optim.lr=tag(log,interval(0,1))"], ["optim.lr"]),
        (["optim.warmup=interval(0.5,1.5)"], ["optim.warmup"]),
        (["trainer.epochs=interval(1.5,3)"], ["trainer.epochs"]),
        (["seed=1,2", "sweep.trails=3"], ["sweep.trails"]),
        (["seed=1,2", "sweep.metric=after-id/codebleu"], ["sweep.metric"]),  # evaluation.after is false
        (["seed=1,2", "sweep.metric=after-id/codeblue"], ["sweep.metric"]),
        (["optim.lr=interval(0.1,0.2)", "sweep.sampler=grid"], ["sweep.sampler"]),
        (["sweep.space={optim.lr: interval(1}"], ["sweep.space={optim.lr: interval(1}"]),
        (["sweep.space={optim.lr: {lo: 1}}"], None),
        (["model.hidden=32,64", "model.heads=4,6"], ["model.hidden"]),
    ],
)
def test_every_fault_is_told_before_anything_starts(overrides: list[str], keys: list[str] | None) -> None:
    with pytest.raises(ConfigError) as error:
        read_search([*BASE, *overrides])
    if keys is not None:
        assert sorted({p.key for p in error.value.problems}) == keys


def test_the_mistyped_key_is_named_with_its_nearest() -> None:
    with pytest.raises(ConfigError, match=r"optim\.lrr .*Did you mean optim\.lr\?"):
        read_search([*BASE, "optim.lrr=interval(0,1)"])
