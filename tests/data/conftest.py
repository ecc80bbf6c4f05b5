"""Records, a prompt's wording and a small tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.record import Record
from wfllm.config.compose import compose
from wfllm.config.schema import Prompts, Target, TinyModel
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer
from wfllm.shortcuts.api import Api, Parameter

CODE_TEXT = """\
# Ask for a name.
name = input("Name?")
# Show "it" # twice.
is_workflow_actions_alert(WFAlertActionTitle=name)
"""
RECORD = Record(
    query="Greet me by {query} name.",
    apis=["is.workflow.actions.alert"],
    task_plan="1. Ask.\n2. Show.",
    annotated_code=CODE_TEXT,
    id="r0",
)
CATALOGUE = {
    "is.workflow.actions.alert": Api(
        "is.workflow.actions.alert",
        "Alert",
        "Shows {answer_format}.",
        (Parameter("WFAlertActionTitle", "text"),),
    )
}
FULL = Target(name="full", plan=True, comments=True)
CODE_ONLY = Target(name="code_only", plan=False, comments=False)
CALLS = Target(name="json_calls", plan=False, comments=False, calls="all")


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    config: Any = compose("train", []).config
    return config.prompts  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    model = TinyModel(name="tiny", vocabulary=400, context=1024)
    folder = base_files(model, Path(tmp_path_factory.mktemp("tiny")) / "base", [CODE_TEXT, RECORD.query], 0)
    return load_tokenizer(folder, model)
