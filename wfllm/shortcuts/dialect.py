"""The dialect's own functions: what a workflow may call besides APIs.

They stand for what Shortcuts has no callable action for: tokens inside a value, properties and
coercions of a value, and the actions that became Python syntax.
"""

from __future__ import annotations

from dataclasses import dataclass

from wfllm.shortcuts.names import DIALECT


@dataclass(frozen=True)
class Function:
    """One function of the dialect."""

    signature: str
    """Parameters as a reader sees them."""
    description: str
    least: int
    """Positional arguments it needs."""
    most: int | None
    """Positional arguments it takes at most; None = any number."""
    keywords: tuple[str, ...] | None = ()
    """Keywords it takes; None = any."""
    action: bool = False
    """Whether it is an action (a statement of its own) rather than a value."""


def _f(
    signature: str,
    description: str,
    least: int = 0,
    most: int | None = 0,
    keywords: tuple[str, ...] | None = (),
    action: bool = False,
) -> Function:
    return Function(signature, description, least, most, keywords, action)


FUNCTIONS: dict[str, Function] = {
    # tokens: values that stand inside other values
    "shortcut_input": _f("()", "What the shortcut was started with.", keywords=None),
    "clipboard": _f("()", "What lies on the clipboard.", keywords=None),
    "current_app": _f("()", "The app in front.", keywords=None),
    "current_date": _f("()", "Now.", keywords=None),
    "ask_each_time": _f("(prompt='')", "A value asked for when the action runs.", most=1, keywords=None),
    "device_details": _f("(detail)", "A fact about the device, e.g. 'Device Name'.", 0, 1, None),
    # what a value is looked at as
    "get_property": _f("(value, name)", "A property of a value, e.g. 'File Size'.", 2, 2, None),
    "coerce": _f("(value, item_class)", "The value as another kind of content.", 2, 2, None),
    "format_date": _f("(date, style)", "A date as text.", 1, None, None),
    "with_unit": _f("(value, symbol, type)", "A measurement in a unit.", 2, 3),
    "join_text": _f("(*parts)", "Texts and values end to end.", 0, None),
    "data": _f("(digest)", "Binary content kept beside the code.", 1, 1, None),
    "text_ref": _f("(digest, preview='')", "A long text kept beside the code.", 1, 1, ("preview",)),
    "no_value": _f("()", "A field that was emptied: no reference stands in it."),
    "raw": _f("(kind, content)", "Something this version does not understand, kept whole.", 1, None, None),
    # conditions on dates
    "is_today": _f("(date)", "Whether a date is today.", 1, 1),
    "in_last": _f("(date, amount, unit)", "Whether a date lies in the last so many units.", 3, 3),
    "in_next": _f("(date, amount, unit)", "Whether a date lies in the next so many units.", 3, 3),
    # actions that read better as functions
    "input": _f("(prompt='')", "Asks for a text.", 0, 1, action=True),
    "ask": _f("(prompt='', type='Text', default=None)", "Asks for a value of a type.", 0, 1, None, True),
    "menu": _f("(prompt, items)", "Asks which item; the subject of a match.", 1, 2, None, True),
    "run_shortcut": _f("(name, input=None)", "Runs another shortcut.", 1, 2, None, True),
    "run_this_shortcut": _f("(input=None)", "Runs this shortcut again.", 0, 1, None, True),
    "exit_shortcut": _f("(result=None)", "Stops, handing a result back.", 0, 1, None, True),
    "output": _f("(result)", "Stops and outputs.", 0, 1, None, True),
    # what stands at the head of a workflow and is no action
    "accepts": _f(
        "(*kinds)", "The kinds of input it takes, e.g. 'URLs'; anything without it.", 0, None, (), True
    ),
    "without_input": _f("(what, more=None)", "What it does when there is no input.", 1, 2, None, True),
    "import_question": _f("(text, about, default)", "Asked for the next line on import.", 0, 1, None, True),
    # Python's own that the loops are written with
    "enumerate": _f("(items, start=1)", "Items of a repeat with their numbers.", 1, 2, ("start",)),
    "range": _f("(1, n + 1)", "Numbers of a repeat.", 1, 2),
    "int": _f("(n)", "A whole number.", 1, 1),
}
"""Python name → function."""

for _name in ("dict", *sorted(DIALECT)):
    FUNCTIONS.setdefault(_name, _f("(…)", "A value in the exact form a file holds it.", 0, None, None))

METHODS: dict[str, int] = {"startswith": 1, "endswith": 1, "append": 1, "keys": 0, "values": 0}
"""Methods a value has, with the number of arguments each takes."""
