"""Every command of docs/sweeps.md, run for real in its order: with a random model and few trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run
from tests.test_readme import ROOT, commands

pytestmark = pytest.mark.slow
SMALL = ["model=tiny", *(o for o in QUICK if not o.startswith("experiment")), "evaluation.before=false"]
SMALL += ["evaluation.after=false", "trainer.samples=0"]


def test_the_commands_of_the_page_run_in_their_order(wfllm: Run, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    seen = []
    for words in [words[1:] for words in commands(text) if words[:1] == ["wfllm"]]:
        if words[0] == "train":
            words = [w for w in words if not w.startswith("sweep.trials")] + SMALL
        if "sweep=optuna" in words:
            words += ["sweep.trials=2"]
        done = wfllm(*words)
        assert "Traceback" not in done.stderr
        seen.append(words[0])
        if "sweep=optuna" in words:
            assert "2 of 2 trials" in done.stdout
            assert "Best: trial" in done.stdout
    assert seen.count("train") == 4
    assert (tmp_path / "outputs" / "pictures" / "curves.svg").is_file()
    assert (tmp_path / "outputs" / "runs.csv").is_file()
    assert len(list((tmp_path / "outputs" / "sweeps").glob("*/study.csv"))) == 3
