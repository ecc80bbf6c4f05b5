"""The presets that ship: what their headers tell, which of them belong together, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.conftest import Write, faults, preset
from tests.config.test_compose import PRESETS, composed_once, preset_command
from wfllm.cli import main
from wfllm.config.compose import compose, differences
from wfllm.config.groups import option_files
from wfllm.config.presets import commands_of, presets_for

LABELS = ("Paper", "Expected", "Hardware", "Time")
SMALL = [name for name in PRESETS if name.endswith("_small")]
LARGE = [name for name in PRESETS if f"{name}_small" in PRESETS]
BASE = "paper/workflowllama_small"


def plain(name: str) -> dict[str, Any]:
    command, overrides = preset_command(name)
    return composed_once(command, *overrides).plain


def changed(left: str, right: str) -> set[str]:
    """Keys that differ between two presets."""
    return {key for key, _, _ in differences(plain(left), plain(right))}


@pytest.mark.parametrize("name", PRESETS)
def test_a_header_tells_command_row_number_hardware_and_time(name: str) -> None:
    lines = option_files("experiment")[name].read_text(encoding="utf-8").splitlines()
    head = lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]
    commands = ("# wfllm train ", "# wfllm evaluate ", "# wfllm build ")
    assert head[1].startswith(commands), "the second line is the command"
    told = {line[2:].split(": ")[0]: line for line in head if ": " in line}
    assert set(LABELS) <= set(told)
    assert "table" in told["Paper"] or "row" in told["Paper"]
    assert max(map(len, head)) <= 120


def test_every_row_of_the_paper_has_a_large_and_a_small_preset() -> None:
    rows = ["workflowllama", "workflowllama_code", "annotator", "ood", "zero_shot", "icl", "synthetic"]
    ablations = ["no_plan", "no_comments", "code_only", "no_synthetic"]
    wanted = {f"paper/{name}" for name in rows} | {f"ablation/{name}" for name in ablations} | {"teval"}
    assert set(LARGE) == wanted
    assert {f"{name}_small" for name in wanted} == set(SMALL)


@pytest.mark.parametrize("name", [name for name in SMALL if preset_command(name)[0] != "build"])
def test_small_ones_have_the_size_of_their_base(name: str) -> None:
    """The size is chosen in one file. Those of `wfllm evaluate` cannot build on it, and have the same."""
    size = ("model.name", "model.dtype", "decoding.max_new_tokens", "decoding.batch_size")
    own, base = plain(name), plain(BASE)
    if preset_command(name)[0] == "evaluate":
        assert [own["limit"], own["split"]] == [base["evaluation"]["limit"], *base["evaluation"]["splits"]]
        assert not set(own["model"].items()) ^ set(base["model"].items())
        assert (own["prompts"], own["target"], own["data"]) == (base["prompts"], base["target"], base["data"])
    else:
        assert own["strategy"] == base["strategy"]
        assert own["evaluation"]["limit"] == base["evaluation"]["limit"]
    for key in size:
        group, leaf = key.split(".")
        assert own[group][leaf] == base[group][leaf], key


@pytest.mark.parametrize("small", ["", "_small"])
def test_a_row_of_table_4_differs_in_what_its_name_says(small: str) -> None:
    base = f"paper/workflowllama{small}"
    of_target = {"target.name", "target.plan", "target.comments"}
    for name in ("no_plan", "no_comments", "code_only"):
        keys = changed(base, f"ablation/{name}{small}")
        assert keys <= of_target
        assert plain(f"ablation/{name}{small}")["target"]["name"] == name
    without = changed(base, f"ablation/no_synthetic{small}")
    assert without == (set() if small else {"data.synthetic", "trainer.plan_records"})


def test_the_released_codes_quirks_are_the_keys_that_differ_from_the_text() -> None:
    quirks = {
        "prompts.bos",
        "target.weights.header",
        "trainer.loss_mean",
        "trainer.over_length",
        "trainer.clip",
    }
    keys = changed("paper/workflowllama", "paper/workflowllama_code")
    parts = {key for key in keys if key.split(".")[0] in ("model", "decoding", "metrics")}
    assert keys - parts == quirks | {"trainer.epochs", "trainer.accumulate"}
    assert quirks <= changed(BASE, "paper/workflowllama_code_small")
    code = plain("paper/workflowllama_code")
    assert code["trainer"]["devices"] * code["trainer"]["accumulate"] * code["trainer"]["batch_size"] == 16
    text = plain("paper/workflowllama")["trainer"]
    assert text["devices"] * text["accumulate"] * text["batch_size"] == 32


def test_what_is_planned_for_are_the_papers_numbers() -> None:
    counted = {name: plain(name).get("trainer", {}).get("plan_records") for name in LARGE}
    seed = 105_573 - 91_992  # what is trained on, without the synthetic records (paper, table 1)
    assert counted == {
        **dict.fromkeys(LARGE, 105_573),
        **dict.fromkeys(("paper/annotator", "ablation/no_synthetic"), seed),
        "paper/ood": 8_071,
        "paper/zero_shot": None,
        "paper/icl": None,
        "paper/synthetic": None,
    }


@pytest.mark.parametrize(
    ("command", "name", "meant"),
    [("train", "paper/zero_shot", "evaluate"), ("evaluate", "starter", "train"), ("teval", "teval", "train")],
)
def test_another_commands_preset_is_one_kind_line(
    command: str, name: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, f"experiment={name}", "seed=x", "questions=q"]) == 2
    first, line = capsys.readouterr().err.splitlines()
    assert first.startswith("1 problem")
    assert f"{name} is a preset of wfllm {meant}. Type: wfllm {meant} experiment={name}" in line


def test_a_preset_that_names_no_command_is_anybodys(conf: Write) -> None:
    path = conf("experiment/mine.yaml", preset("seed: 4"))
    assert commands_of(path) == []
    for command in ("train", "evaluate"):
        assert "mine" in presets_for(command)
        assert compose(command, ["experiment=mine"]).plain["seed"] == 4
    conf("experiment/mine.yaml", preset("# wfllm evaluate experiment=mine", "# Mine.", "seed: 4"))
    assert "experiment" in faults("train", "experiment=mine")


def test_help_lists_the_presets_of_the_command_alone(capsys: pytest.CaptureFixture[str]) -> None:
    texts = {}
    for command in ("train", "evaluate", "teval"):
        assert main([command, "--help"]) == 0
        texts[command] = capsys.readouterr().out
    assert "paper/workflowllama " in texts["train"]
    assert "paper/zero_shot " not in texts["train"]
    assert "paper/zero_shot " in texts["evaluate"]
    assert "experiment=\n" not in texts["teval"]
