"""The sidecar: hints with which code compiles to the identical property list; no meaning is in it.

A hint says how the file's form of an action differs from the usual form that the code compiles to. With
the code unchanged, all hints apply. Where it was edited, actions are paired again, and a hint applies only
where the code still says what it said when the hint was made: the edit wins.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wfllm.shortcuts.hints import changed, difference, fingerprint, same
from wfllm.shortcuts.plain import from_json, to_json
from wfllm.shortcuts.tree import BLOCKS, OPEN

if TYPE_CHECKING:
    from wfllm.shortcuts.transcribe import Transcript

VERSION = 2
_IDENTIFIER, _PARAMETERS = "WFWorkflowActionIdentifier", "WFWorkflowActionParameters"
_DEFAULTS: dict[str, Any] = {
    "WFWorkflowMinimumClientVersion": 900,
    "WFWorkflowMinimumClientVersionString": "900",
    "WFWorkflowClientVersion": "2302.0.4",
    "WFWorkflowIcon": {"WFWorkflowIconStartColor": 463140863, "WFWorkflowIconGlyphNumber": 59511},
    "WFWorkflowImportQuestions": [],
    "WFWorkflowTypes": [],
    "WFWorkflowInputContentItemClasses": [
        "WFStringContentItem",
        "WFURLContentItem",
        "WFGenericFileContentItem",
        "WFImageContentItem",
        "WFContactContentItem",
        "WFDateContentItem",
        "WFLocationContentItem",
        "WFPhoneNumberContentItem",
        "WFRichTextContentItem",
    ],
    "WFWorkflowOutputContentItemClasses": [],
    "WFWorkflowHasOutputFallback": False,
}
"""Top-level keys of a shortcut compiled from code alone."""


def code_digest(code: str) -> str:
    """Tells whether code is what a sidecar was made for."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def make_sidecar(transcript: Transcript) -> dict[str, Any]:
    """The hints of a transcript, as JSON values."""
    from wfllm.shortcuts.compile import compile_tree
    from wfllm.shortcuts.syntax import parse_code

    names = transcript.names
    made = compile_tree(parse_code(transcript.code), transcript.code, names, transcript.data)
    return {
        "version": VERSION,
        "code": code_digest(transcript.code),
        "keys": transcript.workflow.keys,
        "workflow": to_json(transcript.workflow.settings),
        "names": names,
        "usual": [_mark(action) for action in made],
        "actions": _hints(made, [action.raw for action in transcript.workflow.actions]),
    }


def _hints(usual: list[dict[str, Any]], real: list[dict[str, Any]]) -> list[Any]:
    """One entry for each usual action, then for those only the file has: `{"insert": [position, action]}`."""
    if [_kind(a) for a in usual] == [_kind(a) for a in real]:
        return [_hint(a, b) for a, b in zip(usual, real, strict=True)]
    out: list[Any] = []
    matcher = difflib.SequenceMatcher(
        None, [_kind(a) for a in usual], [_kind(a) for a in real], autojunk=False
    )
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            out.extend(_hint(a, b) for a, b in zip(usual[a1:a2], real[b1:b2], strict=True))
            continue
        out.extend({"drop": True} for _ in range(a1, a2))
        out.extend({"insert": to_json(action)} for action in real[b1:b2])
    return out


def _kind(action: dict[str, Any]) -> tuple[Any, int]:
    """What must agree for two actions to be the same one."""
    identifier = action.get(_IDENTIFIER)
    if identifier not in BLOCKS:
        return identifier, 0
    mode = action.get(_PARAMETERS, {}).get("WFControlFlowMode", OPEN)
    return identifier, int(mode) if str(mode) in ("0", "1", "2") else OPEN


def _hint(usual: dict[str, Any], real: dict[str, Any]) -> Any:
    """`{"p": {key: [fingerprint, change]}, …}`; None where the file has the usual form."""
    if same(usual, real):
        return None
    before, after = usual[_PARAMETERS], real.get(_PARAMETERS)
    hint: dict[str, Any] = {}
    if isinstance(after, dict):
        parameters: dict[str, Any] = {}
        for key in [*before, *(k for k in after if k not in before)]:
            change = _change(before, after, key)
            if change is not None:
                made_for = (
                    "" if key == "GroupingIdentifier" else fingerprint(before[key]) if key in before else "-"
                )
                parameters[key] = [made_for, change]
        if parameters:
            hint["p"] = parameters
        order = [key for key in before if key in after] + [key for key in after if key not in before]
        if order != list(after):
            hint["order"] = list(after)
    rest = difference(
        {**usual, _PARAMETERS: 0},
        {k: 0 if k == _PARAMETERS and isinstance(v, dict) else v for k, v in real.items()},
    )
    if rest is not None:
        hint["action"] = rest
    return hint or None


