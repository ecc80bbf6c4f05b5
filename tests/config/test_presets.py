"""Faults inside presets and options, each with its file and line, and all of them at once."""

from __future__ import annotations

import pytest

from tests.config.conftest import Write, faults, preset
from wfllm.config.compose import compose
from wfllm.config.problems import ConfigError


def test_a_mistyped_key_points_at_its_line(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("optim:", "  lr: 1e-4", "  warmpu: 0.1"))
    problem = faults("train", "experiment=mine")["optim.warmpu"]
    assert problem.line() == (
        "optim.warmpu (conf/experiment/mine.yaml:4): unknown key. Did you mean optim.warmup?"
    )


def test_every_kind_of_fault_in_one_preset(conf: Write) -> None:
    conf(
        "experiment/mine.yaml",
        preset(
            "defaults:",
            "  - /experiment/startr",
            "  - override /model: tinny",
            "  - override /modle: tiny",
            "  - override strategy: full",
            "  - /optim: adamw",
            "trainer:",
            "  epoch: 3",
            "  batch_size: many",
            "output: ${oc.env:HOME}",
        ),
    )
    found = faults("train", "experiment=mine", "+seeed=1")
    lines = {key: problem.origin.rpartition(":")[2] for key, problem in found.items()}
    assert lines == {
        "experiment": "3",
        "model": "4",
        "modle": "5",
        "strategy": "6",
        "/optim": "7",
        "trainer.epoch": "9",
        "trainer.batch_size": "10",
        "output": "11",
        "seeed": "command line",
    }
    assert found["experiment"].mend.startswith("Did you mean starter?")
    assert found["model"].mend.startswith("Did you mean tiny?")
    assert found["modle"].mend.startswith("Did you mean model?")
    assert found["strategy"].mend == "Write: - override /strategy: full"
    assert found["/optim"].mend == "Write: - override /optim: adamw"


def test_faults_of_a_preset_that_another_builds_on(conf: Write) -> None:
    conf(
        "experiment/base.yaml", preset("defaults:", "  - override /target: fll", "seed: x", "optim: {lrr: 1}")
    )
    conf("experiment/mine.yaml", preset("defaults:", "  - /experiment/base", "seeed: 1"))
    found = faults("train", "experiment=mine")
    assert {key: problem.origin for key, problem in found.items()} == {
        "target": "conf/experiment/base.yaml:3",
        "seed": "conf/experiment/base.yaml:4",
        "optim.lrr": "conf/experiment/base.yaml:5",
        "seeed": "conf/experiment/mine.yaml:4",
    }


def test_a_preset_is_named_from_its_group_or_from_the_top(conf: Write) -> None:
    conf("experiment/own/base.yaml", preset("seed: 5"))
    conf("experiment/own/one.yaml", preset("defaults: [own/base]"))
    conf("experiment/own/two.yaml", preset("defaults: [/experiment/own/base]"))
    for name in ("one", "two"):
        assert compose("train", [f"experiment=own/{name}"]).plain["seed"] == 5


def test_presets_that_build_on_each_other_in_a_circle(conf: Write) -> None:
    conf("experiment/a.yaml", preset("defaults: [/experiment/b]"))
    conf("experiment/b.yaml", preset("defaults: [/experiment/a]"))
    assert faults("train", "experiment=a")["experiment"].cause == "'a' builds on itself"


def test_an_option_with_a_mistyped_key(conf: Write) -> None:
    conf("trainer/fast.yaml", "# Fast.\nname: fast\nbatch_szie: 4\n")
    problem = faults("train", "trainer=fast")["trainer.batch_szie"]
    assert (problem.origin, problem.mend) == ("conf/trainer/fast.yaml:3", "Did you mean trainer.batch_size?")


