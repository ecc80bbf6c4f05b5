"""A catalogue as YAML, in the form that `load.py` reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from wfllm.shortcuts.api import Api, Parameter, Sourced

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def dump_table(apis: Iterable[Api]) -> str:
    """The table of these APIs: by identifier, always the same text for the same APIs."""
    table = {api.identifier: _entry(api) for api in sorted(apis, key=lambda api: api.identifier)}
    return str(
        yaml.dump(
            table, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
        )
    )


def _entry(api: Api) -> dict[str, Any]:
    returns = {"type": api.returns, "name": api.output_name}
    facts = {
        "title": api.title,
        "description": api.description,
        "syntax": not api.called,
        "input": api.input,
        "returns": {k: v for k, v in returns.items() if v},
        "parameters": {p.name: _parameter(p) for p in api.parameters},
        "also": list(api.also),
    }
    return {k: v for k, v in facts.items() if v} | _origin(api)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    facts = {
        "type": parameter.type,
        "required": parameter.required,
        "choices": list(parameter.choices),
        "description": parameter.description,
    }
    default = {} if parameter.default is None else {"default": parameter.default}
    return {k: v for k, v in facts.items() if v} | default | _origin(parameter)


def _origin(item: Sourced) -> dict[str, Any]:
    facts = {"source": item.source, "sources": dict(sorted(item.sources.items()))}
    return {k: v for k, v in facts.items() if v}
