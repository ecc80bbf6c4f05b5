"""Every `wfllm …` command of the README, run for real: with a random model and few records, so in seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run, the_run
from tests.test_readme import ROOT, commands

pytestmark = pytest.mark.slow
SMALL = [o for o in QUICK if not o.startswith(("experiment", "data."))]
MODELS = ["model=tiny", "data.max_records=12", *SMALL]


def readme_commands() -> list[list[str]]:
    """The words after `wfllm`, in the order in which a reader types them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [words[1:] for words in commands(text) if words and Path(words[0]).name == "wfllm"]


def test_readme_commands_run_in_their_order(wfllm: Run, tmp_path: Path) -> None:
    wfllm("train", *QUICK)  # stands in for `make run`, whose model takes minutes
    run = the_run(tmp_path)
    shortcuts = tmp_path / "my-shortcuts"
    starter = ROOT / "wfllm" / "bench" / "starter" / "train" / "weather"
    shutil.copytree(starter, tmp_path / "sources")
    wfllm("compile", "input=sources", f"output={shortcuts}")
    seen = []
    for words in readme_commands():
        words = [w.replace("outputs/train/starter/RUN", str(run)) for w in words]
        name = words[0]
        if name == "train" and "dry_run=true" not in words and "show=diff" not in words:
            small = [o for o in MODELS if o.split("=")[0] not in {w.split("=")[0] for w in words}]
            words = [*words, *small, "evaluation.before=false", "evaluation.after=false"]
        if "dry_run=true" in words:  # the packaged weights are not needed to see a plan
            words = [*words, *MODELS[:1]]
        # A random model may write no code, and that is said with status 1.
        done = wfllm(*words, status=None if name == "generate" else 0)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout.strip()
        seen.append(name)
    assert {"generate", "train", "compare", "transcribe", "check"} <= set(seen)
