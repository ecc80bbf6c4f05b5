"""What `--help` says of plug-ins: which options are theirs, and what is wrong with them.

The schema is imported only where there are plug-ins, so that `--help` answers at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wfllm.config.groups import all_groups, conf_dir, files_of, option_files, summary
from wfllm.config.plugins import as_written, module_files, plugin_folders, strangers
from wfllm.errors import WfllmError


def option_summary(group: str, option: str, path: Path) -> str:
    """One line on an option; one of a plug-in is said to be so, and where it is broken, why."""
    if conf_dir() in path.parents:
        return summary(path)
    from wfllm.config.contracts import part

    name = Path(option).name
    try:
        if name in module_files(group):
            part(group, name)
    except WfllmError as fault:
        return f"broken plug-in: {fault.where}: {fault.cause}"
    return f"{summary(path)} (plug-in)".strip()


def plugin_lines() -> list[str]:
    """The section on plug-ins: their folders and what in them is of no use. Empty where there are none."""
    folders = [f"  {as_written(folder)}" for folder in plugin_folders()]
    if not folders:
        return []
    faults = [f"  {where}: {cause}" for where, cause in [*_replacing(), *strangers(all_groups())]]
    return ["", "Plug-ins", *folders, *faults]


def _replacing() -> Iterator[tuple[str, str]]:
    """Files that are called as another part is, which none replaces."""
    from wfllm.config.registry import SCHEMAS
    from wfllm.config.schema import TAKEN_FAMILIES

    for group in all_groups():
        for option in option_files(group):
            for path in files_of(group, option)[1:]:
                yield as_written(path), f"{option} is an option of {group} already."
        taken = TAKEN_FAMILIES if group == "metrics" else tuple(SCHEMAS.get(group, ()))
        for name, paths in module_files(group).items():
            for path in paths if name in taken else paths[1:]:
                yield as_written(path), f"{name} is a part of {group} already."
