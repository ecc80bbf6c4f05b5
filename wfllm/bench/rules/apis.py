"""Rules about the APIs a sample was given: it uses them, no others, and its request does not name them."""

from __future__ import annotations

import re

from wfllm.bench.rules.seen import Context, Seen
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.names import api_name

_BESIDE = ("data", "text_ref")
_ANY_API = re.compile(r"\bis[_.]workflow[_.]actions[_.]\w+|\bWF[A-Z][a-z]\w+", re.ASCII)
"""Spelled like a built-in action or one of its parameters; no such word is a person's."""


def unused_apis(seen: Seen, context: Context) -> str | None:
    """Of the given APIs that are called (not those written as syntax), the share that is not used."""
    most = context.settings.unused_apis
    wanted = _called(seen.given, seen.catalogue)
    if most is None or not wanted:
        return None
    unused = [i for i in wanted if i not in seen.used]
    if len(unused) <= most * len(wanted):
        return None
    return f"{len(unused)} of {len(wanted)} given APIs are not used, {unused[0]} among them"


def other_apis(seen: Seen, _context: Context) -> str | None:
    for api, call in seen.calls:
        if api.called and api.identifier not in seen.given:
            return f"line {call.lineno}: calls {api.identifier}, which it was not given"
    return None


def unseen_apis(seen: Seen, context: Context) -> str | None:
    found = sorted(seen.used & set(context.unseen))
    return f"uses {found[0]}, which is held out of training" if found else None


def binary(seen: Seen, _context: Context) -> str | None:
    """Content beside the code, of which a model can know nothing but a digest it made up."""
    for name, call in seen.functions:
        if name in _BESIDE:
            return f"line {call.lineno}: {name}(…) refers to content that is nowhere"
    return None


def api_names_in_query(seen: Seen, _context: Context) -> str | None:
    if found := _ANY_API.search(seen.query):
        return f"the request says {found[0]}"
    for identifier in seen.given:
        for name in (identifier, api_name(identifier)):
            if len(name) > 3 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", seen.query):
                return f"the request says {name}"
    return None


def _called(given: list[str], catalogue: Catalogue) -> list[str]:
    return [i for i in dict.fromkeys(given) if i not in catalogue or catalogue[i].called]
