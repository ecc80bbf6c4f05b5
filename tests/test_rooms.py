"""The plan of the house, read off the imports: a room uses only what lies to its left."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "wfllm"
DATA = PACKAGE / "bench" / "starter"  # workflows in the dialect: records, not modules

# Left to right; rooms of one row may use each other.
ROWS = [
    ["errors"],
    ["progress", "lock", "files", "workers", "ranks"],
    ["config"],
    ["llm"],
    ["shortcuts"],
    ["bench"],
    ["models"],
    ["data"],
    ["training"],
    ["evaluation"],
    ["tracking"],
    ["report"],
    ["commands"],
    ["search"],
    ["usage"],
    ["cli", "launch", "sweep"],
]
PLACE = {room: row for row, rooms in enumerate(ROWS) for room in rooms}
ONLY_ERRORS = {"progress", "lock", "files", "workers", "ranks", "config"}  # everybody uses these
LONGEST = 400
HEAVY = {"torch", "lightning", "pytorch_lightning", "lightning_fabric", "peft", "transformers", "datasets"}


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if DATA not in p.parents]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def rooms_used(source: str) -> Iterator[tuple[int, str]]:
    """Line and room of every import of this package, inside functions and `if TYPE_CHECKING` too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = ["wfllm.a relative import"]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name.split(".")[1]) for name in names if name.startswith("wfllm."))


def trespasses(room: str, source: str) -> list[str]:
    """Every import of `source`, a module of `room`, that does not lie to the left of it."""
    found = []
    for line, used in rooms_used(source):
        if used not in PLACE:
            found.append(f"line {line}: {used} has no place in the plan")
        elif used != room and (PLACE[used] > PLACE[room] or (room in ONLY_ERRORS and used != "errors")):
            found.append(f"line {line}: {room} may not use {used}")
    return found


@pytest.mark.parametrize(
    ("room", "source", "faults"),
    [
        ("data", "from wfllm.bench.record import Record", 0),
        ("data", "import wfllm.tracking.runs", 1),
        ("data", "from wfllm import tracking, errors", 1),
        ("data", "def f():\n    from wfllm.training import loop", 1),
        ("data", "from . import encode", 1),
        ("data", "from wfllm.attic import x", 1),
        ("config", "from wfllm.progress import clock", 1),
        ("config", "from wfllm.errors import WfllmError", 0),
        ("sweep", "from wfllm.cli import main", 0),
        ("errors", "from wfllm.progress import clock", 1),
    ],
)
def test_an_import_from_the_right_is_seen(room: str, source: str, faults: int) -> None:
    assert len(trespasses(room, source)) == faults


def test_every_room_is_in_the_plan() -> None:
    assert {room_of(p) for p in modules()} - {"__init__"} <= set(PLACE)


def test_rooms_import_only_from_their_left() -> None:
    faults = [
        f"{path.relative_to(PACKAGE)} {fault}"
        for path in modules()
        if path != PACKAGE / "__init__.py"
        for fault in trespasses(room_of(path), path.read_text(encoding="utf-8"))
    ]
    assert faults == []


def test_modules_are_short_enough_to_read() -> None:
    lengths = {p.relative_to(PACKAGE).as_posix(): p.read_text("utf-8").count("\n") for p in modules()}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], 0),
        (["train", "--help"], 0),
        (["train", "--cfg", "job"], 0),
        (["train", "optim.lrr=1"], 2),
        (["train", "-m", "strategy=lorra,full"], 2),
    ],
)
def test_a_command_that_trains_nothing_loads_no_model_library(arguments: list[str], status: int) -> None:
    code = (
        "import sys; from wfllm.cli import main; status = main(sys.argv[1:]); "
        f"print('loaded', *sorted({HEAVY} & set(sys.modules))); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == status, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded"
