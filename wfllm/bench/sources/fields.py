"""What may stand under each key of a record: told here in one line, not by a trace when it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfllm.bench.record import Record
from wfllm.bench.splits import SPLITS
from wfllm.errors import WfllmError

TEXTS = ("query", "annotated_code", "task_plan", "category", "source")
MAX_NESTING = 50
"""Of `meta`: copying and writing a value recurse into it."""
_MEANT = {"test": "id", "valid": "dev", "val": "dev", "validation": "dev", "training": "train"}
"""Names that other datasets use."""


def check_fields(given: Mapping[str, Any], where: str) -> None:
    """Refuse a value that a record cannot hold; keys that are absent or null are fine.

    Args:
        given: a JSON object with the keys of Record.
        where: the place of the object, for the fault.

    Raises:
        WfllmError: a value of the wrong type, an unknown split, or text that UTF-8 cannot hold.
    """
    for key in TEXTS:
        if not isinstance(given.get(key), str | None):
            raise _wrong(key, given[key], "a text", where)
    if isinstance(given.get("id"), bool) or not isinstance(given.get("id"), str | int | None):
        raise _wrong("id", given["id"], "a text or a whole number", where)
    if not isinstance(given.get("meta"), dict | None):
        raise _wrong("meta", given["meta"], "an object", where)
    _check_split(given.get("split"), where)
    for key in ("apis", "id", "meta", *TEXTS):
        _check_texts(key, given.get(key), where)


def check_record(record: Record, where: str) -> None:
    """The same for a record that was made from something else than JSON."""
    check_fields(vars(record), where)


def _wrong(key: str, value: Any, wanted: str, where: str) -> WfllmError:
    cause = f'"{key}" is {type(value).__name__}, not {wanted}'
    return WfllmError(cause, where=where, mend=f'Give "{key}" {wanted}.')


def _check_split(value: Any, where: str) -> None:
    if value is None or (isinstance(value, str) and value in SPLITS):
        return
    known = ", ".join(SPLITS)
    if not isinstance(value, str):
        cause, meant = f'"split" is {type(value).__name__}, not a text', None
    else:
        cause, meant = f'"split" is {value[:40]!a}, which is no split', _MEANT.get(value.strip().lower())
        if value.strip().lower() in SPLITS:
            meant = value.strip().lower()
    hint = f'Write "{meant}" (one of {known})' if meant else f"Write one of {known}"
    raise WfllmError(cause, where=where, mend=f"{hint}, or leave the key out to have one drawn.")


def _check_texts(key: str, value: Any, where: str) -> None:
    """Every text in a value can be written as UTF-8; half of a surrogate pair, as in "\\ud800", cannot."""
    level = [value]
    for _ in range(MAX_NESTING):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, str) and not _writable(item):
                raise WfllmError(
                    f'"{key}" holds half of a surrogate pair, which UTF-8 cannot write',
                    where=where,
                    mend=f'Mend the \\ud800 to \\udfff escapes in "{key}".',
                )
            if isinstance(item, dict):
                inner += [*item, *item.values()]
            elif isinstance(item, list):
                inner += item
        level = inner
        if not level:
            return
    raise WfllmError(f'"{key}" is nested more than {MAX_NESTING} deep', where=where, mend=f'Flatten "{key}".')


def _writable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