def _change(before: dict[str, Any], after: dict[str, Any], key: str) -> Any:
    if key not in after:
        return {"out": True}
    return difference(before[key], after[key]) if key in before else {"is": to_json(after[key])}


def _apply(parameters: dict[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with the hints applied that still fit them."""
    made = dict(parameters)
    for key, (made_for, change) in hints.items():
        if made_for and made_for != (fingerprint(made[key]) if key in made else "-"):
            continue  # edited since: the edit wins
        if "out" in change:
            made.pop(key, None)
        else:
            made[key] = changed(made.get(key), change)
    return made


def _hinted(action: dict[str, Any], hint: Any) -> dict[str, Any]:
    if not isinstance(hint, dict):
        return action
    try:
        parameters = _apply(action[_PARAMETERS], hint.get("p", {}))
        order = hint.get("order", [])
        keys = [k for k in order if k in parameters] + [k for k in parameters if k not in order]
        made = {**action, _PARAMETERS: 0}
        made = changed(made, hint.get("action"))
        return {
            k: {x: parameters[x] for x in keys} if k == _PARAMETERS and v == 0 else v for k, v in made.items()
        }
    except (ValueError, TypeError, AttributeError, KeyError):
        return action  # a damaged hint is no reason to refuse code that is whole


def apply_sidecar(usual: list[dict[str, Any]], sidecar: Mapping[str, Any], code: str) -> list[dict[str, Any]]:
    """Compiled actions in the form the hints ask for.

    Args:
        usual: what the code compiles to.
        sidecar: JSON values; what is damaged in it is ignored.
        code: the code that was compiled.
    """
    hints = sidecar.get("actions")
    if not isinstance(hints, list):
        return usual
    if sidecar.get("code") == code_digest(code):
        return _apply_all(usual, hints)
    return _apply_some(usual, hints, sidecar.get("usual"))


def _apply_all(usual: list[dict[str, Any]], hints: list[Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    actions = iter(usual)
    for hint in hints:
        if isinstance(hint, dict) and "insert" in hint:
            out.append(from_json(hint["insert"]))
            continue
        action = next(actions, None)
        if action is None:
            break
        if not (isinstance(hint, dict) and "drop" in hint):
            out.append(_hinted(action, hint))
    return [*out, *actions]


def _mark(action: dict[str, Any]) -> str:
    """Tells whether an action of edited code is one a hint was made for."""
    parameters = {k: v for k, v in action[_PARAMETERS].items() if k != "GroupingIdentifier"}
    return fingerprint([_kind(action)[0], parameters])


def _apply_some(usual: list[dict[str, Any]], hints: list[Any], marks: Any) -> list[dict[str, Any]]:
    """Hints for code that was edited: each action keeps its own, new ones have none."""
    of_file = [h for h in hints if not (isinstance(h, dict) and "insert" in h)]
    if not isinstance(marks, list) or len(marks) != len(of_file):
        return usual
    out: list[dict[str, Any]] = []
    matcher = difflib.SequenceMatcher(None, marks, [_mark(a) for a in usual], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        same_length = tag in ("equal", "replace") and a2 - a1 == b2 - b1
        for i, action in enumerate(usual[b1:b2]):
            hint = of_file[a1 + i] if same_length else None
            out.append(action if isinstance(hint, dict) and "drop" in hint else _hinted(action, hint))
    return _with_whole_blocks(usual, out)


def _with_whole_blocks(usual: list[dict[str, Any]], made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives all parts of a block the group of its first one, and no two blocks the same."""
    groups: dict[str, str] = {}
    taken: set[str] = set()
    for before, after in zip(usual, made, strict=True):
        group = before[_PARAMETERS].get("GroupingIdentifier")
        if group is None or not isinstance(after.get(_PARAMETERS), dict):
            continue
        if group not in groups:
            hinted = after[_PARAMETERS].get("GroupingIdentifier")
            groups[group] = hinted if isinstance(hinted, str) and hinted not in taken else group
            taken.add(groups[group])
        after[_PARAMETERS] = {**after[_PARAMETERS], "GroupingIdentifier": groups[group]}
    return made


def settings_of(sidecar: Mapping[str, Any], actions: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole property list: the file's own top-level keys, or those of a new shortcut."""
    try:
        settings = from_json(sidecar["workflow"])
    except (KeyError, ValueError, TypeError):
        settings = _DEFAULTS
    if not isinstance(settings, dict):
        settings = _DEFAULTS
    keys = sidecar.get("keys")
    whole = {**settings, "WFWorkflowActions": actions}
    order = [k for k in keys if isinstance(k, str) and k in whole] if isinstance(keys, list) else []
    return {key: whole[key] for key in dict.fromkeys([*order, *whole])}
