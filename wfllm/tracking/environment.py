"""What a run ran on: commit of the code and what was changed since, packages and their versions."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

CODE = ("wfllm", "conf", "pyproject.toml")
"""What of a checkout makes results; a table or a note beside it changes none."""


@cache
def packages() -> dict[str, str]:
    """Every installed package and its version. Read once: it is a second's work."""
    found = {(meta := d.metadata)["Name"]: meta["Version"] for d in distributions()}
    return dict(sorted(found.items(), key=lambda item: str(item[0]).lower()))


def code_state() -> dict[str, object]:
    """Commit of the code itself and whether it was changed since; null and false without a checkout."""
    return {
        "commit": _git("rev-parse", "HEAD").strip() or None,
        "dirty": bool(_git("status", "--porcelain", "--", *CODE).strip()),
    }


def code_diff() -> str:
    """What was changed in the code since its commit, as a patch; empty without a checkout."""
    return _git("diff", "HEAD", "--", *CODE)


def _git(*args: str) -> str:
    """Output of a git command about the code itself; empty where there is no git or no checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *args], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
