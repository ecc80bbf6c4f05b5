"""A real server with a model far too small for this: the build ends, and says what became of everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.stages.test_thoughts import dataset, records
from tests.llm.test_serve import url, weights  # noqa: F401 - fixtures
from wfllm.cli import main

pytestmark = pytest.mark.slow


def test_a_small_model_mostly_fails_and_nothing_is_lost(
    url: str,  # noqa: F811
    weights: str,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = records(tmp_path / "r.jsonl", 2)
    command = ["build", "data=records", f"data.path={data}", f"output={tmp_path / 'b'}", "formats=[]"]
    command += ["thoughts=llm", "thoughts.overwrite=true", "expand.count=2", "splits.id=0", "splits.dev=0"]
    command += [f"llm.base_url={url}", f"llm.model={weights}", "llm.key_variable=null", "llm.timeout=300"]
    command += ["llm.max_tokens=48", "llm.again=1", "llm.concurrency=1", "splits.ood=0"]
    assert main(command) == 0
    made = [json.loads(line) for text in dataset(tmp_path / "b").values() for line in text.splitlines()]
    assert [record["id"] for record in made] == ["r0", "r1"]
    for record in made:
        assert record["query"]
        assert record["task_plan"]
        by, failed = record["meta"]["thoughts"], record["meta"].get("not_by_llm", {})
        assert set(by) | set(failed) == {"rename", "comments", "plan", "query"}
        assert all("no answer of the right form in 2 tries: " in reason for reason in failed.values())
        usage = record["meta"]["usage"]
        assert all(counts["prompt_tokens"] > 100 for counts in usage.values())
    (folder,) = (tmp_path / "b").glob("*_expand")
    kept = (folder / "chunk-000000.jsonl").read_text().splitlines()
    lost = folder / "chunk-000000.dropped.jsonl"
    drops = [json.loads(line) for line in lost.read_text().splitlines()] if lost.exists() else []
    assert len(kept) + len(drops) == 2
    assert {drop["rule"] for drop in drops} <= {"expand", "similar"}
    before = dataset(tmp_path / "b")
    out = capsys.readouterr().out
    assert "expand" in out
    assert main(command) == 0
    assert dataset(tmp_path / "b") == before
