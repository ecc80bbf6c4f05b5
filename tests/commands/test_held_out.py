"""A held-out set that is empty: what is said, before anything is trained or generated."""

from __future__ import annotations

import pytest

from wfllm.commands.prepare import require_held_out
from wfllm.errors import WfllmError

EMPTY: dict[str, list[object]] = {"train": [object()], "dev": [], "id": [], "ood": []}


@pytest.mark.parametrize(
    ("split", "share", "other"),
    [("dev", "data.dev_share", "splits.dev"), ("id", "data.test_share", "splits.id")],
)
def test_it_is_said_which_share_makes_it(split: str, share: str, other: str) -> None:
    with pytest.raises(WfllmError, match=f"split: the data has no {split} records") as told:
        require_held_out(EMPTY, [split], "split")  # type: ignore[arg-type]
    assert share in told.value.line()
    assert other in told.value.line()


def test_no_share_makes_unseen_apis() -> None:
    with pytest.raises(WfllmError) as told:
        require_held_out(EMPTY, ["ood"], "evaluation.splits")  # type: ignore[arg-type]
    assert "_share" not in told.value.line()
    assert "splits.ood" in told.value.line()
