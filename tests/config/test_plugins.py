"""Plug-ins that are broken, and what they must not do. Each fault is one line, and costs its part alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.config.conftest import faults
from tests.config.plugin_page import write_part
from wfllm.cli import main
from wfllm.config.compose import compose
from wfllm.config.plugins import VARIABLE, module_files, modules_in_use, require
from wfllm.errors import WfllmError

Capture = pytest.CaptureFixture[str]
STRATEGY = """\
from wfllm.config.schema import Strategy


class Options(Strategy):
    depth: int = 1
    "How deep."


def apply(model, options):
    return model
"""
LATER = "from __future__ import annotations\n"
OTHER_NAME = "from typing import Literal\n" + STRATEGY.replace(
    '    depth: int = 1\n    "How deep."\n', '    name: Literal["other"]\n'
)
METRIC = "HEADINGS = {'m': 'a metric'}\ndef score(predictions, catalogue, metrics):\n    return []\n"
DATA = "from wfllm.config.schema import Data\nclass Options(Data): ...\ndef read(options):\n    return []\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty plug-in folder, in use."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts").mkdir()
    monkeypatch.setenv(VARIABLE, "parts")
    return tmp_path / "parts"


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (
            "import nothing_of_this_name\n",
            "s.py:1: ModuleNotFoundError: No module named 'nothing_of_this_name'",
        ),
        ("x = 1\ndef f(:\n", "s.py:2: SyntaxError"),
        ("x = 1\n\nraise SystemExit(3)\n", "s.py:3: SystemExit: 3"),
        ("", "s.py: there is no Options in it"),
        (STRATEGY.replace("Strategy)", "object)"), "s.py:4: Options is no class Options(Strategy)"),
        (STRATEGY.replace("depth: int", "depth: Deep"), "s.py:5: NameError: name 'Deep' is not defined"),
        (
            LATER + STRATEGY.replace("depth: int", "depth: Deep"),
            "s.py:5: Options cannot be built: name 'Deep' is not",
        ),
        (OTHER_NAME, "s.py:5: Options is called other, and the module s"),
        (STRATEGY.replace("def apply", "def aply"), "s.py: there is no apply in it"),
        (STRATEGY.replace("(model, options)", "(model)"), "s.py:9: apply does not take (model, options)"),
        (STRATEGY + "save = 3\n", "s.py:11: save is no function save(model, folder)"),
    ],
)
def test_a_broken_module_is_one_line_where_it_is_asked_for(
    folder: Path, capsys: Capture, module: str, told: str
) -> None:
    write_part(folder, "strategy", "s", module)
    assert main(["train", "strategy=s", "--cfg", "job"]) == 2
    head, line = capsys.readouterr().err.splitlines()
    assert head.startswith("1 problem")
    assert line.startswith("  strategy.name (parts/strategy/s.yaml:2): parts/strategy/")
    assert told in line
    assert main(["--help"]) == 0
    (shown,) = [t for t in capsys.readouterr().out.splitlines() if t.startswith("    s  ")]
    assert "broken plug-in: parts/strategy/" in shown
    assert told in shown
    assert compose("train", ["strategy=full"]).choices["strategy"] == "full"  # the rest goes on


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (METRIC.replace("HEADINGS", "HEADS"), "m.py: there is no HEADINGS in it"),
        (METRIC.replace("{'m': 'a metric'}", "{}"), "m.py:1: HEADINGS is no dictionary"),
        (METRIC.replace("'a metric'", "3"), "m.py:1: HEADINGS holds something that is no text"),
        (METRIC.replace("'m'", "'codebleu'"), "m.py:1: HEADINGS holds codebleu: metrics are called m or m_…"),
        (METRIC + "DETAILS = {'x'}\n", "m.py:4: DETAILS names 'x'"),
        (METRIC.replace(", metrics)", ")"), "m.py:2: score does not take"),
        (METRIC + "1 / 0\n", "m.py:4: ZeroDivisionError"),
    ],
)
def test_a_broken_family_is_told_where_it_is_asked_for(folder: Path, module: str, told: str) -> None:
    write_part(folder, "metrics", "m", module, "families: [m]\n")
    assert told in faults("train", "metrics.families=[checks,m]")["metrics.families"].line()
    assert compose("train", []).choices["metrics"] == "default"
    assert len(faults("train", "metrics=m")) == 1


def test_a_broken_source_is_told(folder: Path) -> None:
    write_part(folder, "data", "d", DATA.replace("read", "rad"))
    assert "d.py: there is no read in it" in faults("train", "data=d")["data.name"].line()


def test_a_broken_plug_in_hides_no_other_mistake(folder: Path) -> None:
    write_part(folder, "strategy", "s", "1 / 0\n")
    assert set(faults("train", "strategy=s", "optim.lrr=1")) == {"strategy.name", "optim.lrr"}
    assert main(["train", "--help"]) == 0


@pytest.mark.parametrize(("group", "name"), [("strategy", "lora"), ("data", "starter")])
def test_no_plug_in_replaces_a_built_in_part(folder: Path, capsys: Capture, group: str, name: str) -> None:
    path = write_part(folder, group, name, "raise RuntimeError('imported')\n")
    told = {problem.line() for problem in faults("train", f"{group}={name}").values()}
    assert any(f"(parts/{group}/{name}.yaml): {name} is conf/{group}/{name}.yaml already" in t for t in told)
    path.with_suffix(".yaml").unlink()
    assert f"{name} is a built-in part of {group}, which no plug-in replaces" in (
        faults("train", f"{group}={name}")[f"{group}.name"].line()
    )
    assert main(["--help"]) == 0
    assert f"  parts/{group}/{name}.py: {name} is a part of {group} already." in capsys.readouterr().out


@pytest.mark.parametrize("family", ["codebleu", "judge"])
def test_no_plug_in_replaces_a_built_in_family(folder: Path, family: str) -> None:
    write_part(folder, "metrics", family, "raise RuntimeError('imported')\n", f"families: [{family}]\n")
    told = faults("train", f"metrics={family}")["metrics.name"].line()
    assert f"{family} is a built-in part of metrics, which no plug-in replaces" in told
    told = faults("train", f"metrics.families=[{family}]")["metrics.families"].line()
    assert f"metrics/{family}.py is called as the built-in {family}" in told


def test_a_prompt_of_a_built_in_name_is_an_error(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "default.yaml").write_text("name: default\n")
    assert "no plug-in replaces another part" in faults("train")["prompts"].line()


def test_two_plug_ins_of_one_name_are_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_part(folder, "strategy", "s", STRATEGY)
    write_part(tmp_path / "others", "strategy", "s", STRATEGY)
    monkeypatch.setenv(VARIABLE, "parts:others")
    found = faults("train", "strategy=s")
    assert (
        found["strategy"].line().startswith("strategy (others/strategy/s.yaml): s is parts/strategy/s.yaml")
    )
    assert "others/strategy/s.py: parts/strategy/s.py is called so, too" in found["strategy.name"].line()


def test_a_folder_that_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv(VARIABLE, "parts:nowhere/at/all")
    assert main(["train"]) == 1
    assert capsys.readouterr().err.startswith("WFLLM_PLUGINS=nowhere/at/all: no such folder.")


def test_help_tells_what_is_part_of_nothing(folder: Path, capsys: Capture) -> None:
    write_part(folder, "strategies", "s", STRATEGY)
    write_part(folder, "model", "m", "x = 1\n")
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "  parts/strategies: no config group is called so. Did you mean strategy/?" in out
    assert "  parts/model/m.py: model takes YAML files alone." in out


@pytest.mark.parametrize(
    "override",
    [
        "strategy=../strategy/s",
        "strategy=s.py",
        "+plugins=parts",
        "WFLLM_PLUGINS=parts",
        "hydra.searchpath=[x]",
    ],
)
def test_no_command_line_says_where_modules_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, override: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    write_part(tmp_path / "parts", "strategy", "s", "import sys\nsys.stolen = True\n")
    faults("train", override)
    assert not hasattr(sys, "stolen")


def test_no_yaml_says_where_modules_come_from(folder: Path, tmp_path: Path) -> None:
    write_part(tmp_path / "elsewhere", "strategy", "s", "import sys\nsys.stolen = True\n")
    (folder / "strategy").mkdir()
    for name in ("../../elsewhere/strategy/s", "elsewhere.strategy.s", f"{tmp_path}/elsewhere/strategy/s"):
        (folder / "strategy" / "t.yaml").write_text(f"name: {name}\n")
        assert "no part" in faults("train", "strategy=t")["strategy.name"].cause
    assert not hasattr(sys, "stolen")


def test_modules_in_use_are_those_that_the_config_names(folder: Path) -> None:
    write_part(folder, "strategy", "s", STRATEGY)
    write_part(folder, "strategy", "t", "raise RuntimeError('imported')\n")
    write_part(folder, "metrics", "m", METRIC)
    write_part(folder, "data", "d", DATA)
    assert modules_in_use(compose("train", []).plain) == {}
    used = modules_in_use(
        compose("train", ["strategy=s", "metrics.families=[m]", "data=mix", "data.parts=[starter,2*d]"]).plain
    )
    assert list(used) == ["data/d.py", "metrics/m.py", "strategy/s.py"]
    assert all(len(digest) == 64 for digest in used.values())
    assert (
        modules_in_use({"strategy": 3, "metrics": {"families": 3}, "data": {"parts": "d"}}) == {}
    )  # damaged


def test_what_something_was_made_with_is_required(folder: Path) -> None:
    write_part(folder, "strategy", "s", STRATEGY)
    require({"strategy/s.py": "digest"}, "run")
    require({}, "run")
    require(None, "run")  # of a version that had none
    with pytest.raises(WfllmError) as caught:
        require({"strategy/gone.py": "digest"}, "checkpoint=run")
    assert caught.value.line() == (
        "checkpoint=run: was made with the plug-in strategy/gone.py, which is not here. "
        "Set WFLLM_PLUGINS to the folder that holds strategy/gone.py."
    )


def test_files_that_are_left_alone(folder: Path) -> None:
    for name in ("__init__", "_shared", ".hidden"):
        write_part(folder, "strategy", name, "1 / 0\n")
    assert module_files("strategy") == {}
