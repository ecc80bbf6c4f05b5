"""`wfllm transcribe` over a folder of everything that means harm: the good files are done, the rest is told,
and nothing is written anywhere else; killed anywhere and started again, the result is the same."""

from __future__ import annotations

import json
import os
import plistlib
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shortcuts import hostile
from tests.shortcuts.build import act, plist

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "wfllm.cli", "transcribe"]
ENVIRONMENT = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}


def start(*args: str, cwd: Path, limits: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *args],
        cwd=cwd,
        env=ENVIRONMENT,
        text=True,
        errors="surrogateescape",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=limits,
    )


def transcribe(*args: str, cwd: Path, limits: Callable[[], None] | None = None) -> tuple[int, str]:
    """Exit status and what was printed."""
    process = start(*args, cwd=cwd, limits=limits)
    told, _ = process.communicate(timeout=300)
    return process.returncode, told


def snapshot(folder: Path, but: str) -> dict[str, tuple[int, ...]]:
    """Kind, size and time of change of everything below a folder except one folder in it."""
    found: dict[str, tuple[int, ...]] = {}
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if os.path.join(here, name) != str(folder / but)]
        for name in (*folders, *files):
            told = os.lstat(os.path.join(here, name))
            found[os.path.join(here, name)] = (told.st_mode, told.st_size, told.st_mtime_ns)
    return found


def everything(folder: Path) -> int:
    """Fills a folder; the number of good shortcuts in it."""
    for name, (content, _) in hostile.FILES.items():
        (folder / f"{name}.shortcut").write_bytes(content)
    for name, content in hostile.zips().items():
        (folder / f"{name}.zip").write_bytes(content)
    odd = [b"a\nb", b"\x1b[31m", b"\xff\xfe", b"x" * 240, b"..", "é".encode()]
    for i, raw in enumerate(odd):
        with open(os.path.join(os.fsencode(folder), raw + b".shortcut"), "wb") as file:
            file.write(plistlib.dumps(plist(act("gettext", WFTextActionText=f"{i}"))))
    (folder / "odd names.zip").write_bytes(hostile.zipped(hostile.ODD_NAMES))
    os.mkfifo(folder / "pipe.shortcut")
    (folder / "a folder.shortcut").mkdir()
    (folder / "nowhere.shortcut").symlink_to("gone")
    (folder / "round.shortcut").symlink_to("round.shortcut")
    (folder / "loop").symlink_to(folder)
    (folder / "device.shortcut").symlink_to("/dev/zero")
    with (folder / "sparse.shortcut").open("wb") as file:
        file.truncate(10 * 2**30)
    here = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.shortcut")
    finally:
        os.chdir(here)
    return 6 + len(hostile.ODD_NAMES)


