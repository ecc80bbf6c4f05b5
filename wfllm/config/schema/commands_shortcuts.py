"""What the commands about shortcuts and workflows compose."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Count, Positive
from wfllm.config.schema.command import Command, KnowsApis


class CatalogueCommand(Command):
    """Definitions of APIs into one table."""

    input: str | list[str]
    """Files, folders and globs: Apple's `WFActions.plist`, apps' `.actionsdata` and `.intentdefinition`,
    published documents (`.jsonl`, `.json`), tables (`.yaml`), and shortcuts, whose use of an API tells
    something about it."""
    output: str
    """YAML file to write; other commands take it as `catalogue`."""
    bundle: str | None = None
    """Bundle id of the app that `.actionsdata` and `.intentdefinition` files belong to; null takes it from
    the app or folder they lie in."""


class TranscribeCommand(KnowsApis):
    """Shortcuts to Python."""

    input: str
    """File, folder or glob of shortcut files."""
    output: str
    """Folder for `<name>.py`, `<name>.sidecar.json` and `report.json`."""
    n_jobs: Positive = 1
    """Processes."""
    longest_text: Count = 0
    """Characters of a text in the code; longer ones are kept beside it and referred to. 0: none are."""


class CompileCommand(KnowsApis):
    """Python to shortcuts."""

    input: str
    """A `.py` file in the workflow dialect, or a folder of them; a sidecar beside each is used."""
    output: str
    """Folder for `<name>.shortcut`."""
    n_jobs: Positive = 1
    """Processes."""


class CheckCommand(KnowsApis):
    """Is this a legal workflow?"""

    input: str
    """A `.py` file in the workflow dialect, a folder of them, or a glob."""


class ShowCommand(KnowsApis):
    """A workflow as a flow chart beside its code."""

    input: str
    """Shortcut file, `.py` file in the workflow dialect, a folder of either, or a glob."""
    output: str = "outputs/show"
    """Folder for `<name>.html`; of several workflows `index.html` lists all."""
    format: Literal["html", "svg", "mermaid"] = "html"
    """`html` is chart and code on one page, `svg` the chart alone, `mermaid` text that GitHub draws."""
    open: bool = False
    """Open what was written in the browser."""
