"""Which commands a preset is for: its header says it, in the command that it shows."""

from __future__ import annotations

import re
from pathlib import Path

from wfllm.config.groups import option_files
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.problems import Problem

_HEADER = re.compile(r"# wfllm ([a-z]+) ")


def commands_of(path: Path) -> list[str]:
    """The commands in the comments at the top of a preset's file; where none is, any may take it."""
    found: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            command = _HEADER.match(line)
            if command:
                found.append(command[1])
    return found


def presets_for(command: str) -> dict[str, Path]:
    """Name → file of the presets that a command may take."""
    return {
        name: path
        for name, path in option_files("experiment").items()
        if command in (commands_of(path) or [command])
    }


def wrong_command(command: str, preset: str | None) -> Problem | None:
    """What to say where a preset is another command's: its keys would be faults one by one."""
    path = option_files("experiment").get(preset) if preset else None
    meant = commands_of(path) if path else []
    if not meant or command in meant:
        return None
    cause = f"{preset} is a preset of {' and '.join(f'wfllm {name}' for name in meant)}"
    return Problem("experiment", COMMAND_LINE, cause, f"Type: wfllm {meant[0]} experiment={preset} …")
