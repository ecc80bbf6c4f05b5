"""The shell blocks of the documents, and what is to become of each under test.

A block is run for real unless a comment on the line above it says otherwise:

    <!-- test: composed only; why it cannot be run here -->
    <!-- test: run by tests/commands/test_sweeps_commands.py -->
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"(?:^ *<!-- test: (?P<mark>[^\n]*?) -->\n)?"
    r"^(?P<indent> *)```(?P<kind>bash|sh|console)\b[^\n]*\n(?P<text>.*?)^ *```",
    re.MULTILINE | re.DOTALL,
)
COMPOSED, ELSEWHERE = "composed only; ", "run by "


@dataclass(frozen=True)
class Command:
    """One simple command of a block: its words, and in a `console` block the lines that it prints."""

    words: list[str]
    prints: list[str]


@dataclass(frozen=True)
class Block:
    """A shell block: where it begins, what stands above it, its lines without the fences."""

    page: Path
    line: int
    kind: str
    mark: str
    text: str

    @property
    def here(self) -> bool:
        """Whether `test_commands` runs it."""
        return not self.mark

    def commands(self) -> list[Command]:
        if self.kind == "console":
            return list(_console(self.text))
        lines = self.text.replace("\\\n", " ").splitlines()
        return [Command(words, []) for line in lines for words in simple_commands(line) if words]


def pages() -> list[Path]:
    """Every document, README first."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    return found + sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("experiments/**/*.md")])


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(text):
        body = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, match.start()) + 1 + (match["mark"] is not None)
        found.append(Block(page, line, match["kind"], (match["mark"] or "").strip(), body))
    return found


def simple_commands(line: str) -> Iterator[list[str]]:
    """The simple commands of a line as words: split at `|`, `&&` and the like, without what is redirected."""
    words: list[str] = []
    lexer = shlex.shlex(line.strip(), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    redirected = False
    for word in lexer:
        if set(word) <= set("();<>|&"):
            if "<" in word or ">" in word:
                redirected = True
                continue
            yield words
            words, redirected = [], False
        elif redirected:
            redirected = False
        else:
            words.append(word)
    yield words


def _console(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, prints = part.partition("\n")
        for words in simple_commands(line):
            yield Command(words, [p for p in prints.splitlines() if p.strip()])
