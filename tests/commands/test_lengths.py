"""How texts are measured for the dataset's description, and what its questions cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfllm.bench.stages.describe import known_prices
from wfllm.commands.lengths import lengths_of
from wfllm.config import schema as s
from wfllm.config.compose import compose
from wfllm.errors import WfllmError


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
    priced = {"thoughts", "expand", "confirm"}
    for more, stages in (
        ([], priced),
        (["annotator=llm", "expand.count=1"], priced | {"annotate"}),
        (["annotator=llm", "expand.count=1", "annotator.model=mine"], priced),
    ):
        config = compose("build", [*words, *more]).config
        assert isinstance(config, s.BuildCommand)
        assert known_prices(config) == dict.fromkeys(stages, (0.15, 0.6))
