"""Which class checks what: commands, and the options of each config group by their `name`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from wfllm.config import schema as s
from wfllm.config.groups import option_files

ROOTS: dict[str, type[s.Command]] = {
    "transcribe": s.TranscribeCommand,
    "compile": s.CompileCommand,
    "check": s.CheckCommand,
    "catalogue": s.CatalogueCommand,
    "show": s.ShowCommand,
    "build": s.BuildCommand,
    "train": s.TrainCommand,
    "evaluate": s.EvaluateCommand,
    "teval": s.TevalCommand,
    "generate": s.GenerateCommand,
    "ask": s.AskCommand,
    "report": s.ReportCommand,
    "compare": s.CompareCommand,
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
}


def schema_of(group: str, name: object) -> type[s.Schema] | None:
    """The class that checks the option called `name`, or None where no part has that name."""
    table = SCHEMAS[group]
    return table.get(str(name), table.get("*"))


def owners(group: str, key: str) -> list[str]:
    """Options of a group that have the key, which may be dotted."""
    parts = {option: schema_of(group, option) for option in option_files(group)}
    return [option for option, part in parts.items() if part and key in valid_keys(part)]


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
