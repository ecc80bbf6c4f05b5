"""Real models as annotators, through the real command: a checkpoint trained here, and one behind a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages import fake_model
from tests.bench.stages.conftest import keys
from tests.bench.stages.test_annotate import files, rows
from tests.commands.conftest import QUICK, Run, the_run, wfllm  # noqa: F401 - a fixture
from tests.llm.fault_server import FaultServer
from tests.llm.test_serve import url, weights  # noqa: F401 - fixtures
from wfllm.bench.sources.records import read_records
from wfllm.llm.cache import Cache

pytestmark = pytest.mark.slow
FEW = ["data=starter", "data.max_records=4", "expand.most_apis=3", "formats=[]"]


def remembered(root: Path, purpose: str) -> list[dict[str, Any]]:
    cache = Cache(root / "answers.sqlite")
    try:
        return [record for record in cache.records() if record["purpose"] == purpose]
    finally:
        cache.close()


def told(root: Path) -> dict[str, str]:
    """Id → rule of everything that was dropped."""
    found = sorted(root.glob("0[89]_*/*.dropped.jsonl"))
    return {row["item"]["id"]: row["rule"] for p in found for row in rows(p)}


def test_a_trained_checkpoint_writes_what_evaluation_would(
    server: FaultServer,
    wfllm: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    from wfllm.commands.answering import for_generation
    from wfllm.commands.checkpoint import open_checkpoint
    from wfllm.commands.prepare import settle
    from wfllm.config.schema import Decoding
    from wfllm.data.fitting import fitting_prompt
    from wfllm.evaluation.generation.generate import context_of, generate
    from wfllm.shortcuts.catalogue import load_catalogue

    server.say = fake_model.say
    wfllm("train", *QUICK, "evaluation.before=false", "evaluation.after=false")
    run = the_run(tmp_path)
    asked = ["build", *FEW, "expand.count=8", *keys(server), "annotator=checkpoint", f"annotator.path={run}"]
    asked += ["annotator.max_tokens=24", "annotator.dtype=float32", "annotator.batch_size=3"]
    wfllm(*asked, "output=built")
    root = tmp_path / "built"
    assert len(told(root)) == 8  # so small a model knows no workflow: each drop has its rule
    answers = remembered(root, "annotate")
    assert len(answers) == 8

    settle(1)
    checkpoint = open_checkpoint(str(run))
    decoding = Decoding(name="greedy", max_new_tokens=24, dtype="float32")
    model, tokenizer = for_generation(checkpoint.model(), decoding), checkpoint.tokenizer()
    own, room = checkpoint.config, context_of(model) - 24
    known = load_catalogue()
    items = rows(root / "07_expand" / "chunk-000000.jsonl")
    prompts = [
        fitting_prompt(i["query"], i["apis"], tokenizer, known, own.prompts, own.target, room) for i in items
    ]
    expected = dict(zip((i["id"] for i in items), generate(model, tokenizer, prompts, decoding), strict=True))
    assert {record["id"]: record["text"] for record in answers} == expected

    # what is remembered is not generated again: not even the weights are loaded
    for stage in root.glob("0[89]_*"):
        (stage / "stage.json").unlink()
        for chunk in stage.glob("chunk-*"):
            chunk.unlink()
    again = wfllm(*asked, "output=built")
    assert "Loading" not in again.stderr
    assert len(remembered(root, "annotate")) == 8
    wfllm(*asked, "output=second")
    assert files(tmp_path / "second") == files(root)

    base = wfllm(*asked, f"annotator.path={run / 'base'}", "output=folder")  # a transformers folder
    assert "Loading base" in base.stderr


def test_a_checkpoint_that_writes_no_plan_is_refused(
    server: FaultServer,
    wfllm: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    wfllm("train", *QUICK, "evaluation.before=false", "evaluation.after=false", "target=no_plan")
    path = f"annotator.path={the_run(tmp_path)}"
    refused = wfllm("build", *FEW, "expand.count=2", "annotator=checkpoint", path, "output=b", status=1)
    assert "target=no_plan, and a dataset needs plan and comments" in refused.stderr


def test_a_real_server_from_request_to_dataset(
    url: str,  # noqa: F811
    weights: str,  # noqa: F811
    wfllm: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    """So small a model need not manage anything; whatever it writes has a place and a reason."""
    server = [f"llm.base_url={url}", f"llm.model={weights}", "llm.key_variable=null", "llm.timeout=300"]
    quick = ["llm.max_tokens=48", "annotator.max_tokens=48", "llm.again=0", "llm.concurrency=2"]
    easy = ["expand.min_words=1", "expand.min_sentences=1", "expand.examples=0"]
    asked = ["build", *FEW, "expand.count=3", "annotator=llm", *server, *quick, *easy]
    done = wfllm(*asked, "confirm.repair=true", "output=built")
    root = tmp_path / "built"
    drops = [row for p in sorted(root.glob("0[789]_*/*.dropped.jsonl")) for row in rows(p)]
    kept = rows(root / "09_confirm" / "chunk-000000.jsonl")
    assert len(drops) + len(kept) == 3
    assert all(row["rule"] and row["reason"] for row in drops)
    print(done.stdout)
    records, faults = read_records(root / "dataset")
    assert faults == []
    assert len([r for r in records if r.meta.get("synthetic")]) == len(kept)
    before = json.dumps(sorted(files(root)))
    wfllm(*asked, "confirm.repair=true", "output=built")
    assert json.dumps(sorted(files(root))) == before
