"""`wfllm evaluate judge=openai`: verdicts, scores and results; what is asked again, and what is not."""

from __future__ import annotations

import csv
import functools
import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.llm.fault_server import FaultServer
from wfllm.bench.record import Record
from wfllm.commands import evaluate, report, scoring
from wfllm.config.compose import compose
from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import Prediction, prediction, read_predictions
from wfllm.tracking.run_folder import RunFolder, find_runs

COUNT = 4


class Writer:
    """Stands in for a model: answers with the references, but for one answer without code."""

    def __init__(self) -> None:
        self.answered = 0

    def answer(self, _title: str, records: Sequence[Record], path: Path) -> list[Prediction]:
        known = read_predictions(path)
        if not known:
            path.parent.mkdir(parents=True, exist_ok=True)
            for i, record in enumerate(records):
                self.answered += 1
                answer = f"Code:\n```python\n{record.annotated_code}\n```" if i else "I cannot."
                item = prediction(record, answer)
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(item)) + "\n")
                known[item.id] = item
        return [known[r.id] for r in records]


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Writer:
    writer = Writer()
    monkeypatch.setattr(scoring, "answering", lambda *_: writer.answer)
    monkeypatch.setattr(report, "leave_report", lambda *_: None)
    monkeypatch.setattr(evaluate, "base_files", lambda *_: "")
    monkeypatch.setattr(evaluate, "load_tokenizer", lambda *_: None)
    return writer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A judge that lets two of the three workflows pass that have code."""
    # certificates are read once, not for each client: nothing here is encrypted
    monkeypatch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
    server = FaultServer()
    failing: list[str] = []

    def say(messages: list[dict[str, str]]) -> str:
        text = messages[1]["content"]
        case = text.partition("<workflow ")[2].partition(">")[0]
        with server.lock:
            if not failing:
                failing.append(case)
        return json.dumps({"case": case, "reason": "As asked.", "passes": case not in failing})

    server.say = say
    yield server
    server.close()


Evaluate = Callable[..., RunFolder]


@pytest.fixture
def run(writer: Writer, server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """`wfllm evaluate` in this process; the folder of the newest run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")

    def run(*more: str) -> RunFolder:
        llm = {
            "base_url": server.url, "model": "m", "key_variable": "null", "first_wait": 0.01, "retries": 0,
            "stop_after": "null", "concurrency": 1,
        }  # fmt: skip
        keys = [
            "logger=none",
            "model=tiny",
            "data.max_records=24",
            f"limit={COUNT}",
            "metrics.families=[checks]",
        ]
        keys += ["judge=openai", *(f"judge.llm.{k}={v}" for k, v in llm.items()), *more]
        try:
            assert evaluate.run(compose("evaluate", keys)) == 0
        finally:
            newest = max(find_runs("outputs"), key=lambda r: (r.path / "run.json").stat().st_mtime_ns)
        return newest

    return run


def verdicts(folder: RunFolder) -> list[dict[str, Any]]:
    (file,) = (folder.path / "predictions").glob("*.verdicts.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").strip().split("\n")]


@pytest.mark.slow
def test_verdicts_scores_and_results(
    run: Evaluate, server: FaultServer, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run("judge.votes=3")
    said = capsys.readouterr().out
    assert "pass rate" in said
    told = verdicts(folder)
    assert [v["passes"] for v in told].count(True) == 2
    assert told[0]["votes"] == [{"passes": False, "reason": "Not asked: there is no code in the answer."}]
    assert [len(v["votes"]) for v in told] == [1, 3, 3, 3]
    assert server.received.total() == 9
    with (folder.path / "predictions" / "scores-id.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [v["id"] for v in told]
    assert [row["passes"] for row in rows] == [str(float(v["passes"])) for v in told]
    assert [row["judge_agreement"] for row in rows] == ["", "1.0", "1.0", "1.0"]
    results = folder.info["results"]
    assert results["scores"]["id"]["passes"] == 0.5
    judged = results["judge"]["id"]
    assert (judged["judged"], judged["unjudged"], judged["not_asked"], judged["labels"]) == (4, 0, 1, None)
    assert judged["rate"]["value"] == 0.5
    assert judged["rate"]["low"] < 0.5 < judged["rate"]["high"]

    again = run("judge.votes=3", "judge.llm.concurrency=2", "judge.llm.budget_requests=1")
    assert again.path == folder.path  # how fast it is asked makes no other run
    assert "This very evaluation is finished" in capsys.readouterr().out


@pytest.mark.slow
def test_another_judge_and_labels_need_no_new_answers(
    run: Evaluate, server: FaultServer, writer: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run()
    asked = server.received.total()
    labels = tmp_path / "labels.csv"
    ids = [v["id"] for v in verdicts(first)]
    labels.write_text(
        "id,passes\n" + "".join(f"{name},{i > 1}\n" for i, name in enumerate(ids)) + "?,maybe\n"
    )
    second = run(f"judge.labels={labels}")
    assert second.path != first.path
    assert writer.answered == COUNT
    assert server.received.total() == asked
    judged = second.info["results"]["judge"]["id"]
    assert (judged["labelled"], judged["labels"]) == (4, 4)
    assert judged["agreement"]["value"] == 1
    assert judged["corrected"]["value"] == 0.5
    said = capsys.readouterr().out
    assert "they are not generated again" in said
    assert "Cohen's kappa" in said
    assert "passes is 'maybe', not true or false" in said
    labels.write_text("id,passes\n" + "".join(f"{name},yes\n" for name in ids))
    third = run(f"judge.labels={labels}")  # other words in the same file are another run
    assert third.info["results"]["judge"]["id"]["agreement"]["value"] == 0.5


@pytest.mark.slow
def test_a_judge_that_stops_leaves_a_run_that_goes_on(
    run: Evaluate, server: FaultServer, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WfllmError) as caught:
        run("judge.llm.budget_requests=2")
    assert "1 of 4 predictions wait for it (" in caught.value.line()
    assert "judge.llm.budget_requests=2 is used up" in caught.value.line()
    (folder,) = find_runs("outputs")
    assert folder.info["status"] == "failed"
    assert folder.info["results"]["judge"]["id"]["unjudged"] == 1
    assert [v["passes"] for v in verdicts(folder)].count(None) == 1
    assert "1 unjudged, and in no pass rate" in capsys.readouterr().out
    whole = run("judge.llm.budget_requests=5")
    assert whole.path == folder.path
    assert whole.finished
    assert (writer.answered, server.received.total()) == (COUNT, 3)
    assert None not in [v["passes"] for v in verdicts(whole)]


def test_labels_that_cannot_be_read_are_told_before_anything(run: Evaluate, writer: Writer) -> None:
    with pytest.raises((WfllmError, ValueError)) as caught:
        run("judge.labels=nothing.csv")
    assert "nothing.csv" in f"{caught.value}{caught.value.__context__}"
    assert writer.answered == 0


def test_a_key_that_is_missing_is_told_before_anything(
    run: Evaluate, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(WfllmError, match=r"judge\.llm\.key_variable: "):
        run("judge.llm.base_url=https://judge.invalid/v1", "judge.llm.key_variable=NO_SUCH_KEY")
    assert writer.answered == 0
