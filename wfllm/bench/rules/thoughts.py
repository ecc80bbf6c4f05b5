"""Rules about plan and comments: they are there, and the plan is one of this code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wfllm.bench.rules.seen import Context, Seen
from wfllm.bench.thoughts.language import other_language
from wfllm.shortcuts.api import Api

_WORD = re.compile(r"[^\W\d_]{3,}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_]+")
_EMPTY = frozenset(
    _WORD.findall(
        "the and for with from into that this its his her their your what when where which whether whose are "
        "was has have had not but all any can each every one out over than then them they set get make made "
        "use used given item items value values text shortcut action actions step result results does"
    )
)
"""Words that say nothing of what is done."""
_SHORT = 5
"""Letters that two forms of a word have in common: `calendar` and `calendars`, `download` and `downloads`."""
DOCUMENTED_IN = "en"
"""Language of the documentation."""
_MIN_APIS = 2
"""With a single API, one word that happens to be missing would decide."""


def plan_code(seen: Seen, context: Context) -> str | None:
    """The share of the called APIs that the plan says a word of: of an API's title, output, name or
    description, or of what it is given here. A plan in another language than theirs is not judged."""
    least = context.settings.plan_code
    if least is None:
        return None
    plan = stems(seen.plan)
    if not plan:
        return "has no plan"
    words: dict[str, set[str]] = {}
    for api, call in seen.calls:
        words.setdefault(api.identifier, _words_of_api(api)).update(_words_of_call(call))
    told = sum(bool(found & plan) for found in words.values())
    if len(words) < _MIN_APIS or told >= least * len(words) or other_language(seen.plan, DOCUMENTED_IN):
        return None
    return f"the plan says nothing of {len(words) - told} of the {len(words)} APIs that the code calls"


def comments_missing(seen: Seen, context: Context) -> str | None:
    """The share of statements without a comment on the line before or on their own."""
    most = context.settings.comments_missing
    statements = [s for s in seen.statements if not isinstance(s.node, ast.Pass)]
    if most is None or not statements:
        return None
    bare = [s for s in statements if not {s.node.lineno - 1, s.node.lineno} & seen.commented]
    if len(bare) <= most * len(statements):
        return None
    first = bare[0].node.lineno
    return f"{len(bare)} of {len(statements)} statements have no comment, first that in line {first}"


def stems(text: str) -> set[str]:
    """The beginnings of the words that say something."""
    return {word[:_SHORT] for word in _WORD.findall(text.casefold()) if word not in _EMPTY}


def _words_of_api(api: Api) -> set[str]:
    last = " ".join(_PARTS.findall(api.identifier.rpartition(".")[2]))
    return stems(f"{api.title} {api.output_name} {last} {api.description}")


def _words_of_call(call: ast.Call) -> set[str]:
    return {stem for text in _texts(call) for stem in stems(text[:400])}


def _texts(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        for node in ast.walk(keyword.value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.Name):
                yield node.id.replace("_", " ")
