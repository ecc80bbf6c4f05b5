"""What is wrong with a workflow, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing about code that is wrong, or that a person should look at."""

    line: int
    rule: str
    """Short name of the rule, e.g. `unknown-api`."""
    message: str
    suggestion: str = ""
    """What to write instead; empty where there is nothing to say."""
    severity: Severity = "error"
    """`error`: no legal workflow. `warning`: legal, and perhaps not what was meant, or not to be judged."""
