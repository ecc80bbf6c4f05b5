"""The paper's numbers by table."""

from __future__ import annotations

import pytest

from wfllm.errors import WfllmError
from wfllm.report.paper import paper_rows


def test_the_rows_of_table_2() -> None:
    rows = paper_rows("table2")
    last = {row.split: row.values for row in rows if row.model == "WorkflowLlama 8B"}
    assert last["id"]["codebleu"] == 39.3
    assert last["ood"]["passes"] == 70.4
    assert all(0 <= value <= 100 for row in rows for value in row.values.values())


def test_a_table_that_is_not_here_names_those_that_are() -> None:
    with pytest.raises(WfllmError, match=r"no table 'tabel2'.*Did you mean table2"):
        paper_rows("tabel2")
