"""The reference page and the lines of `--help`: complete, readable, up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from wfllm.config.groups import command_groups, option_files
from wfllm.config.reference import key_lines, reference_markdown, type_name
from wfllm.config.registry import ROOTS, SCHEMAS, valid_keys
from wfllm.config.schema import Positive, Schema, Share

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"


class Sample(Schema):
    """One field of each kind."""

    whole: int
    """A."""
    few: Positive | None = None
    part: Share = 0.5
    pair: tuple[Share, float] = (0.5, 1.0)
    word: Literal["a", "b"] | None = "a"
    many: list[Literal["a", "b"]] = ["a"]  # noqa: RUF012
    either: str | list[str] = "x"
    narrow: Annotated[float, Field(gt=0, le=1)] = 1.0


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("whole", "int"),
        ("few", "int ≥ 1 | null"),
        ("part", "float ≥ 0 and < 1"),
        ("pair", "[float ≥ 0 and < 1, float]"),
        ("word", "a | b | null"),
        ("many", "[a | b, …]"),
        ("either", "text | [text, …]"),
        ("narrow", "float > 0 and ≤ 1"),
    ],
)
def test_types_are_written_as_people_read_them(field: str, text: str) -> None:
    assert type_name(Sample.model_fields[field]) == text


def test_the_page_is_the_one_in_docs() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_markdown(), (
        "run: python -m wfllm.config.reference > docs/reference.md"
    )


def leaves(part: type[Schema]) -> list[str]:
    """Keys of a part that hold a value, those of its sections included."""
    keys = list(valid_keys(part))
    named = [k for k in keys if k.rpartition(".")[2] != "name"]
    return [k for k in named if not any(other.startswith(f"{k}.") for other in keys)]


def test_the_page_has_every_command_option_and_key() -> None:
    page = reference_markdown()
    for command, root in ROOTS.items():
        assert f"## `wfllm {command}`" in page
        keys = list(valid_keys(root))
        sections = {key.split(".")[0] for key in keys if "." in key}  # their keys have rows of their own
        for key in keys:
            assert key.split(".")[0] in SCHEMAS or key in sections or f"| `{key}` |" in page
    for group, parts in SCHEMAS.items():
        assert all(f"| `{option}` |" in page for option in option_files(group))
        for part in parts.values():
            assert all(f"| `{group}.{key}` |" in page for key in leaves(part))


def test_every_row_has_four_cells_and_a_meaning() -> None:
    for line in reference_markdown().splitlines():
        if line.startswith("| `") and line.count(" | ") >= 3:
            cells = line.replace("\\|", "/").strip("|").split("|")
            assert len(cells) == 4, line
            assert all(cell.strip() for cell in cells), line


def test_no_python_shows_through() -> None:
    page = reference_markdown()
    for word in (
        "Annotated",
        "Literal",
        "NoneType",
        "typing",
        "FieldInfo",
        "None",
        "True",
        "False",
        "<class",
    ):
        assert word not in page, word


@pytest.mark.parametrize("command", ROOTS)
def test_help_has_a_line_for_every_key(command: str) -> None:
    lines = list(key_lines(command))
    shown = {line.split()[0] for line in lines}
    groups = [g for g in command_groups(command) if g in SCHEMAS]
    expected = {
        f"{group}.{key}" for group in groups for part in SCHEMAS[group].values() for key in leaves(part)
    }
    assert expected <= shown
    assert all(": " in line and not line.endswith(": ") for line in lines)
    assert len(lines) == len(shown)


def test_a_key_of_some_options_says_of_which() -> None:
    (line,) = [line for line in key_lines("train") if line.split()[0] == "model.layers"]
    assert line.endswith("(of model=tiny)")
