"""Lines of progress where there is no terminal."""

from __future__ import annotations

import pytest

from wfllm import progress
from wfllm.progress import Bar


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", -1.0)


def test_before_the_first_is_done_there_is_no_rate(capsys: pytest.CaptureFixture[str]) -> None:
    Bar("annotate", 32, "items", 0).advance(0, "token 44")
    assert capsys.readouterr().err == "annotate: 0/32 items  token 44\n"


def test_then_there_are_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("annotate", 4, "items", 1)
    bar._start -= 10  # ten seconds ago
    bar.advance(1, "token 44")
    assert capsys.readouterr().err == "annotate: 2/4 items, 10.0 s/items, 20 s left  token 44\n"


def test_without_a_total_nobody_knows_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("read", None, "files", 0)
    bar._start -= 10
    bar.advance(50)
    assert capsys.readouterr().err == "read: 50 files, 5.0 files/s\n"
