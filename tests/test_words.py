"""What is in the repository means the same on everybody's machine: no paths or hosts of somebody's own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".csv", ".json", ".sh", ""}

# One bracket in each, so that no pattern finds itself.
PATTERNS = {
    "a path of somebody's machine": r"(?<!\w)/(?:[w]ork|[r]oot|[t]mp/\w+|(?:[o]pt|[U]sers|[h]ome)/\w+)/",
    "a host that packages come from": r"[p]ypi\.org|[p]ythonhosted|[d]ownload\.pytorch\.org",
    "a secret": r"\b(?:[s]k-|[h]f_|[g]hp_)[A-Za-z0-9]{20}|[B]EGIN \w* ?PRIVATE KEY",
    "a number that only a tracker knows": r"(?i)\b(?:[i]ssue|[p]ull request|[t]icket) #?\d+",
    "how the text came about": r"(?i)[h]elper session|\b[s]ub-?agent",
}


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def finds(text: str) -> list[str]:
    """Line number and fault, for every line of `text` with something that does not belong there."""
    return [
        f"{number}: {what}: {match[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in PATTERNS.items()
        if (match := re.search(pattern, line))
    ]


def test_the_patterns_find_what_they_are_for() -> None:
    bad = [
        "/".join(["", "home", "ada", "x.py"]),
        "hf" + "_" + "a" * 34,
        "see iss" + "ue #12",
        "files.python" + "hosted",
    ]
    assert len(finds("\n".join(bad))) == len(bad)
    assert finds("tomorrow/work/gym, outputs/train, a colour #112233, an issue of 12 pages") == []


def test_tracked_files_are_about_the_project_alone() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in tracked_files()
        if path.suffix in TEXT and path.is_file() and path.name != "LICENSE"
        for fault in finds(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert faults == []
