"""The command line: help, flags, errors in one line on stderr, exit statuses."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from wfllm.cli import main
from wfllm.config.compose import Composed, compose, validate
from wfllm.config.groups import CONF_VARIABLE, all_groups, option_files
from wfllm.config.registry import ROOTS
from wfllm.errors import WfllmError
from wfllm.usage import COMMANDS

HEAVY = ("torch", "pytorch_lightning", "lightning", "peft", "transformers", "hydra", "wandb")


class Stage:
    """A stand-in for the stages: remembers configs, does what it is told."""

    def __init__(self) -> None:
        self.seen: list[Composed] = []
        self.raises: BaseException | None = None
        self.status: int | None = None

    def run(self, composed: Composed) -> int | None:
        self.seen.append(composed)
        if self.raises:
            raise self.raises
        return self.status


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage of every command replaced by one that does nothing."""
    stage = Stage()
    module = ModuleType("stage")
    monkeypatch.setattr(module, "run", stage.run, raising=False)
    for command in COMMANDS:
        monkeypatch.setitem(sys.modules, f"wfllm.commands.{command}", module)
    return stage


def run_wfllm(*args: str, **kwargs: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wfllm.cli", *args]
    return subprocess.run(command, text=True, encoding="utf-8", stderr=subprocess.PIPE, **kwargs)  # type: ignore[call-overload,no-any-return]


def test_commands_of_help_are_those_of_the_schema() -> None:
    assert set(COMMANDS) == set(ROOTS)


def test_help_lists_every_group_and_option_with_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for command, text in COMMANDS.items():
        assert any(line.split(maxsplit=1) == [command, text] for line in lines)
    for group in all_groups():
        start = lines.index(f"  {group}")
        options = option_files(group)
        below = [line.split(maxsplit=1) for line in lines[start + 1 : start + 1 + len(options)]]
        assert [words[0] for words in below] == list(options)
        assert all(len(words) == 2 and len(words[1]) > 5 for words in below), below


@pytest.mark.slow
def test_help_and_faults_import_nothing_heavy() -> None:
    script = (
        "import sys, io, contextlib\n"
        "from wfllm.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        "    assert main(['--help']) == 0\n"
        f"    assert not [m for m in {HEAVY!r} if m in sys.modules]\n"
        "    assert main(['train', '--help']) == 0\n"
        f"    assert not [m for m in {HEAVY!r} if m in sys.modules]\n"
        "    assert main(['train', 'optim.lrr=1', 'model=tinny']) == 2\n"
        f"    assert not [m for m in {HEAVY!r} if m in sys.modules and m != 'hydra']\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"wfllm {command}: {COMMANDS[command]}\n")
    assert "show" in text


def test_no_command_shows_help_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage:" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("wfllm ")


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trian"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("No command 'trian'. Did you mean train? Commands: train, evaluate,")


@pytest.mark.parametrize(
    "args", [["--multi"], ["-x"], ["--cfg"], ["--cfg", "hydra"], ["--cfg=all"], ["--config-dir=x"]]
)
def test_an_unknown_flag_shows_the_flags(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *args]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"No flag {'='.join(args)}. Flags:\n")
    assert "--cfg job" in err


def test_five_faults_are_five_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    faulty = ["optim.lrr=1", "model=tinny", "seed=x", "data=records", "logger.group=${oc.env:HOME}"]
    assert main(["train", *faulty]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    head, *lines = err.splitlines()
    assert head == "5 problems in the config, nothing was started:"
    starts = [
        "  data.path (conf/data/records.yaml:3): not given. Add data.path=… to the command.",
        "  logger.group (command line): '${oc.env:HOME}' is refused.",
        "  model (command line): no option 'tinny'. Did you mean tiny?",
        "  optim.lrr (command line): unknown key. Did you mean optim.lr?",
        "  seed (command line): should be a whole number, not 'x'.",
    ]
    assert len(lines) == 5
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start)


def test_one_fault_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith("1 problem in the config, nothing was started:\n")


def test_nothing_is_started_by_a_faulty_config(stage: Stage) -> None:
    assert main(["train", "optim.lrr=1"]) == 2
    assert main(["train", "-m", "optim.lr=1,2,x"]) == 2
    assert stage.seen == []


def test_the_stage_gets_the_checked_config(stage: Stage) -> None:
    assert main(["train", "experiment=tiny", "seed=5"]) == 0
    (composed,) = stage.seen
    assert composed.plain["seed"] == 5
    assert composed.experiment == "tiny"


def test_the_status_of_the_stage_is_the_exit_status(stage: Stage) -> None:
    stage.status = 1
    assert main(["check", "input=x"]) == 1


def test_cfg_job_prints_a_config_that_checks_again_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "experiment=tiny", "--cfg", "job"]) == 0
    saved = yaml.safe_load(capsys.readouterr().out)
    assert validate("train", saved) == compose("train", ["experiment=tiny"]).config
    assert main(["train", "--cfg=job"]) == 0


