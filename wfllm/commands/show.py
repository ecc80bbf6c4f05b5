"""`wfllm show`: a workflow as a flow chart beside its code."""

from __future__ import annotations

import shlex
import webbrowser
from pathlib import Path
from typing import cast

from rich.console import Console

from wfllm.config.compose import Composed
from wfllm.config.schema import ShowCommand
from wfllm.shortcuts.page_stage import Shown, show_all

SHOWN = 12


def run(composed: Composed) -> int:
    """Draw workflows and print where. 1 where any was refused."""
    config = cast(ShowCommand, composed.config)
    shown = show_all(config.input, Path(config.output), config.format)
    _print(shown, config)
    pages = [one.page for one in shown if one.page is not None]
    if config.open and pages:
        page = pages[0] if len(pages) == 1 or config.format != "html" else pages[0].parent / "index.html"
        webbrowser.open(page.resolve().as_uri())
    return int(any(one.fault for one in shown))


def _print(shown: list[Shown], config: ShowCommand) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    pages = [one.page for one in shown if one.page is not None]
    if len(pages) > SHOWN and config.format == "html":
        console.print(f"{len(pages)} pages, listed in {pages[0].parent / 'index.html'}")
    else:
        for page in pages[:SHOWN]:
            console.print(str(page))
        if len(pages) > SHOWN:
            console.print(f"… and {len(pages) - SHOWN} more in {pages[0].parent}")
    refused = [one.fault for one in shown if one.fault]
    for fault in refused[:SHOWN]:
        console.print(fault, style="red")
    if len(refused) > SHOWN:
        console.print(f"… and {len(refused) - SHOWN} more that cannot be drawn", style="red")
    given = shlex.quote(f"input={config.input}")
    code = any(one.file.lower().endswith(".py") for one in shown)
    wrong = any(one.findings for one in shown)
    if code and wrong:
        console.print(f"Next: wfllm check {given}")
    elif code:
        console.print(f"Next: wfllm compile {given} output=outputs/shortcuts")
    else:
        console.print(f"Next: wfllm transcribe {given} output=outputs/python")
