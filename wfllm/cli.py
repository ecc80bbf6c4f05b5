"""The table of commands. Starts fast: a stage and what it needs are imported only when it runs."""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from wfllm.errors import WfllmError
from wfllm.ranks import launched
from wfllm.usage import COMMANDS, FLAGS, command_help, overview

if TYPE_CHECKING:
    from wfllm.config.compose import Composed

HEAVY = {"train", "evaluate", "teval", "generate", "export", "repeat", "report"}
"""Commands that import torch."""
TRAINS = {"train", "repeat"}
"""Commands that several processes of a launcher may run together."""
OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 done, 1 failed, 2 wrong command or config, 130 interrupted."""
    args = list(sys.argv[1:] if argv is None else argv)
    trace = "--trace" in args
    args = [a for a in args if a != "--trace"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without our arrows still gets the words
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _dispatch(args, trace)
        sys.stdout.flush()  # a full disk or a closed pipe shows here, not as noise at exit
    except KeyboardInterrupt:
        _complain("Interrupted. The same command goes on where it was.")
        return INTERRUPTED
    except BrokenPipeError:
        _silence(sys.stdout)
        return FAILED
    except Exception as error:
        if trace:
            traceback.print_exc()
        status = report(error)
        _flush_or_silence(sys.stdout)
    return status


def report(error: BaseException) -> int:
    """Print an error as people want to read it; the exit status it stands for."""
    from wfllm.config.problems import ConfigError

    if isinstance(error, ConfigError):
        count = len(error.problems)
        _complain(f"{count} problem{'s' * (count > 1)} in the config, nothing was started:")
        for problem in error.problems:
            _complain(f"  {problem.line()}")
        return USAGE
    if isinstance(error, WfllmError):
        _complain(error.line())
    elif isinstance(error, OSError) and error.strerror:
        name = f"{error.filename}: " if error.filename else ""
        _complain(
            f"{name}{error.strerror}. Mend that and run the same command again; it goes on where it was."
        )
    else:
        text = str(error).strip().split("\n")[0][:300]
        name = f"{type(error).__name__}: {text}".rstrip(".: ")
        _complain(f"{name}. Run again with --trace to see where.")
    return FAILED


def _dispatch(args: list[str], trace: bool) -> int:
    if not args or args[0] in ("-h", "--help", "help"):
        print(overview())
        return OK if args else USAGE
    if args[0] == "--version":
        from importlib.metadata import version

        print(f"wfllm {version('wfllm')}")
        return OK
    command, rest = args[0], args[1:]
    if command not in COMMANDS:
        from wfllm.config.problems import suggestion

        _complain(f"No command {command!r}. {suggestion(command, COMMANDS, everything='Commands')}")
        return USAGE
    if "-h" in rest or "--help" in rest:
        print(command_help(command))
        return OK
    rest = _joined(rest)
    overrides = [a for a in rest if not a.startswith("-")]
    flags = [a for a in rest if a.startswith("-")]
    unknown = [flag for flag in flags if flag not in ("-m", "--multirun", "--cfg=job")]
    if unknown:
        _complain(f"No flag {unknown[0]}. Flags:\n{FLAGS}")
        return USAGE
    if command in TRAINS and launched():
        from wfllm.commands.ranks import under_launcher

        return under_launcher(lambda: _run(command, overrides, flags, trace))
    return _run(command, overrides, flags, trace)


def _run(command: str, overrides: list[str], flags: list[str], trace: bool) -> int:
    """One run, or many of a sweep or a search."""
    overrides = with_table(overrides) if command == "reproduce" else overrides
    if command == "reproduce" and "--cfg=job" not in flags:
        if flags:
            _complain("wfllm reproduce has a list of runs of its own. Leave out -m and name one table.")
            return USAGE
        from wfllm.launch import run_reproduce

        return run_reproduce(overrides, trace)
    if command == "sweep-config":
        from wfllm.search.wandb_sweep import write_sweep

        return write_sweep(overrides, flags)
    if command == "train":
        from wfllm.sweep import run_if_search

        searched = run_if_search(command, overrides, flags)
        if searched is not None:
            return searched
    if "--cfg=job" in flags:
        if len(set(flags)) > 1:
            _complain("--cfg job prints the config of one run. Leave out -m and give one value each.")
            return USAGE
        return _print_config(command, overrides)
    if flags:
        from wfllm.sweep import run_sweep

        return run_sweep(command, overrides, trace)
    from wfllm.config.compose import compose

    return run_stage(command, compose(command, overrides))


def with_table(overrides: list[str]) -> list[str]:
    """`table4` alone is `table=table4`."""
    return [text if "=" in text else f"table={text}" for text in overrides]


def _joined(args: list[str]) -> list[str]:
    """The arguments with `--cfg job` as one."""
    joined: list[str] = []
    for arg in args:
        if joined and joined[-1] == "--cfg":
            joined[-1] = f"--cfg={arg}"
        else:
            joined.append(arg)
    return joined


def _print_config(command: str, overrides: list[str]) -> int:
    import yaml

    from wfllm.config.compose import compose

    plain = compose(command, overrides).plain
    print(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), end="")
    return OK


def run_stage(command: str, composed: Composed) -> int:
    """Run the stage of `command` (the module of that name in `wfllm.commands`) on a checked config."""
    if composed.config.show == "diff":
        from wfllm.config.compose import default_config, differences

        for key, default, value in differences(default_config(command, composed), composed.plain):
            if key != "show":
                print(f"{key}: {json.dumps(default)} → {json.dumps(value, ensure_ascii=False)}")
        return OK
    if command in HEAVY:  # torch and its kin take seconds; silence would look like a hang
        print(f"wfllm {command} {composed.experiment}: loading", flush=True)
    stage = importlib.import_module(f"wfllm.commands.{command}")
    table = getattr(composed.config, "catalogue", None)
    if table is None:
        return int(stage.run(composed) or OK)
    from wfllm.shortcuts.catalogue.load import in_use

    with in_use(table):  # for whatever asks which APIs exist, in other processes too
        return int(stage.run(composed) or OK)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def _silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that the interpreter does not stumble over it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # not a real file
        return


def _flush_or_silence(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        _silence(stream)


if __name__ == "__main__":
    sys.exit(main())
