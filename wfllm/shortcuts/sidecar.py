"""The sidecar: hints with which code compiles to the identical property list; no meaning is in it.

A hint says how the file's form of an action differs from the usual form that the code compiles to. With
the code unchanged, all hints apply. Where it was edited, actions are paired again, and a hint applies only
where the code still says what it said when the hint was made: the edit wins.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfllm.shortcuts.header_forms import CLASSES, HAS_INPUT
from wfllm.shortcuts.hint_action import GROUP, PARAMETERS, hint_of, hinted, kind_of, mark_of
from wfllm.shortcuts.hints import changed, difference, fingerprint
from wfllm.shortcuts.pairing import align, pair
from wfllm.shortcuts.plain import from_json, to_json
from wfllm.shortcuts.syntax import preorder
from wfllm.shortcuts.tokens import Token

if TYPE_CHECKING:
    from wfllm.shortcuts.transcribe import Transcript

VERSION = 4
_UUID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")


@dataclass
class Compiled:
    """What code says, in the usual form of the file."""

    actions: list[dict[str, Any]]
    previous: list[Token | None]
    """For each action what an input left out would take; None where that is not known."""
    settings: dict[str, Any]
    """The other top-level keys."""
    notes: list[str] = field(default_factory=list)
    """What the person who compiles should know, a line each."""


def code_digest(code: str) -> str:
    """Tells whether code is what a sidecar was made for."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def make_sidecar(transcript: Transcript) -> dict[str, Any]:
    """The hints of a transcript, as JSON values."""
    from wfllm.shortcuts.compile import compile_tree
    from wfllm.shortcuts.compile_ifs import elif_hints

    workflow = transcript.workflow
    elifs = elif_hints(preorder(transcript.tree), transcript.statements, workflow.actions)
    names = {**transcript.names, **elifs}
    outputs = [uuid for action in workflow.actions if (uuid := _uuid_of(action.raw))]
    made = compile_tree(
        transcript.tree, transcript.code, names, transcript.data, transcribed=True, taken=outputs
    )
    kinds = [kind_of(action) for action in made.actions]
    table = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    return {
        "version": VERSION,
        "code": code_digest(transcript.code),
        "keys": workflow.keys,
        "settings": _setting_hints(made.settings, workflow.settings),
        "names": names,
        "kinds": list(table),
        "usual": [[table[kind], mark_of(action)] for kind, action in zip(kinds, made.actions, strict=True)],
        "actions": _action_hints(made.actions, kinds, [action.raw for action in workflow.actions]),
    }


def _setting_hints(usual: dict[str, Any], real: dict[str, Any]) -> dict[str, Any]:
    hints: dict[str, Any] = {key: [0, {"is": to_json(real[key])}] for key in real if key not in usual}
    for key, value in usual.items():
        change = difference(value, real[key]) if key in real else {"out": True}
        if change is not None:
            hints[key] = [_made_for(usual, key), change]
    return hints


def _made_for(settings: dict[str, Any], key: str) -> int:
    """What the hint of a setting rests on: kinds of input also on whether anything looks at the input."""
    if key not in settings:
        return 0
    return fingerprint([settings[key], settings.get(HAS_INPUT)] if key == CLASSES else settings[key])


def _action_hints(usual: list[dict[str, Any]], kinds: list[str], real: list[dict[str, Any]]) -> list[Any]:
    """One entry for each usual action; between them, for those only the file has, `{"insert": action}`."""
    real_kinds = [kind_of(action) for action in real]
    if kinds == real_kinds:
        return [hint_of(a, b) for a, b in zip(usual, real, strict=True)]
    out: list[Any] = []
    a = b = 0
    for next_a, next_b in [*align(kinds, real_kinds), (len(usual), len(real))]:
        out.extend({"drop": True} for _ in range(a, next_a))
        out.extend({"insert": to_json(action)} for action in real[b:next_b])
        if next_a < len(usual):
            out.append(hint_of(usual[next_a], real[next_b]))
        a, b = next_a + 1, next_b + 1
    return out


def fault_of(sidecar: Any) -> str:
    """Why a sidecar cannot be used at all; empty where it can."""
    if not isinstance(sidecar, Mapping) or "version" not in sidecar:
        return "the sidecar is damaged"
    if sidecar["version"] != VERSION:
        return f"the sidecar is of version {str(sidecar['version'])[:20]}, not {VERSION}"
    shapes = {"names": Mapping, "settings": Mapping, "actions": list, "usual": list, "kinds": list}
    wrong = [key for key, shape in shapes.items() if not isinstance(sidecar.get(key), shape)]
    return f"the sidecar is damaged ({', '.join(wrong)})" if wrong else ""


def uuids_of(hints: list[Any]) -> list[str]:
    """UUIDs of the outputs that the code has no name for: the hints of the actions hold them."""
    found: list[str] = []
    for hint in hints:
        inserted = hint.get("insert") if isinstance(hint, dict) else None
        changes = hint.get("p") if isinstance(hint, dict) else None
        change = changes.get("UUID") if isinstance(changes, dict) else None
        uuid = change[1].get("is") if isinstance(change, list) and isinstance(change[-1], dict) else None
        found.extend(u for u in (uuid, _uuid_of(inserted)) if isinstance(u, str))
    return found


