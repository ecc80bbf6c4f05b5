"""Everything in conf/ composes, checks and says what its file says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.config.conftest import Write, preset
from wfllm.config.compose import Composed, compose, default_config, differences, validate
from wfllm.config.groups import all_groups, command_groups, conf_dir, option_files, summary
from wfllm.config.registry import ROOTS, SCHEMAS

# What only the user can give, by command and by option.
NEEDS = {
    "transcribe": ["input=in", "output=out"],
    "compile": ["input=in", "output=out"],
    "check": ["input=in"],
    "show": ["input=in"],
    "catalogue": ["input=in", "output=out"],
    "build": ["output=out", "expand.count=3"],
    "generate": ["query=a timer", "checkpoint=run"],
    "export": ["checkpoint=run", "output=shared"],
    "teval": ["questions=plan_json_v2.json"],
    "repeat": ["run=run"],
    "report": ["run=run"],
}
NEEDED = dict.fromkeys(
    ("shortcuts", "workflowbench", "workflowbench_id", "workflowbench_ood", "workflowbench_seed", "records"),
    "data.path=somewhere",
)
NEEDED |= dict.fromkeys(("local", "replay"), "llm.path=somewhere")
NEEDED["checkpoint"] = "annotator.path=somewhere"
NEEDED["mix"] = "data.parts=[starter]"
NEEDED["pretrained"] = "model.path=somewhere"
NEEDED |= dict.fromkeys(("ddp", "fsdp", "deepspeed"), "trainer.devices=2")
OF_BUILD = {("thoughts", "llm"), ("prompts", "build")}
"""Options that no other command takes."""
OPTIONS = [(group, option) for group in SCHEMAS for option in option_files(group)]
PRESETS = list(option_files("experiment"))


def needed(group: str, option: str) -> str | None:
    """What only the user can give for an option."""
    need = NEEDED.get(option)
    return need.replace("llm.", "judge.llm.") if need and group == "judge" else need


@cache
def composed_once(command: str, *overrides: str) -> Composed:
    return compose(command, overrides)


def leaves(node: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{prefix}.{key}".lstrip("."))
    else:
        yield prefix, node


def written(path: Path) -> dict[str, Any]:
    """The values of a YAML file, dotted, without its defaults list and what is left to the user."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content.pop("defaults", None)
    return {key: value for key, value in leaves(content) if value != "???"}


def at(plain: dict[str, Any], key: str) -> Any:
    node: Any = plain
    for part in key.split("."):
        node = node[part]
    return node


def same(composed: Any, value: Any) -> bool:
    return bool(composed == value or (isinstance(composed, float) and composed == float(value)))


def preset_command(name: str) -> tuple[str, list[str]]:
    """The command and its arguments in the preset's own header."""
    lines = option_files("experiment")[name].read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith("# wfllm ")]
    command, *overrides = line.removeprefix("# wfllm ").split()
    return command, overrides


def test_every_yaml_file_is_a_command_or_an_option() -> None:
    files = {p.relative_to(conf_dir()).as_posix() for p in conf_dir().rglob("*.yaml")}
    commands = {f"{command}.yaml" for command in ROOTS}
    options = {f"{group}/{option}.yaml" for group, option in OPTIONS}
    presets = {f"experiment/{name}.yaml" for name in PRESETS}
    assert files == commands | options | presets
    assert set(all_groups()) == {*SCHEMAS, "experiment"}


def test_every_file_says_what_it_is_in_one_line() -> None:
    for path in conf_dir().rglob("*.yaml"):
        assert summary(path), path
        assert not summary(path).startswith(("wfllm", "@")), path


@pytest.mark.parametrize("command", ROOTS)
def test_every_command_composes(command: str) -> None:
    composed = composed_once(command, *NEEDS.get(command, []))
    assert isinstance(composed.config, ROOTS[command])
    assert set(composed.choices) == set(command_groups(command))


