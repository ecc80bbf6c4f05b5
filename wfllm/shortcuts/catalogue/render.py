"""An API as a prompt shows it: a Python stub, or the JSON of the published documentation."""

from __future__ import annotations

import ast
import re
from typing import Any, Literal

from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue.imported import printable
from wfllm.shortcuts.names import api_name

Form = Literal["compact", "full"]

_PYTHON: dict[str, str] = {
    "text": "str",
    "number": "float",
    "boolean": "bool",
    "choice": "str",
    "date": "datetime",
    "list": "list",
    "dictionary": "dict",
    "file": "File",
    "variable": "Any",
    "any": "Any",
}
_JSON: dict[str, str] = {
    "text": "STRING",
    "number": "NUMBER",
    "boolean": "BOOLEAN",
    "choice": "ENUM",
    "date": "DATE",
    "list": "ARRAY",
    "dictionary": "DICTIONARY",
    "file": "FILE",
    "variable": "OBJECT",
    "any": "OBJECT",
}
_SHAPE = re.compile(r'\{"|quantity\(|dict\(')
"""A description that shows the form of a value."""
MAX_CHOICES = 24
"""Choices a compact stub spells out; longer lists end in `...`."""


def render(api: Api, form: Form = "compact") -> str:
    """The stub of an API: valid Python with types, defaults, choices and descriptions.

    Args:
        api: what to show.
        form: `compact` is one line (tokens are dear in prompts); `full` adds a line for each parameter
            and the return value. `= ...` marks a parameter that may be left away without a known default.
            An API of which only the identifier is known takes `**kwargs`.
    """
    head = f"def {api_name(api.identifier)}({_signature(api, form)}){_returns(api)}:"
    if form == "full":
        return f"{head}\n{_docstring(api)}"
    # a compact stub leaves parameters undescribed, but for values of a shape nobody can guess
    shapes = [f"{p.name}: {p.description}" for p in api.parameters if _SHAPE.search(p.description)]
    summary = " ".join([api.description or api.title, *shapes]).strip()
    return f"{head} {_quoted(summary)}" if summary else f"{head} ..."


def as_json(api: Api) -> dict[str, Any]:
    """The shape of the published documentation and of T-Eval: name, description, required and optional
    parameters, return data."""
    return {
        "name": api.identifier,
        "description": api.description,
        "required_parameters": [_parameter_json(p) for p in api.parameters if p.required],
        "optional_parameters": [_parameter_json(p) for p in api.parameters if not p.required],
        "return_data": [{"name": api.output_name or "Output", "description": f"{api.returns}"}]
        if api.returns
        else [],
    }


def _signature(api: Api, form: Form) -> str:
    if _only_identifier(api):
        return "**kwargs"
    required = [f"{p.name}: {_type(p, form)}" for p in api.parameters if _in_signature(p) and p.required]
    optional = [
        f"{p.name}: {_type(p, form)} = {'...' if p.default is None else repr(p.default)}"
        for p in api.parameters
        if _in_signature(p) and not p.required
    ]
    # keys Python forbids are passed as **{"some-key": value}
    rest = ["**kwargs"] if not all(_in_signature(p) for p in api.parameters) else []
    return ", ".join([*required, *optional, *rest])


def _only_identifier(api: Api) -> bool:
    return not api.parameters and not api.description and not api.title


def _in_signature(parameter: Parameter) -> bool:
    try:
        ast.parse(f"def f({parameter.name}): ...")
    except (SyntaxError, ValueError):
        return False
    return parameter.name.isidentifier()


def _type(parameter: Parameter, form: Form) -> str:
    if parameter.type == "choice" and parameter.choices:
        shown = parameter.choices if form == "full" else parameter.choices[:MAX_CHOICES]
        more = ["..."] if len(shown) < len(parameter.choices) else []
        return f"Literal[{', '.join([*map(repr, shown), *more])}]"
    return _PYTHON[parameter.type]


def _returns(api: Api) -> str:
    return f" -> {_PYTHON[api.returns]}" if api.returns else ""


def _docstring(api: Api) -> str:
    lines = [api.description or api.title or api.identifier]
    lines += [f"{p.name}: {_sentence(p)}" for p in api.parameters]
    if api.returns:
        lines.append(f"Returns: {api.output_name or api.returns}.")
    text = "\n    ".join(printable(" ".join(line.split())) for line in lines)
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    end = "\n    " if len(lines) > 1 else (" " if text.endswith('"') else "")
    return f'    """{text}{end}"""'


def _sentence(parameter: Parameter) -> str:
    marks = [] if parameter.required else ["optional"]
    if parameter.default is not None:
        marks.append(f"default {parameter.default!r}")
    return f"{parameter.description} ({', '.join(marks)})" if marks else parameter.description


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": parameter.name,
        "type": _JSON[parameter.type],
        "description": parameter.description,
    }
    if parameter.choices:
        entry["enum"] = list(parameter.choices)
    if parameter.default is not None:
        entry["default"] = parameter.default
    return entry