def _uuid_of(action: Any) -> str:
    parameters = action.get(PARAMETERS) if isinstance(action, dict) else None
    uuid = parameters.get("UUID") if isinstance(parameters, dict) else None
    return uuid if isinstance(uuid, str) else ""


def apply_sidecar(usual: Compiled, sidecar: Mapping[str, Any], code: str) -> dict[str, Any] | None:
    """The property list in the form the hints ask for; None where they are of another workflow.

    Args:
        usual: what the code compiles to.
        sidecar: JSON values that `fault_of` finds no fault with.
        code: the code that was compiled.
    """
    unchanged = sidecar.get("code") == code_digest(code)
    if unchanged:
        actions: list[dict[str, Any]] | None = _apply_all(usual.actions, sidecar["actions"])
    else:
        actions = _apply_some(usual, sidecar)
    if actions is None:
        return None
    settings = dict(usual.settings)
    for key, hint in sidecar["settings"].items():
        try:
            made_for, change = hint
            if not unchanged and made_for != _made_for(usual.settings, key):
                continue
            if "out" in change:
                settings.pop(key, None)
            else:
                settings[key] = changed(settings.get(key), change)
        except (ValueError, TypeError, RecursionError):
            continue
    return whole_file(settings, actions, sidecar.get("keys"))


def whole_file(settings: dict[str, Any], actions: list[dict[str, Any]], keys: Any = None) -> dict[str, Any]:
    """The property list, its top-level keys in the order of `keys`."""
    whole = {**settings, "WFWorkflowActions": actions}
    order = [k for k in keys if isinstance(k, str) and k in whole] if isinstance(keys, list) else []
    return {key: whole[key] for key in dict.fromkeys([*order, *whole])}


def _apply_all(usual: list[dict[str, Any]], hints: list[Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    actions = iter(usual)
    for hint in hints:
        if isinstance(hint, dict) and "insert" in hint:
            try:
                inserted = from_json(hint["insert"])
            except (ValueError, RecursionError):
                continue
            out.extend([inserted] if isinstance(inserted, dict) else [])
            continue
        action = next(actions, None)
        if action is None:
            break
        if not (isinstance(hint, dict) and "drop" in hint):
            out.append(hinted(action, hint))
    return [*out, *actions]


def _apply_some(usual: Compiled, sidecar: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Hints for code that was edited: each action keeps its own, new ones have none."""
    hints = [h for h in sidecar["actions"] if not (isinstance(h, dict) and "insert" in h)]
    try:
        old_kinds = [str(sidecar["kinds"][kind]) for kind, _ in sidecar["usual"]]
        old_marks = [int(mark) for _, mark in sidecar["usual"]]
    except (TypeError, ValueError, IndexError):
        return None
    if len(hints) != len(old_marks):
        return None
    kinds, marks = [kind_of(a) for a in usual.actions], [mark_of(a) for a in usual.actions]
    of_new, unchanged = pair(old_marks, old_kinds, marks, kinds)
    known = sum(old is not None for old in of_new)
    if unchanged * 4 < min(len(marks), len(old_marks)) and known * 2 < max(len(marks), len(old_marks)):
        return None
    made = [
        action if old is None else hinted(action, hints[old], before, edited=True)
        for action, old, before in zip(usual.actions, of_new, usual.previous, strict=True)
    ]
    return _with_whole_blocks(usual.actions, _with_outputs(usual.actions, made))


def _with_outputs(usual: list[dict[str, Any]], made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives back the UUID of an output that the file could do without and the edited code refers to."""
    lost: dict[str, list[int]] = {}
    for i, (before, after) in enumerate(zip(usual, made, strict=True)):
        uuid = before[PARAMETERS].get("UUID")
        if uuid is not None and "UUID" not in (after.get(PARAMETERS) or ()):
            lost.setdefault(uuid, []).append(i)
    if not lost:
        return made
    fields = [f for action in made if isinstance(f := action.get(PARAMETERS), dict)]
    references = [{k: v for k, v in f.items() if k != "UUID"} for f in fields]
    for uuid in set(_UUID.findall(repr(references))) & lost.keys():
        for i in lost[uuid]:  # a name set twice is one output: what ran last counts
            made[i] = {**made[i], PARAMETERS: {**made[i][PARAMETERS], "UUID": uuid}}
    return made


def _with_whole_blocks(usual: list[dict[str, Any]], made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives all parts of a block the group of its first one, and no two blocks the same."""
    groups: dict[str, str] = {}
    taken: set[str] = set()
    out = []
    for before, after in zip(usual, made, strict=True):
        group, parameters = before[PARAMETERS].get(GROUP), after.get(PARAMETERS)
        if group is not None and isinstance(parameters, dict):
            if group not in groups:
                hint = parameters.get(GROUP)
                groups[group] = hint if isinstance(hint, str) and hint not in taken else group
                taken.add(groups[group])
            after = {**after, PARAMETERS: {**parameters, GROUP: groups[group]}}
        out.append(after)
    return out
