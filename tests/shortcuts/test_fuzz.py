"""A moment of the fuzz target in every run, always the same one; `make fuzz` goes on from there."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.shortcuts import fuzz_target
from tests.shortcuts.fuzz import Fuzzer, main, small_seeds, trial
from tests.shortcuts.fuzz_mutate import CODE, PLIST, mutate
from tests.shortcuts.fuzz_target import BrokenError, run


def test_mutations_break_nothing() -> None:
    fuzzer = Fuzzer(small_seeds(), seed=7, strict=False)
    told = [found[1] for found in (fuzzer.step() for _ in range(150)) if found is not None]
    assert told == []
    assert {
        "to code and back",
        "refused",
        "no shortcut",
        "code refused",
        "code compiled",
    } <= fuzzer.far.keys()


def test_mutations_are_the_same_for_the_same_seed() -> None:
    seeds = small_seeds()
    one, two = ([mutate(s, random, seeds[0]) for s in seeds * 3] for random in (Random(3), Random(3)))
    assert one == two
    assert len(set(one)) > len(seeds)


def test_what_breaks_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (item, *_) = small_seeds()
    assert trial(item, strict=False) == ("to code and back", "")
    with monkeypatch.context() as patched:
        patched.setattr(fuzz_target, "same", lambda one, other: False)
        with pytest.raises(BrokenError, match="another property list"):
            run(item, strict=False)
    for reach in (
        lambda code: exec("1"),
        lambda code: subprocess.run(["true"], check=True),
        lambda code: (tmp_path / "x").write_text("x"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(fuzz_target, "stats_of_code", reach)
            with pytest.raises(BrokenError, match="reached outside"):
                run(item, strict=False)
    with monkeypatch.context() as patched:
        patched.setattr(fuzz_target, "stats_of_code", lambda code: 1 / 0)
        what, told = trial(item, strict=False)
    assert what.startswith("ZeroDivisionError")
    assert "test_fuzz.py" in told


def test_time_and_memory_are_held_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(fuzz_target, "SECONDS", -1.0)
        with pytest.raises(BrokenError, match="s for"):
            run(PLIST + b"")
    peaks = iter([0, 2**40])
    monkeypatch.setattr(fuzz_target, "_peak", lambda: next(peaks))
    monkeypatch.setattr(fuzz_target, "SECONDS", 1000.0)
    with pytest.raises(BrokenError, match="MiB"):
        run(CODE + b"pass")


def test_the_command_saves_what_broke_and_tries_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)  # not of the whole test run
    monkeypatch.setattr(fuzz_target, "stats_of_code", lambda code: 1 / 0)
    assert main(["--minutes", "0.01", "--seed", "1", "--output", str(tmp_path)]) == 1
    items = sorted(tmp_path.glob("*.item"))
    assert items
    assert "ZeroDivisionError" in items[0].with_suffix(".txt").read_text()
    assert main([str(items[0])]) == 1
    monkeypatch.undo()
    capsys.readouterr()
    assert main([str(items[0])]) == 0
