"""The parts that docs/plugins.md shows, written as the files that it says they are."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "plugins.md"
_BLOCK = re.compile(r"^`my_parts/(\S+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write_parts(folder: Path) -> list[str]:
    """Write every file of the page into a folder; their names, as the page has them."""
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for name, text in blocks:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [name for name, _ in blocks]


def write_part(folder: Path, group: str, name: str, module: str, options: str = "") -> Path:
    """Write one part of a test's own; its module's path."""
    path = folder / group / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(module, encoding="utf-8")
    path.with_suffix(".yaml").write_text(f"# A part.\nname: {name}\n{options}", encoding="utf-8")
    return path
