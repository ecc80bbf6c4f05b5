"""The config groups and their options, read off the folder `conf/` without composing anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from wfllm.config import schema as s

# The class that checks an option, by group and the option's `name`; `*` stands for any other name.
SCHEMAS: dict[str, dict[str, type[s.Schema]]] = {
    "data": {
        "starter": s.StarterData,
        "shortcuts": s.ShortcutsData,
        "workflowbench": s.WorkflowBenchData,
        "records": s.RecordsData,
    },
    "thoughts": {"catalogue": s.CatalogueThoughts},
    "prompts": {"*": s.Prompts},
    "target": {"*": s.Target},
    "model": {"tiny": s.TinyModel, "smollm2_135m": s.PackagedModel, "*": s.PretrainedModel},
    "strategy": {"lora": s.Lora, "full": s.Full},
    "optim": {"adamw": s.Optim},
    "trainer": {"*": s.Trainer},
    "decoding": {"greedy": s.Decoding},
    "metrics": {"*": s.Metrics},
    "logger": {"none": s.NoLogger, "wandb": s.WandbLogger},
}


@cache
def conf_dir() -> Path:
    """Folder of the YAML files: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "conf", package.parent / "conf"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no conf/ in or beside {package}: the installation is incomplete")


def option_files(group: str) -> dict[str, Path]:
    """Option name → YAML file of one group; nested options carry their folder (`ablation/no_plan`)."""
    folder = conf_dir() / group
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.yaml"))
    }


def summary(path: Path) -> str:
    """The file's first comment line: what the option is, in one line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("# ") and "@package" not in line:
                return line[2:].strip()
    return ""


def command_groups(command: str) -> list[str]:
    """Groups that a command's root config composes, in order, `experiment` last."""
    import yaml

    root = yaml.safe_load((conf_dir() / f"{command}.yaml").read_text(encoding="utf-8")) or {}
    groups = [name for entry in root.get("defaults", []) if isinstance(entry, dict) for name in entry]
    return [name.removeprefix("optional ").removeprefix("override ") for name in groups]


def schema_of(group: str, name: object) -> type[s.Schema] | None:
    """The class that checks the option called `name`, or None where no part has that name."""
    table = SCHEMAS[group]
    return table.get(str(name), table.get("*"))
