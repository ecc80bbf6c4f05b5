"""Keys that any action of a real file may carry, whatever it does."""

from __future__ import annotations

STATE = frozenset(
    (
        "ShowWhenRun", "OpenWhenRun", "Advanced", "ShowHeaders", "UUID", "CustomOutputName",
        "GroupingIdentifier", "AppIntentDescriptor", "IntentAppDefinition", "IntentAppIdentifier",
    )
)  # fmt: skip
"""State of the editor, and which app serves an intent."""
LEFT_OVER = frozenset(
    ("WFVariable", "WFControlFlowMode", "WFMenuItemTitle", "WFNumberValue", "WFMathOperand", "WFItemIndex")
)
"""Keys that the editor keeps when an action takes the place of another; an action that does not know them
ignores them, and whatever they refer to."""


def is_editor_key(key: str) -> bool:
    """Whether any action may carry the key as state of the editor."""
    return key in STATE or key.startswith("Show-")
