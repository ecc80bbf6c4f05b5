"""The four parts of docs/plugins.md: chosen by name, listed, checked, told from where they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.conftest import faults
from tests.config.plugin_page import write_parts
from wfllm.cli import main
from wfllm.config.compose import compose
from wfllm.config.plugins import VARIABLE
from wfllm.config.schema import HeldOutData, Metrics, Prompts, Strategy

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's folder, in use, seen from the folder that holds it."""
    folder = tmp_path / "my_parts"
    written = write_parts(folder)
    assert sorted(written) == [
        "data/csv.py", "data/csv.yaml", "metrics/lines.py", "metrics/lines.yaml", "prompts/terse.yaml",
        "strategy/norms.py", "strategy/norms.yaml",
    ]  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "my_parts")
    return folder


def test_each_is_chosen_by_its_name(parts: Path) -> None:
    chosen = ["strategy=norms", "metrics=lines", "data=csv", "data.path=table.csv", "prompts=terse"]
    composed = compose("train", [*chosen, "strategy.biases=false"])
    config = composed.config
    strategy, metrics, data, prompts = (
        getattr(config, g) for g in ("strategy", "metrics", "data", "prompts")
    )
    assert isinstance(strategy, Strategy)
    assert strategy.model_dump() == {"name": "norms", "biases": False}
    assert isinstance(metrics, Metrics)
    assert metrics.model_dump(include={"families", "comments"}) == {
        "families": ["codebleu", "checks", "lines"],
        "comments": False,
    }
    assert isinstance(data, HeldOutData)
    assert data.model_dump(include={"delimiter", "dev_share"}) == {"delimiter": ",", "dev_share": 0.1}
    assert isinstance(prompts, Prompts)
    assert prompts.documentation == "signature"
    assert "{query}" in prompts.user  # of the default one that it builds on
    assert composed.plain["optim"]["lr"] == 5e-3  # its own rate


def test_what_is_not_chosen_is_not_imported(parts: Path) -> None:
    (parts / "strategy" / "norms.py").write_text("raise RuntimeError('imported')")
    composed = compose("train", ["metrics=lines"])
    assert composed.choices["strategy"] == "lora"


def test_they_are_listed_as_the_built_in_ones(parts: Path, capsys: Capture) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for line in (
        "    norms                  The norms alone are trained. (plug-in)",
        "    csv                    A CSV table, a request and its workflow a row: data.path=FILE. (plug-in)",
        "    terse                  The default layout, with the names of the functions alone. (plug-in)",
    ):
        assert line in out.splitlines()
    assert out.split("\nPlug-ins\n")[1].startswith("  my_parts\n\n")
    assert main(["train", "--help"]) == 0
    lines = {
        line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.startswith("    ")
    }
    assert lines["strategy.biases"].endswith(
        "bool = true: Train biases too, where the model has them. (of strategy=norms)"
    )
    assert lines["metrics.comments"].endswith("bool = false: Count comments, too. (of metrics=lines)")
    assert lines["data.delimiter"].endswith("text = ',': What stands between two cells. (of data=csv)")
    assert "structure | lines, …]" in lines["metrics.families"]


def test_the_reference_has_them_where_they_are(parts: Path) -> None:
    from wfllm.config.reference import reference_markdown

    page = reference_markdown()
    assert "| `norms` | The norms alone are trained. |" in page
    assert "Keys of `strategy=norms`. The norms are trained, everything else stays." in page


@pytest.mark.parametrize(
    ("overrides", "key", "told"),
    [
        (["strategy=norm"], "strategy", "Did you mean norms?"),
        (["strategy=norms", "strategy.bias=false"], "strategy.bias", "Did you mean strategy.biases?"),
        (["strategy=norms", "strategy.biases=3"], "strategy.biases", "should be true or false, not 3"),
        (["strategy.biases=true"], "strategy.biases", "It belongs to strategy=norms."),
        (
            ["metrics.families=[line]"],
            "metrics.families.0",
            "'structure' or 'lines', not 'line'. Did you mean",
        ),
        (["metrics.families=[lines]"], "metrics.families", "Choose it with metrics=lines."),
        (["data=csv"], "data.path", "not given"),
        (["prompts=terse", "prompts.documentation=none"], "prompts.documentation", "should be 'json'"),
    ],
)
def test_a_mistake_is_told_with_the_nearest_valid_name(
    parts: Path, overrides: list[str], key: str, told: str
) -> None:
    assert told in faults("train", *overrides)[key].line()


def test_a_mistake_in_its_file_is_told_with_its_line(parts: Path) -> None:
    path = parts / "strategy" / "norms.yaml"
    path.write_text(path.read_text() + "bias: false\n")
    problem = faults("train", "strategy=norms")["strategy.bias"]
    assert problem.origin == "my_parts/strategy/norms.yaml:3"
    preset = parts / "experiment" / "mine.yaml"
    preset.parent.mkdir()
    preset.write_text("# @package _global_\n# Mine.\noptim:\n  lrr: 1\n")
    assert faults("train", "experiment=mine")["optim.lrr"].origin == "my_parts/experiment/mine.yaml:4"


def test_a_preset_chooses_them(parts: Path) -> None:
    preset = parts / "experiment" / "mine.yaml"
    preset.parent.mkdir()
    preset.write_text(
        "# @package _global_\n# Mine.\ndefaults:\n  - /experiment/tiny\n  - override /strategy: norms\n"
    )
    composed = compose("train", ["experiment=mine"])
    assert composed.choices["strategy"] == "norms"
    assert composed.plain["model"]["name"] == "tiny"


def test_two_folders_are_separated_as_in_path(
    parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "strategy" / "norms_alone.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("# Without biases.\nname: norms\nbiases: false\n")
    monkeypatch.setenv(VARIABLE, f"my_parts:{tmp_path / 'other'}")
    assert compose("train", ["strategy=norms_alone"]).plain["strategy"] == {"name": "norms", "biases": False}


def test_a_broken_file_of_a_plug_in_hides_no_other_mistake(parts: Path) -> None:
    (parts / "strategy" / "norms.yaml").write_text("name: norms\n  biases: [\n")
    preset = parts / "experiment" / "mine.yaml"
    preset.parent.mkdir()
    preset.write_text("# @package _global_\n# Mine.\ndefaults:\n  - override /prompts: ters\n")
    found = faults("train", "strategy=norms", "experiment=mine", "metrics=lines", "metrics.coments=true")
    assert {key: problem.origin for key, problem in found.items()} == {
        "YAML": "my_parts/strategy/norms.yaml:2",
        "prompts": "my_parts/experiment/mine.yaml:4",
        "metrics.coments": "command line",
    }
    assert "Did you mean terse?" in found["prompts"].mend


def test_help_without_plug_ins_loads_no_schema() -> None:
    code = (
        "import sys; from wfllm.cli import main; main(['--help']); "
        "print('loaded', *sorted({'pydantic', 'hydra', 'omegaconf'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded"


def test_a_search_looks_for_its_metric_and_draws_its_keys(parts: Path) -> None:
    from wfllm.search.check import read_search

    search = read_search(
        ["experiment=tiny", "sweep=optuna", "metrics=lines", "sweep.metric=after-id/lines",
         "strategy=norms,lora", "strategy.biases=true,false"]
    )  # fmt: skip
    assert search.sweep.metric == "after-id/lines"
    assert [p.key for p in search.space.active({"strategy": "norms"})] == ["strategy.biases"]
    assert search.space.active({"strategy": "lora"}) == []
