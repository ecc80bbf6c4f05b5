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

if TYPE_CHECKING:
    from wfllm.config.compose import Composed

COMMANDS = {
    "train": "fine-tune, validate, save, and score before and after",
    "evaluate": "generate and score a checkpoint, or the untrained model",
    "teval": "T-Eval PLAN: plan calls of tools the model never saw",
    "generate": "one request in plain words, one workflow",
    "export": "a trained model as a folder to share, with its card",
    "ask": "one prompt, to see that a model answers and what it costs",
    "report": "a run's scores, plots and every sample as one page",
    "compare": "runs side by side as a table",
    "reproduce": "a table of the paper: its runs, and their numbers beside the paper's",
    "repeat": "train again from a run folder alone and compare the losses",
    "sweep-config": "a search as the file that `wandb sweep` takes",
    "build": "make a dataset of records",
    "transcribe": "shortcuts to Python",
    "compile": "Python to shortcuts",
    "check": "is this a legal workflow?",
    "catalogue": "definitions of APIs into one table",
    "show": "a workflow as a flow chart beside its code",
}
FLAGS = """\
  -m, --multirun   run every combination of comma-separated values (optim.lr=1e-4,3e-4)
  --cfg job        print the composed config as YAML and stop
  --trace          show the whole trace of an error
  -h, --help       this text; `wfllm COMMAND --help` lists that command's groups and keys
  --version        the version
$WFLLM_CONF        folder that stands in for conf/, with groups, options and presets of your own
$WFLLM_PLUGINS     folders with parts of your own, one module and one YAML file each (docs/plugins.md)"""
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
        print(_help())
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
        print(_command_help(command))
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


def _help() -> str:
    from wfllm.config.groups import all_groups, option_files
    from wfllm.config.plugin_help import option_summary, plugin_lines

    lines = [
        "wfllm trains and evaluates language models that write workflows.",
        "",
        "Usage: wfllm COMMAND [group=option] [key=value] [flags]",
        "",
        "Commands",
        *(f"  {name:<12} {text}" for name, text in COMMANDS.items()),
        "",
        "Flags",
        FLAGS,
        "",
        "Config groups and their options",
    ]
    for group in all_groups():
        lines.append(f"  {group}")
        options = option_files(group)
        lines += [f"    {name:<22} {option_summary(group, name, path)}" for name, path in options.items()]
    return "\n".join([*lines, *plugin_lines(), "", "First: wfllm train experiment=starter"])


def _command_help(command: str) -> str:
    from wfllm.config.groups import command_groups, option_files
    from wfllm.config.plugin_help import option_summary
    from wfllm.config.presets import presets_for
    from wfllm.config.reference import key_lines

    lines = [
        f"wfllm {command}: {COMMANDS[command]}",
        "",
        f"Usage: wfllm {command} [group=option] [key=value]",
    ]
    for group in command_groups(command):
        options = presets_for(command) if group == "experiment" else option_files(group)
        if not options:  # no preset for this command ships
            continue
        lines += ["", f"{group}="]
        lines += [f"    {name:<22} {option_summary(group, name, path)}" for name, path in options.items()]
    return "\n".join([*lines, "", "Keys (type, default)", *key_lines(command), "", "Flags", FLAGS])


if __name__ == "__main__":
    sys.exit(main())
