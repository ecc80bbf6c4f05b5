"""What `wfllm --help` and `wfllm COMMAND --help` print: commands, flags, groups with their options."""

from __future__ import annotations

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


def overview() -> str:
    """The text of `wfllm --help`."""
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


def command_help(command: str) -> str:
    """The text of `wfllm COMMAND --help`."""
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