BROKEN = [
    ("seed: [1", ":3"),
    ("seed: 1\nseed: 2", ":3"),
    ("a: b: c", ":2"),
    ("\tseed: 1", ":2"),
    ("seed: !!python/object/apply:os.system ['exit 1']", ":2"),
    ("seed: !unheard 1", ":2"),
    ("- seed", ""),
    ("seed", ""),
    ("seed: '\x00'", ""),
    ("output: ${a", ":2"),
]


def test_every_kind_of_broken_yaml_at_once_and_other_faults_beside_it(conf: Write) -> None:
    for number, (text, _) in enumerate(BROKEN):
        conf(f"experiment/b{number}.yaml", f"# @package _global_\n{text}\n")
    conf("experiment/mine.yaml", preset("defaults:", *(f"  - b{n}" for n in range(len(BROKEN)))))
    with pytest.raises(ConfigError) as caught:
        compose("train", ["experiment=mine", "optim.lrr=1"])
    origins = [problem.origin for problem in caught.value.problems]
    assert sorted(origins) == sorted(
        ["command line", *(f"conf/experiment/b{n}.yaml{line}" for n, (_, line) in enumerate(BROKEN))]
    )


def test_several_broken_files_at_once(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("seed: [", "  a"))
    path = conf("model/mine.yaml", "# Mine.\nname: {\n")
    path.with_name("other.yaml").write_bytes(b"\xff\xfe\x00name: other")
    conf("optim/mine.yaml", "[]")
    for model in ("mine", "other"):
        with pytest.raises(Exception, match="YAML") as caught:
            compose("train", ["experiment=mine", f"model={model}", "optim=mine"])
        text = str(caught.value)
        assert text.count("YAML (conf/") == 3
        assert f"conf/model/{model}.yaml" in text


def test_a_broken_command_file(conf: Write) -> None:
    conf("compare.yaml", "# Runs.\nruns: [\n")
    assert faults("compare")["YAML"].origin.startswith("conf/compare.yaml")


def test_an_unknown_group_in_a_command_file(conf: Write) -> None:
    conf("compare.yaml", "# Runs.\ndefaults:\n  - plotter: fine\n  - _self_\n")
    assert faults("compare")["'plotter'"].origin == "conf/compare.yaml:3"


def test_a_preset_without_its_package_line(conf: Write) -> None:
    conf("experiment/mine.yaml", "# Mine.\nseed: 3\n")
    assert faults("train", "experiment=mine")["@package"].mend == "First line: # @package _global_"


def test_an_option_with_a_package_line(conf: Write) -> None:
    conf("optim/mine.yaml", "# @package trainer\nepochs: 3\n")
    assert "@package" in faults("train", "optim=mine")


def test_a_preset_cannot_rename_an_option(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("model:", "  name: tiny"))
    problem = faults("train", "experiment=mine")["model.name"]
    assert (problem.origin, problem.cause) == (
        "conf/experiment/mine.yaml:3",
        "an option is chosen, not renamed",
    )


def test_a_part_that_is_no_group_of_keys(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("model: tiny", "trainer: null", "logger: [1]"))
    found = faults("train", "experiment=mine")
    assert found["model"].line() == (
        "model (conf/experiment/mine.yaml:2): should be keys and values, not 'tiny'. "
        "Choose in the defaults list: - override /model: OPTION."
    )
    assert set(found) == {"model", "trainer", "logger"}


def test_numbers_as_keys_are_unknown_keys(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("1: a", "optim: {true: 2, 3: 4}"))
    assert {"1", "optim.True", "optim.3"} <= set(faults("train", "experiment=mine"))


def test_what_the_command_line_replaces_is_still_told(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("defaults:", "  - override /model: tinny"))
    assert faults("train", "experiment=mine", "model=tiny")["model"].origin == "conf/experiment/mine.yaml:3"


def test_files_beside_the_yaml_files_do_no_harm(conf: Write) -> None:
    conf("experiment/mine.yaml", preset("seed: ["))
    conf("experiment/notes.txt", "hello")
    (conf("model/x.yaml", "").parent / "loop").symlink_to("loop")
    assert "YAML" in faults("train", "experiment=mine")
