"""How the file's form of one action differs from the usual one, and that form made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfllm.shortcuts.hints import changed, difference, fingerprint, same
from wfllm.shortcuts.plain import to_json
from wfllm.shortcuts.tokens import Text, Token, wrap_text, wrap_token
from wfllm.shortcuts.tree import BLOCKS, IF, MENU, OPEN

IDENTIFIER, PARAMETERS = "WFWorkflowActionIdentifier", "WFWorkflowActionParameters"
GROUP, MODE = "GroupingIdentifier", "WFControlFlowMode"
_APART = frozenset((GROUP, MODE, "UUID", "CustomOutputName", "WFInput"))
"""Parameters of an If that say nothing about its test."""
TABLE = "WFConditions"
_TITLES = ("WFMenuItemTitle", "WFMenuItemAttributedTitle")
"""One title, as it was shown once and with its variables."""


def kind_of(action: dict[str, Any]) -> str:
    """What must agree for two actions to be the same one: identifier and, of blocks, which part."""
    identifier = str(action.get(IDENTIFIER))
    if identifier not in BLOCKS:
        return identifier
    parameters = action.get(PARAMETERS)
    mode = parameters.get(MODE, OPEN) if isinstance(parameters, dict) else OPEN
    return f"{identifier} {mode}" if str(mode) in ("0", "1", "2") else f"{identifier} {OPEN}"


def mark_of(action: dict[str, Any]) -> int:
    """Tells whether an action of edited code is one a hint was made for."""
    parameters = action[PARAMETERS]
    if GROUP in parameters:
        parameters = {k: v for k, v in parameters.items() if k != GROUP}
    return fingerprint((action[IDENTIFIER], parameters))


def hint_of(usual: dict[str, Any], real: dict[str, Any]) -> Any:
    """`{"p": {key: [made for, change]}, …}`; None where the file has the usual form.

    Args:
        usual: what the code compiles to.
        real: the same action in the file.
    """
    before, after = usual[PARAMETERS], real.get(PARAMETERS)
    hint: dict[str, Any] = {}
    if isinstance(after, dict):
        parameters: dict[str, Any] = {}
        for key in before:
            if key not in after:
                parameters[key] = [_made_for(usual, before, key), {"out": True}]
            elif (value := before[key]) is not after[key] and not same(value, after[key]):
                parameters[key] = [_made_for(usual, before, key), difference(value, after[key])]
        order = [key for key in before if key in after]
        for key in after:
            if key not in before:
                parameters[key] = [_made_for(usual, before, key), {"is": to_json(after[key])}]
                order.append(key)
        if parameters:
            hint["p"] = parameters
        if order != list(after):
            hint["order"] = list(after)
    if list(real) != list(usual) or real[IDENTIFIER] != usual[IDENTIFIER] or not isinstance(after, dict):
        rest = difference(
            {**usual, PARAMETERS: 0},
            {k: 0 if k == PARAMETERS and isinstance(v, dict) else v for k, v in real.items()},
        )
        if rest is not None:
            hint["action"] = rest
    return hint or None


def _made_for(usual: dict[str, Any], before: dict[str, Any], key: str) -> int:
    """What a hint rests on; 0 where on nothing. Parts of one test or of one title rest on the whole of it."""
    if key == GROUP:
        return 0
    if usual[IDENTIFIER] == IF and key not in _APART:
        test = {k: v for k, v in before.items() if k not in _APART or (k == "WFInput" and key == TABLE)}
        return fingerprint(test)
    if usual[IDENTIFIER] == MENU and key in _TITLES:
        return fingerprint([before.get(k) for k in _TITLES])
    return fingerprint(before[key]) if key in before else 0


def hinted(
    action: dict[str, Any], hint: Any, previous: Token | None = None, edited: bool = False
) -> dict[str, Any]:
    """An action in the form a hint asks for.

    Args:
        action: what the code compiles to.
        hint: of `hint_of`, as JSON gave it back; a damaged one is no reason to refuse code that is whole.
        previous: what an input left out would take here, as far as the code tells.
        edited: whether the code may say something else than when the hint was made. Then a change applies
            only where the value is still the same, and an input is left out only where what it would take
            is what the code says.
    """
    if not isinstance(hint, dict) or "drop" in hint:
        return action
    try:
        usual = action[PARAMETERS]
        made = dict(usual)
        changes = hint.get("p", {})
        fallen = _fallen(action, changes, previous) if edited else ()
        for key, (_, change) in changes.items():
            if key in fallen:
                continue
            if "out" in change:
                made.pop(key, None)
            else:
                made[key] = changed(usual.get(key), change)
        if "order" in hint:
            order = [k for k in dict.fromkeys(hint["order"]) if k in made]
            made = {k: made[k] for k in (*order, *(k for k in made if k not in order))}
        if "action" not in hint:
            return {**action, PARAMETERS: made}
        whole = changed({**action, PARAMETERS: 0}, hint["action"])
        return {k: made if k == PARAMETERS and v == 0 else v for k, v in whole.items()}
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return action


def _fallen(action: dict[str, Any], changes: dict[str, Any], previous: Token | None) -> set[str]:
    """Keys whose hints the code no longer bears out. A table of conditions stands with all of its test."""
    usual = action[PARAMETERS]
    fallen = {
        key
        for key, (made_for, change) in changes.items()
        if not _stands(action, usual, key, made_for, change, previous)
    }
    if action[IDENTIFIER] == IF and TABLE in changes:
        test = {key for key in changes if key not in _APART or key == "WFInput"}
        fallen |= test if test & fallen or not _rows_stand(usual, changes[TABLE][1], previous) else set()
    return fallen


def _rows_stand(usual: dict[str, Any], change: Any, previous: Token | None) -> bool:
    """Whether the rows that name no input of their own still take what the code says."""
    if "out" in change:
        return True
    rows, named = _rows(changed(usual.get(TABLE), change)), _rows(usual.get(TABLE))
    for i, row in enumerate(rows):
        if "WFInput" not in row:
            said = (named[i] if i < len(named) else usual).get("WFInput")
            if said is not None and not _takes(said, previous):
                return False
    return True


def _rows(table: Any) -> list[dict[str, Any]]:
    whole = table.get("Value") if isinstance(table, dict) else None
    rows = whole.get("WFActionParameterFilterTemplates") if isinstance(whole, dict) else None
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _stands(
    action: dict[str, Any],
    usual: dict[str, Any],
    key: str,
    made_for: Any,
    change: Mapping[str, Any],
    previous: Token | None,
) -> bool:
    if made_for == 0 and key != GROUP:
        return key not in usual  # the code says now what it left open then
    if key != GROUP and made_for != _made_for(action, usual, key):
        return False
    return "out" not in change or not _is_reference(usual.get(key)) or _takes(usual[key], previous)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and ("Value" in value or "Variable" in value)


def _takes(value: dict[str, Any], previous: Token | None) -> bool:
    if previous is None:
        return False
    wrapped = wrap_token(previous)
    text = wrap_text(Text((previous,)))
    return value in (wrapped, text, {"Type": "Variable", "Variable": wrapped})
