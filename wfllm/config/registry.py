"""Which class checks what: commands, and the options of each config group by their `name`, those of plug-ins
too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from wfllm.config import schema as s
from wfllm.config.contracts import options_of, part
from wfllm.config.groups import option_files
from wfllm.config.plugins import as_written, module_files
from wfllm.errors import WfllmError

ROOTS: dict[str, type[s.Command]] = {
    "transcribe": s.TranscribeCommand,
    "compile": s.CompileCommand,
    "check": s.CheckCommand,
    "catalogue": s.CatalogueCommand,
    "show": s.ShowCommand,
    "build": s.BuildCommand,
    "train": s.TrainCommand,
    "sweep-config": s.SweepConfigCommand,
    "evaluate": s.EvaluateCommand,
    "teval": s.TevalCommand,
    "generate": s.GenerateCommand,
    "export": s.ExportCommand,
    "ask": s.AskCommand,
    "report": s.ReportCommand,
    "compare": s.CompareCommand,
    "reproduce": s.ReproduceCommand,
    "repeat": s.RepeatCommand,
}

# The class that checks an option, by group and the option's `name`; `*` stands for any other name.
SCHEMAS: dict[str, dict[str, type[s.Schema]]] = {
    "data": {
        "starter": s.StarterData,
        "shortcuts": s.ShortcutsData,
        "workflowbench": s.WorkflowBenchData,
        "records": s.RecordsData,
        "mix": s.MixData,
    },
    "thoughts": {"catalogue": s.CatalogueThoughts, "llm": s.LlmThoughts},
    "annotator": {
        "none": s.NoAnnotator,
        "llm": s.LlmAnnotator,
        "checkpoint": s.CheckpointAnnotator,
    },
    "prompts": {"build": s.BuildPrompts, "*": s.Prompts},
    "target": {"*": s.Target},
    "model": {
        "tiny": s.TinyModel,
        "smollm2_135m": s.PackagedModel,
        "api": s.ApiModel,
        "*": s.PretrainedModel,
    },
    "llm": {"openai": s.OpenAILlm, "local": s.LocalLlm, "replay": s.ReplayLlm},
    "strategy": {
        "lora": s.Lora,
        "rslora": s.RsLora,
        "dora": s.Dora,
        "pissa": s.Pissa,
        "lora_plus": s.LoraPlus,
        "qlora": s.Qlora,
        "freeze": s.Freeze,
        "full": s.Full,
    },
    "optim": {"adamw": s.Optim},
    "trainer": {"*": s.Trainer},
    "decoding": {"greedy": s.Greedy, "sample": s.Sample, "best_of": s.BestOf},
    "metrics": {"*": s.Metrics},
    "judge": {
        "none": s.NoJudge,
        "openai": s.OpenAIJudge,
        "local": s.LocalJudge,
        "replay": s.ReplayJudge,
    },
    "logger": {"none": s.NoLogger, "wandb": s.WandbLogger},
    "sweep": {"*": s.Sweep},
    "table": {"*": s.Table},
}


def schema_of(group: str, name: object) -> type[s.Schema] | None:
    """The class that checks the option called `name`, or None where no part has that name.

    Raises:
        WfllmError: it is a plug-in's, and broken, or called as a built-in part is.
    """
    table, called = SCHEMAS[group], str(name)
    modules = module_files(group).get(called)
    if modules and (called in table or (group == "metrics" and called in s.TAKEN_FAMILIES)):
        cause = f"{called} is a built-in part of {group}, which no plug-in replaces"
        raise WfllmError(cause, where=as_written(modules[0]), mend="Rename this file.")
    found = part(group, called) if modules else None
    own = options_of(found) if found else None
    return own or table.get(called, table.get("*"))


def parts_of(group: str) -> dict[str, type[s.Schema]]:
    """Name → class of every part of a group, those of plug-ins too; broken ones are left out."""
    found = dict(SCHEMAS[group])
    for name in module_files(group):
        try:
            own = schema_of(group, name)
        except WfllmError:  # told where it is asked for, and in --help
            continue
        if own is not None and own is not SCHEMAS[group].get("*"):
            found[name] = own
    return found


def owners(group: str, key: str) -> list[str]:
    """Options of a group that have the key, which may be dotted."""
    parts = parts_of(group)
    schemas = {option: parts.get(option, parts.get("*")) for option in option_files(group)}
    return [option for option, schema in schemas.items() if schema and key in valid_keys(schema)]


def inner_schema(annotation: object) -> type[s.Schema] | None:
    """The schema that a field holds (`Evaluation`, or `Evaluation | None`), or None for a plain value."""
    for inner in (annotation, *get_args(annotation)):
        if isinstance(inner, type) and issubclass(inner, s.Schema):
            return inner
    return None


def valid_keys(model: type[s.Schema], prefix: str = "") -> Iterator[str]:
    """Every dotted key of a schema, inner ones too."""
    for name, info in model.model_fields.items():
        yield prefix + name
        inner = inner_schema(info.annotation)
        if inner is not None:
            yield from valid_keys(inner, f"{prefix}{name}.")
