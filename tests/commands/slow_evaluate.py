"""`wfllm` in a process of its own whose batches take a while and are counted."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from wfllm.cli import main
from wfllm.commands import evaluate  # noqa: F401 - imported once, before processes are forked
from wfllm.evaluation.generation.generate import _Batch


def run(folder: Path, seconds: float, words: list[str]) -> None:
    """The command; what it says goes to `said`, the prompts of each batch to `log` before it is answered."""
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    answer = _Batch.answer

    def noted(self: _Batch, layout: Any, prompts: Any, *rest: Any) -> list[str]:
        with (folder / "log").open("a", encoding="utf-8") as file:
            file.write(json.dumps(list(prompts)) + "\n")
        time.sleep(seconds)
        return answer(self, layout, prompts, *rest)

    _Batch.answer = noted  # type: ignore[method-assign, assignment]
    sys.exit(main(words))
