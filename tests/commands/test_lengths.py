"""How texts are measured for the dataset's description, and what its questions cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfllm.bench.stages.asking import build_llm
from wfllm.bench.stages.describe import known_prices
from wfllm.commands.annotator import make_annotator
from wfllm.commands.lengths import lengths_of
from wfllm.config import schema as s
from wfllm.config.compose import compose
from wfllm.errors import WfllmError
from wfllm.llm.limits import Price


def test_without_a_tokenizer_characters_stand_for_tokens() -> None:
    lengths = lengths_of(s.Describe(characters_per_token=4.0))
    assert lengths.count is None
    assert lengths.tokens(1000) == 250


def test_a_tokenizer_counts_its_tokens(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    core = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.enable_truncation(2)
    (tmp_path / "words").mkdir()
    core.save(str(tmp_path / "words" / "tokenizer.json"))
    lengths = lengths_of(s.Describe(tokenizer=str(tmp_path / "words")))
    assert lengths.count is not None
    assert lengths.count("a b  c") == 3
    assert lengths.tokens(3) == 3
    assert lengths.name == "words"
    assert str(tmp_path) not in lengths.name + lengths.identity


def test_a_tokenizer_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WfllmError, match=r"describe\.tokenizer=.*: no tokenizer"):
        lengths_of(s.Describe(tokenizer=str(tmp_path)))


def test_prices_are_those_of_the_model_that_was_asked(tmp_path: Path) -> None:
    words = [f"output={tmp_path}", "llm.price_in=0.15", "llm.price_out=0.6"]
    own = ["annotator=llm", "expand.count=1"]
    for more, annotate in (
        ([], None),
        (own, (0.15, 0.6)),
        ([*own, "annotator.price_out=1"], (0.15, 1.0)),
        ([*own, "annotator.model=mine"], (None, None)),
        ([*own, "annotator.base_url=http://a/v1", "annotator.price_in=0"], (0.0, None)),
        ([*own, "annotator.model=mine", "annotator.price_in=1", "annotator.price_out=2"], (1.0, 2.0)),
    ):
        config = compose("build", [*words, *more]).config
        assert isinstance(config, s.BuildCommand)
        found = dict(known_prices(config))
        assert found.pop("annotate", None) == annotate
        assert found == dict.fromkeys(("thoughts", "expand", "confirm"), (0.15, 0.6))


def test_an_annotator_pays_its_own_prices(tmp_path: Path) -> None:
    """What a run may spend is counted at the prices of whom it asks."""
    words = ["annotator=llm", "expand.count=1", "llm.price_in=1", "llm.price_out=2", "llm.key_variable=null"]
    for more, price in (([], Price(1, 2)), (["annotator.model=m", "annotator.price_in=5"], Price(5, None))):
        config = compose("build", [f"output={tmp_path}", *words, *more]).config
        assert isinstance(config, s.BuildCommand)
        annotator = make_annotator(config.annotator, build_llm(config.llm, tmp_path), tmp_path)
        assert annotator is not None
        with annotator.open() as model:
            assert model.backend.price == price
