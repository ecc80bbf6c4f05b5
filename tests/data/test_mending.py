"""Self-correction: the wrong line is read and weighs nothing, the corrected one is learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.data.conftest import FULL
from wfllm.bench.record import Record
from wfllm.bench.trajectories import trajectories
from wfllm.commands import prepare
from wfllm.commands.samples import encode_splits
from wfllm.config.compose import compose
from wfllm.config.schema import Prompts, RecordsData, RoleWeights, StarterData
from wfllm.data.batches import pack
from wfllm.data.encode import CORRECTION, ERROR, PROMPT, encode, role_weights
from wfllm.data.mending import FILE, makes_of_pairs, read_pairs
from wfllm.errors import WfllmError
from wfllm.models.base import END
from wfllm.shortcuts.catalogue import load_catalogue

GOOD = """# Asks for the city.
city = input("Which city?")
# Shows it.
is_workflow_actions_showresult(Text=f"{city}")
"""
WRONG = 'is_workflow_actions_showresult(Txt=f"{city}")'
RIGHT = 'is_workflow_actions_showresult(Text=f"{city}")'


def dataset(folder: Path, **changes: Any) -> Path:
    """Three records and the pair that a repair of the first would have left, as `wfllm build` writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    (pair,) = trajectories("r0", GOOD.replace("Text=", "Txt="), GOOD, load_catalogue())
    records = [
        Record("Show my city.", ["is.workflow.actions.showresult"], "1. Ask.\n2. Show.", GOOD, id=f"r{n}")
        for n in range(3)
    ]
    rows = [{**r.as_json(), "split": split} for r, split in zip(records, ("train", "dev", "id"), strict=True)]
    (folder / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / FILE).write_text(json.dumps({**pair, **changes}) + "\n")
    return folder


@pytest.mark.parametrize("path", ["", "records.jsonl"])
def test_a_real_trajectory_becomes_a_sample(
    tmp_path: Path, prompts: Prompts, tokenizer: Any, path: str
) -> None:
    data = RecordsData(name="records", path=str(dataset(tmp_path / "d") / path))
    records = prepare.read(data, Console()).splits["train"]
    ((name, make),) = makes_of_pairs(read_pairs(data), records, load_catalogue(), prompts, FULL)
    sample = encode(make("compact"), tokenizer)

    def text(*roles: int) -> str:
        kept = [i for i, r in zip(sample.input_ids, sample.roles, strict=True) if r in roles]
        return str(tokenizer.decode(kept))

    assert name == sample.id == "r0:2"
    assert text(ERROR) == WRONG
    assert text(CORRECTION) == f"```python\n{RIGHT}\n```{END}"
    given = text(PROMPT, ERROR)
    assert "Show my city." in given
    assert 'city = input("Which city?")\n' + WRONG in given
    assert "no parameter Txt" in given
    assert given.index(WRONG) < given.index("no parameter Txt")
    assert RIGHT not in given
    weights = pack([sample], role_weights(FULL))["weights"][0].tolist()
    assert weights == [float(r == CORRECTION) for r in sample.roles]
    learned = FULL.model_copy(update={"weights": RoleWeights(error=0.5)})
    assert 0.5 in pack([sample], role_weights(learned))["weights"]


def train_config(path: Path, *overrides: str) -> Any:
    keys = ["data=records", f"data.path={path}", "model=tiny", "target.trajectories=true"]
    return compose("train", [*keys, *overrides]).config


def test_pairs_are_learned_beside_the_records_of_training(
    tmp_path: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WFLLM_CACHE", str(tmp_path / "cache"))
    folder = dataset(tmp_path / "d")
    config = train_config(folder)
    work = prepare.read(config.data, Console(), config.target)
    samples = encode_splits(config, work, tokenizer, Console(), tmp_path)
    assert [s.id for s in samples.train] == ["r0", "r0:2"]
    assert [s.id for s in samples.dev] == ["r1"]
    told = json.loads((tmp_path / "lengths.json").read_text())
    assert told["train"] == {"kept": 2, "forms": {}, "dropped": {}, "truncated": {}, "unfit": {}}
    # what is learned from belongs to what a run is
    dataset(tmp_path / "d", corrected="pass")
    assert prepare.read(config.data, Console(), config.target).fingerprint != work.fingerprint
    # a pair of a held-out record is not learned from
    dataset(tmp_path / "d", id="r1")
    samples = encode_splits(config, work, tokenizer, Console())
    assert [s.id for s in samples.train] == ["r0"]


def test_a_sample_of_which_nothing_is_learned_is_named(
    tmp_path: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WFLLM_CACHE", str(tmp_path / "cache"))
    config = train_config(dataset(tmp_path / "d"), "target.weights.correction=0")
    with pytest.raises(WfllmError, match=r"record r0:2: no token to learn from: correction, error, prompt"):
        encode_splits(config, prepare.read(config.data, Console()), tokenizer, Console())


@pytest.mark.parametrize(
    "changes",
    [
        {"wrong": 1},
        {"corrected": None},
        {"findings": []},
        {"findings": ["text"]},
        {"line": "2"},
        {"context": [3]},
        {"id": "\ud800"},
    ],
)
def test_what_is_no_pair_is_told_with_its_place(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = dataset(tmp_path / "d", **changes)
    with pytest.raises(WfllmError, match=rf"{FILE}:1: is no pair"):
        read_pairs(RecordsData(name="records", path=str(folder)))


def test_where_there_are_no_pairs_that_is_told(tmp_path: Path) -> None:
    for data in (StarterData(name="starter"), RecordsData(name="records", path=str(tmp_path))):
        with pytest.raises(WfllmError, match=r"target\.trajectories: no trajectories\.jsonl"):
            read_pairs(data)


def test_a_mix_has_the_pairs_of_its_parts(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "d")
    config: Any = compose("train", ["data=mix", f"data.parts=[starter,records:{folder}]"]).config
    assert [pair.id for pair in read_pairs(config.data)] == ["r0"]
