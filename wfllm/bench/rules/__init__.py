"""What makes a sample good enough to learn from (paper, section 3.3): rules that each look at one sample.

    fault = first_fault(item, context)  # ("bad_parameters", "line 3: …"), or None

A rule is a function of sample and context that gives a reason or None; nothing is ever executed. Each has a
key of its name in the config group `confirm`, which switches it off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from wfllm.bench.rules import apis, code, leaks, text, thoughts
from wfllm.bench.rules.seen import Context, Rule, Seen

__all__ = ["RULES", "Context", "Rule", "Seen", "faults", "first_fault"]

RULES: dict[str, Rule] = {
    "too_long": text.too_long,
    "no_code": text.no_code,
    "control_characters": text.control_characters,
    "prompt_fragments": text.prompt_fragments,
    "repetition": text.repetition,
    "api_names_in_query": apis.api_names_in_query,
    "parses": code.parses,
    "control_flow": code.control_flow,
    "unknown_apis": code.unknown_apis,
    "other_apis": apis.other_apis,
    "bad_parameters": code.bad_parameters,
    "undefined_names": code.undefined_names,
    "compiles": code.compiles,
    "binary": apis.binary,
    "unused_apis": apis.unused_apis,
    "unseen_apis": apis.unseen_apis,
    "comments_missing": thoughts.comments_missing,
    "plan_code": thoughts.plan_code,
    "near_duplicate": leaks.near_duplicate,
}
"""By name, in the order they are asked: cheap ones first, and those that others need to be sound."""


def first_fault(
    item: Mapping[str, Any], context: Context, names: Collection[str] = tuple(RULES)
) -> tuple[str, str] | None:
    """The first rule that a sample breaks, and how; None where it breaks none.

    Args:
        item: with `query`, `apis` (those it was given), `task_plan`, `annotated_code`.
        context: settings, documentation, what is held out.
        names: rules to ask, of those that are not switched off.
    """
    return next(faults(item, context, names), None)


def faults(
    item: Mapping[str, Any], context: Context, names: Collection[str] = tuple(RULES)
) -> Iterator[tuple[str, str]]:
    """Every rule that a sample breaks, and how, in the order of RULES."""
    seen = Seen(item, context.catalogue)
    for name, rule in RULES.items():
        if name not in names or getattr(context.settings, name) is False:
            continue
        reason = rule(seen, context)
        if reason is not None:
            yield name, reason