@pytest.mark.slow
def test_every_option_composes_and_keeps_its_values() -> None:
    """One round for as many options as the largest group has; smaller groups begin again."""
    seen: set[tuple[str, str]] = set()
    for command in ("train", "ask", "build", "evaluate", "reproduce"):
        groups = [group for group in command_groups(command) if group in SCHEMAS]
        if command == "evaluate":
            groups = ["judge", "model"]  # the others are in the rounds before
        offered = {
            g: [o for o in option_files(g) if (command == "build") == ((g, o) in OF_BUILD)] for g in groups
        }
        offered = {g: options or list(option_files(g)) for g, options in offered.items()}
        if command == "train":
            offered["model"].remove("api")  # nobody can train it here
        for turn in range(max(map(len, offered.values()))):
            chosen = {g: options[turn % len(options)] for g, options in offered.items()}
            needs = [need for pair in chosen.items() if (need := needed(*pair))]
            needs += NEEDS.get(command, [])
            composed = compose(command, [*(f"{g}={o}" for g, o in chosen.items()), *needs])
            for group, option in chosen.items():
                seen.add((group, option))
                assert composed.choices[group] == option
                for key, value in written(option_files(group)[option]).items():
                    if (group, key) == ("table", "runs"):  # their own defaults are filled in
                        continue
                    assert same(at(composed.plain, f"{group}.{key}"), value), f"{group}.{key}"
    assert seen == set(OPTIONS)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_composes_by_its_own_header(name: str) -> None:
    command, overrides = preset_command(name)
    assert overrides[0] == f"experiment={name}"
    assert composed_once(command, *overrides).choices["experiment"] == name


@pytest.mark.parametrize("name", PRESETS)
def test_every_value_of_a_preset_survives(name: str) -> None:
    command, overrides = preset_command(name)
    composed = composed_once(command, *overrides)
    path = option_files("experiment")[name]
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = content.get("defaults", [])
    own = written(path)
    for key, value in own.items():
        assert same(at(composed.plain, key), value), key
    for entry in entries:
        if isinstance(entry, str):
            inner = option_files("experiment")[entry.removeprefix("/experiment/")]
            for key, value in written(inner).items():
                assert key in own or same(at(composed.plain, key), value), key
        else:
            ((group, option),) = entry.items()
            assert composed.choices[group.removeprefix("override /")] == option


def test_a_preset_wins_over_the_preset_it_builds_on(conf: Write) -> None:
    conf(
        "experiment/mine.yaml",
        preset("defaults:", "  - /experiment/starter", "evaluation:", "  before: false"),
    )
    plain = compose("train", ["experiment=mine"]).plain
    assert (plain["evaluation"]["before"], plain["evaluation"]["after"]) == (False, True)


def test_the_command_line_wins_over_a_preset() -> None:
    composed = compose("train", ["experiment=tiny", "trainer.max_steps=7", "model=smollm2_135m"])
    assert composed.plain["trainer"]["max_steps"] == 7
    assert composed.choices["model"] == "smollm2_135m"


def test_an_option_of_the_users_own(conf: Write) -> None:
    conf("model/mine.yaml", "# Mine.\nname: mine\npath: some/model\ncontext: 1000\n")
    config = compose("train", ["model=mine"]).plain["model"]
    assert (config["path"], config["context"], config["dtype"]) == ("some/model", 1000, "float32")


def test_an_option_may_build_on_another(conf: Write) -> None:
    conf("model/small.yaml", "# Small.\nname: tiny\nhidden: 32\ncontext: 900\n")
    conf("model/wide.yaml", "# Small, but wide.\ndefaults: [small]\nhidden: 128\n")
    config = compose("train", ["model=wide"]).plain["model"]
    assert (config["name"], config["context"], config["hidden"]) == ("tiny", 900, 128)


@pytest.mark.parametrize("command", ROOTS)
def test_a_checked_config_checks_again_to_itself(command: str) -> None:
    composed = composed_once(command, *NEEDS.get(command, []))
    saved = yaml.safe_load(yaml.safe_dump(composed.plain))
    assert validate(command, saved).model_dump(mode="json") == composed.plain


def test_a_value_may_refer_to_another_key() -> None:
    plain = compose("train", ["logger.group=${model.name}-${seed}", "seed=3"]).plain
    assert plain["logger"]["group"] == "smollm2_135m-3"


def test_the_default_of_a_command_is_itself_without_overrides() -> None:
    composed = compose("build", ["output=out", "data=records", "data.path=x"])
    changed = {key: value for key, _, value in differences(default_config("build", composed), composed.plain)}
    assert changed["data.name"] == "records"
    assert "output" not in changed


def test_differences_name_both_sides() -> None:
    left, right = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 4}, "e": 5}
    assert list(differences(left, right)) == [("a.c", 2, 4), ("d", 3, None), ("e", None, 5)]


def test_composing_leaves_hydra_as_it_was() -> None:
    from hydra.core.global_hydra import GlobalHydra

    before = GlobalHydra.instance().hydra
    compose("compare", [])
    assert GlobalHydra.instance().hydra is before