def test_one_hostile_folder(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    good = everything(source)
    (tmp_path / "escape.shortcut").write_bytes(b"mine")
    before = snapshot(tmp_path, "out")

    status, told = transcribe("input=in", "output=out", cwd=tmp_path, limits=_memory)
    assert status == 1
    assert "Traceback" not in told
    assert "\x1b" not in told
    assert snapshot(tmp_path, "out") == before

    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    done = [f for f in report["files"] if f["status"] == "done"]
    refused = {f["file"]: f["reason"] for f in report["files"] if f["status"] == "refused"}
    assert report["done"] == len(done)
    assert good <= len(done) <= good + 1  # a zip may hold one sound member beside a damaged one
    for name, (_, says) in hostile.FILES.items():
        assert says in refused[f"in/{name}.shortcut"], name
    for name in ("pipe", "a folder", "nowhere", "round", "device", "sparse", "socket"):
        assert f"in/{name}.shortcut" in refused
    for name in hostile.zips():
        assert any(file.startswith(f"in/{name}.zip") for file in refused), name
    assert all(reason and "\n" not in reason for reason in refused.values())
    for file in done:
        assert (tmp_path / "out" / f"{file['name']}.py").is_file()
    written = {p.name for p in (tmp_path / "out").iterdir()}
    suffixes = (".py", ".sidecar.json", ".bin", "report.json", ".lock")
    assert all(name.endswith(suffixes) and "/" not in name for name in written)


def _memory() -> None:
    """What the command may take at all: bombs that are unpacked do not fit."""
    resource.setrlimit(resource.RLIMIT_AS, (1500 * 2**20, 1500 * 2**20))


def giants(folder: Path) -> None:
    """Files as large as are read, in most of which there is one text."""
    size = 31 * 2**20
    texts = {
        "letters": act("gettext", WFTextActionText="a" * size),
        "smileys": act("gettext", WFTextActionText="😀" * (size // 4)),
        "lines": act("comment", WFCommentActionText="a\n" * (size // 2)),
        "bytes": act("gettext", x=bytes(size)),
    }
    for name, action in texts.items():
        content = plistlib.dumps(plist(action), fmt=plistlib.FMT_BINARY)
        (folder / f"{name}.shortcut").write_bytes(content)


MEASURED = (
    "import resource, subprocess, sys; status = subprocess.run(sys.argv[1:]).returncode;"
    "print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""Runs a command, prints its status and its peak in KB. Started from here, what it has at its peak would
count no less than what this process has: a process between them has little."""


def test_memory_stays_bounded(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    everything(tmp_path / "in")
    giants(tmp_path / "in")
    told = subprocess.run(
        [sys.executable, "-c", MEASURED, *COMMAND, "input=in", "output=out"],
        cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True, text=True, errors="replace",
    ).stdout  # fmt: skip
    status, peak = map(int, told.splitlines()[-1].split())
    assert status == 1
    assert peak * 1024 < 600 * 2**20
    for name in ("letters", "smileys", "bytes"):
        assert (tmp_path / "out" / f"{name}.py").is_file()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of good shortcuts, some large, and some that are refused."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(30):
        actions: list[dict[str, Any]] = [act("url", WFURLActionURL=f"https://example.org/{i}", x=b"raw" * i)]
        actions += [act("gettext", WFTextActionText=f"{i} {j}", UUID=f"{j}") for j in range(150)]
        (folder / f"{i:02}.shortcut").write_bytes(plistlib.dumps(plist(*actions)))
    for name in ("text", "xml_cut", "binary_itself"):
        (folder / f"{name}.shortcut").write_bytes(hostile.FILES[name][0])
    (folder / "some.zip").write_bytes(hostile.zipped(hostile.ODD_NAMES))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_anywhere_it_ends_the_same(many: Path, tmp_path: Path, jobs: int) -> None:
    began = time.monotonic()
    args = ("input=in", f"n_jobs={jobs}")
    status, _ = transcribe(*args, "output=whole", cwd=tmp_path)
    whole = time.monotonic() - began
    assert status == 1
    picks = random.Random(jobs)
    killed = 0
    for _ in range(6):
        process = start(*args, "output=killed", cwd=tmp_path)
        time.sleep(whole * picks.uniform(0.3, 0.9))
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shown = list((tmp_path / "killed").glob("[!.]*")) if (tmp_path / "killed").exists() else []
        for path in shown:  # what can be seen is whole
            if path.suffix == ".json":
                json.loads(path.read_bytes())
    assert killed, "never caught in time"
    status, _ = transcribe(*args, "output=killed", cwd=tmp_path)
    assert status == 1
    made, expected = content(tmp_path / "killed"), content(tmp_path / "whole")
    assert made.keys() == expected.keys()
    assert {n for n in made if made[n] != expected[n]} == set()


def test_a_full_disk_is_told(many: Path, tmp_path: Path) -> None:
    def full(size: int) -> Callable[[], None]:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return limit

    status, told = transcribe("input=in", "output=out", cwd=tmp_path, limits=full(1000))
    assert status == 1
    assert "File too large" in told
    assert "Traceback" not in told
    assert all(path.stat().st_size < 1000 for path in (tmp_path / "out").iterdir())
    status, _ = transcribe("input=in", "output=out", cwd=tmp_path)
    other, _ = transcribe("input=in", "output=whole", cwd=tmp_path)
    assert status == other == 1
    assert content(tmp_path / "out") == content(tmp_path / "whole")
