"""Run folders to report on, without a model."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wfllm.evaluation.predictions import Prediction
from wfllm.tracking.run_folder import RunFolder, open_run

REFERENCE = """# Ask who is there.
name = input("Who?")
if name == "Ada":
    # Say hello.
    is_workflow_actions_speaktext(WFText=f"Hello {name}")
else:
    is_workflow_actions_alert(WFAlertActionTitle=name)
"""
CHANGED = REFERENCE.replace("Hello", "Good morning").replace("WFAlertActionTitle", "WFAlertTitle")
APIS = ["is.workflow.actions.speaktext", "is.workflow.actions.alert"]
HOSTILE = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>"
    "\"'><svg onload=window.owned=1>&lt;b&gt;<!-- ]]> {{7*7}} javascript:window.owned=1"
    " \u2028\u2029 \x00\x1b[2J\x07 \u202etxt.exe \ud800 \U0001f600 \r\n\t"
)
"""Markup, ends of what stands around it, control characters, half a character."""


def sample(name: str, code: str | None = REFERENCE, **changes: Any) -> Prediction:
    """An answer to one request; right by default."""
    answer = "No idea." if code is None else f"Thought: greet.\n\nCode:\n```python\n{code}```"
    made = Prediction(name, f"Greet {name} who is at the door.", APIS, answer, code, REFERENCE, "Utilities")
    return Prediction(**{**asdict(made), **changes})


def hostile(name: str) -> Prediction:
    """Every field as bad as it gets; the code parses, so that it has a chart."""
    plain = HOSTILE.encode("ascii", "backslashreplace").decode()
    code = f"is_workflow_actions_alert(WFAlertActionTitle={plain!r})\n"
    return Prediction(
        f"{name}{HOSTILE.split(chr(0x2028))[0]}",
        HOSTILE,
        [HOSTILE, *APIS],
        HOSTILE,
        f"{code}{HOSTILE}",
        f"# {HOSTILE.splitlines()[0]}\n{code}",
        HOSTILE,
    )


def write_run(
    output: Path,
    sets: Mapping[tuple[str, str], Sequence[tuple[Prediction, Mapping[str, float | None]]]],
    verdicts: Mapping[str, Any] | None = None,
    *,
    experiment: str = "door",
) -> RunFolder:
    """A finished run with these predictions and scores by when and split.

    Args:
        verdicts: `<when>-<split>` → lines of its file of verdicts.
    """
    run = open_run("train", experiment, {"seed": 0, "model": {"name": "tiny"}}, [], "fingerprint", output)
    folder = run.path / "predictions"
    folder.mkdir()
    for (when, split), items in sets.items():
        text = "".join(json.dumps(asdict(p)) + "\n" for p, _ in items)
        (folder / f"{when}-{split}.jsonl").write_text(text, encoding="utf-8")
        with (folder / f"{when}-{split}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, ["id", *items[0][1]])
            out.writeheader()
            out.writerows({"id": p.id, **scores} for p, scores in items)
    for name, lines in (verdicts or {}).items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.verdicts.jsonl").write_text(text, encoding="utf-8")
    run.finish()
    return run
