"""The config groups and their options, read off `conf/` and the plug-in folders without composing anything.

Nothing but the standard library is imported at the top, so that `--help` answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path

from wfllm.config.plugins import plugin_folders
from wfllm.errors import WfllmError

CONF_VARIABLE = "WFLLM_CONF"


def conf_dir() -> Path:
    """Folder of the YAML files: $WFLLM_CONF, else in the package (installed) or beside it (checkout)."""
    given = os.environ.get(CONF_VARIABLE)
    if given:
        folder = Path(given).expanduser().resolve()
        if not folder.is_dir():
            raise WfllmError(
                "no such folder", where=f"{CONF_VARIABLE}={given}", mend="Name one that holds train.yaml."
            )
        return folder
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "conf", package.parent / "conf"):
        if folder.is_dir():
            return folder
    raise WfllmError("no conf/ in it or beside it", where=package, mend="Install wfllm again.")


def all_groups() -> list[str]:
    """Every config group: the folders of `conf/`."""
    return sorted(p.name for p in conf_dir().iterdir() if p.is_dir() and not p.name.startswith((".", "_")))


def option_files(group: str) -> dict[str, Path]:
    """Option name → YAML file of one group; nested options carry their folder (`ablation/no_plan`).

    Those of plug-in folders come last. Where two files have one name it is the first, `conf/`'s own; whoever
    asks for that option is told (see `files_of`).
    """
    found: dict[str, Path] = {}
    for root in roots():
        folder = root / group
        for path in sorted(folder.rglob("*.yaml")):
            found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def files_of(group: str, option: str) -> list[Path]:
    """Every file of that name; more than one is a fault, since no plug-in replaces another part."""
    paths = [root / group / f"{option}.yaml" for root in roots()]
    return [path for path in paths if path.is_file()]


def roots() -> list[Path]:
    """The folders that hold options: `conf/`, then those of $WFLLM_PLUGINS."""
    return [conf_dir(), *plugin_folders()]


def place_of(path: Path) -> Path:
    """A file of one of the `roots`, seen from there: `experiment/tiny.yaml`."""
    root = next(root for root in roots() if root in path.parents)
    return path.relative_to(root)


def summary(path: Path) -> str:
    """What the option is, in one line: the file's first comment that is neither `@package` nor a command."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("# ") and not line.startswith(("# @package", "# wfllm ")):
                return line[2:].strip()
    return ""


def command_groups(command: str) -> list[str]:
    """Groups that a command's root config composes, in order, `experiment` last.

    Raises yaml.YAMLError where the root config is broken.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # asked for with every config
    root = yaml.load((conf_dir() / f"{command}.yaml").read_text(encoding="utf-8"), Loader=loader)
    defaults = root.get("defaults", []) if isinstance(root, dict) else []
    return [str(name) for entry in defaults if isinstance(entry, dict) for name in entry]