def test_cfg_job_starts_nothing_and_is_of_one_run(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", "seed=1,2", "--cfg", "job"]) == 2
    assert stage.seen == []
    assert "Leave out -m" in capsys.readouterr().err


def test_show_diff_prints_what_differs_and_starts_nothing(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "seed=3", "trainer.max_steps=2", "logger.group='a b'", "show=diff"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "trainer.max_steps: null → 2",
        'logger.group: null → "a b"',
        "seed: 0 → 3",
    ]
    assert stage.seen == []


def test_show_diff_of_the_defaults_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "output=x", "show=diff"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            WfllmError("holds no records", where="x.jsonl", mend="Run wfllm build."),
            "x.jsonl: holds no records. Run wfllm build.",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "outputs/run"),
            "outputs/run: No space left on device. "
            "Mend that and run the same command again; it goes on where it was.",
        ),
        (OSError("odd"), "OSError: odd. Run again with --trace to see where."),
        (RuntimeError("a\nb"), "RuntimeError: a. Run again with --trace to see where."),
        (ValueError(), "ValueError. Run again with --trace to see where."),
    ],
)
def test_an_error_of_a_stage_is_one_line(
    error: Exception, line: str, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.raises = error
    assert main(["check", "input=x"]) == 1
    assert capsys.readouterr().err == f"{line}\n"


def test_trace_shows_where_and_keeps_the_exit_status(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.raises = RuntimeError("deep")
    assert main(["check", "input=x", "--trace"]) == 1
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "RuntimeError: deep" in err
    assert main(["--trace", "train", "optim.lrr=1"]) == 2
    assert "ConfigError" in capsys.readouterr().err


def test_an_interruption_is_130_and_one_line(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.raises = KeyboardInterrupt()
    assert main(["check", "input=x"]) == 130
    assert capsys.readouterr().err == "Interrupted. The same command goes on where it was.\n"


def test_a_closed_pipe_is_silent() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = run_wfllm("--help", stdout=write)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = run_wfllm("train", "--cfg", "job", stdout=full)
    assert done.returncode == 1
    assert done.stderr == (
        "No space left on device. Mend that and run the same command again; it goes on where it was.\n"
    )


@pytest.mark.slow
def test_a_terminal_without_arrows_still_gets_the_words() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run_wfllm("train", "seed=3", "show=diff", stdout=subprocess.PIPE, env=env)
    assert (done.returncode, done.stdout) == (0, "seed: 0 \\u2192 3\n")


def test_a_conf_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CONF_VARIABLE, str(tmp_path))
    (tmp_path / "compare.yaml").write_text("# Mine.\nruns: elsewhere\n")
    assert main(["compare", "--cfg", "job"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["runs"] == "elsewhere"


def test_a_conf_folder_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CONF_VARIABLE, "nowhere/at/all")
    assert main(["compare"]) == 1
    assert capsys.readouterr().err == (
        "WFLLM_CONF=nowhere/at/all: no such folder. Name one that holds train.yaml.\n"
    )
