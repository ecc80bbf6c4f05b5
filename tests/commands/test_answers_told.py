"""What commands hand to generation, and what they say of requests that nobody could be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.commands.exporting import finished_run
from wfllm.bench.record import Record
from wfllm.commands import generate, scoring
from wfllm.commands.prepare import Work
from wfllm.commands.report import print_results
from wfllm.config.compose import compose
from wfllm.evaluation.generation.choose import NO_CODE
from wfllm.evaluation.predictions import Prediction, prediction
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
)
GOOD = "```python\nis_workflow_actions_alert(WFAlertActionMessage='Hi')\n```"


def seen_by(monkeypatch: pytest.MonkeyPatch, module: Any) -> list[Callable[[int, str], int]]:
    """What a module's generation chooses by."""
    seen: list[Callable[[int, str], int]] = []

    def answer(_model: Any, _tokenizer: Any, prompts: list[str], *_: Any, **keys: Any) -> list[str]:
        seen.append(keys["faults"])
        return [GOOD for _ in prompts]

    monkeypatch.setattr(module, "generate", answer)
    return seen


def test_generate_chooses_among_several_by_what_the_checker_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = seen_by(monkeypatch, generate)
    asked = ["query=Say hi.", f"checkpoint={finished_run(tmp_path)}", "decoding=best_of"]
    generate.run(compose("generate", [*asked, "apis=[is.workflow.actions.alert]"]))
    (faults,) = seen
    assert faults(0, "no code") == NO_CODE
    assert 0 == faults(0, GOOD) < faults(0, GOOD.replace("alert(", "alarm("))


@pytest.mark.slow
def test_samples_in_training_are_chosen_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext
    from types import SimpleNamespace

    from wfllm.evaluation import samples

    seen = seen_by(monkeypatch, samples)
    monkeypatch.setattr(samples, "fitting_prompt", lambda *_: "prompt")
    config: Any = compose("train", ["experiment=tiny", "decoding=best_of"]).config
    about = (None, load_catalogue(), config.prompts, config.target, config.decoding)
    record = Record("Say hi.", ["is.workflow.actions.alert"], "", "", id="r")
    callback = samples.Samples([record], *about, keep=lambda _rows: None)
    model = SimpleNamespace(training=True, config=SimpleNamespace(), train=lambda _on: None)
    trainer: Any = SimpleNamespace(precision_plugin=SimpleNamespace(forward_context=nullcontext))
    module: Any = SimpleNamespace(model=model)
    assert callback.answer(trainer, module) == [GOOD]
    assert (seen[0](0, GOOD), seen[0](0, "no code")) == (0, NO_CODE)


def test_requests_that_do_not_fit_are_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [Record(f"Request {n}", [], "", "x = 1", id=f"r{n}") for n in range(4)]
    found: list[Prediction] = [prediction(record, GOOD) for record in records[1:]]
    found.append(prediction(records[0], None))
    monkeypatch.setattr(scoring, "answering", lambda *_: lambda *_: found)
    config: Any = compose("evaluate", ["logger=none", "metrics.families=[codebleu]"]).config
    work = Work({"train": [], "id": records}, load_catalogue(), "f")
    (tmp_path / "predictions").mkdir()
    run = RunFolder(tmp_path)
    means = scoring.evaluate_splits("scores", None, None, {"id": records}, work, config, run, Tracker())
    assert (means["id"]["samples"], means["id"]["unfit"]) == (4, 1)
    info = {"id": "1", "command": "evaluate", "experiment": "x", "started": "", "status": "finished"}
    told = {**info, "overrides": [], "results": {"scores": means}}
    (tmp_path / "run.json").write_text(json.dumps(told))
    print_results(Console(width=200), run)
    out = capsys.readouterr().out
    assert "1 of 4 requests did not fit the model's context (scores); their answers are empty." in out
    assert "│ unfit" not in out


def test_scores_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "scores-id.csv"
    scoring.write_scores(path, ["a"], [{"codebleu": 0.5}])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="fields not in fieldnames"):
        scoring.write_scores(path, ["a", "b"], [{"codebleu": 0.5}, {"other": 0.5}])
    assert path.read_bytes() == before == b"id,codebleu\r\na,0.5\r\n"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
