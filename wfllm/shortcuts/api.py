"""What one API (an action of Shortcuts, an intent of an app) takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ValueType = Literal[
    "text", "number", "boolean", "choice", "date", "list", "dictionary", "file", "variable", "any"
]

Origin = Literal["user", "shipped", "apple", "actionsdata", "intentdefinition", "published", "inferred", ""]
"""Where a fact about an API comes from; empty where nobody asked (see docs/catalogue.md)."""


@dataclass(frozen=True)
class Sourced:
    """Something of which is known where each of its fields comes from; no part of what it says."""

    source: Origin = field(default="", repr=False, compare=False, kw_only=True)
    """Where every field comes from that `sources` does not name."""
    sources: Mapping[str, Origin] = field(default_factory=dict, repr=False, compare=False, kw_only=True)
    """Field → where it comes from, where that is not `source`."""

    def source_of(self, name: str) -> Origin:
        """Where a field comes from."""
        return self.sources.get(name, self.source)


@dataclass(frozen=True)
class Parameter(Sourced):
    """One parameter of an API, under the key the property list uses for it."""

    name: str
    type: ValueType = "any"
    description: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Api(Sourced):
    """One API as people and models read it. Source of the shape: the paper's API documentation D."""

    identifier: str
    """Identifier in the property list, e.g. `is.workflow.actions.downloadurl`."""
    title: str = ""
    """Name shown in the Shortcuts editor."""
    description: str = ""
    """One sentence, in plain words."""
    parameters: tuple[Parameter, ...] = ()
    input: str | None = None
    """Key of the parameter that takes the previous action's output when it is left out."""
    returns: ValueType | None = None
    output_name: str = ""
    """Name Shortcuts gives the output, e.g. `Contents of URL`; the base of the variable's name."""

    called: bool = True
    """False for an action the dialect writes as syntax (`if`, `for`, texts, …): known, never called."""

    also: tuple[str, ...] = ()
    """Further keys it takes: old names and rare settings, known to checks and left out of prompts."""

    @property
    def app(self) -> str:
        """`builtin`, or the bundle id the identifier starts with."""
        if self.identifier.startswith("is.workflow.actions."):
            return "builtin"
        return self.identifier.rsplit(".", 1)[0]
