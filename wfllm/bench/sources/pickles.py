"""Pickles of the published release, read without running anything.

A pickle is a program. Here it may build plain containers, texts and numbers and nothing else: each name it
asks for is refused, but for the containers of the standard library, which come out as plain ones. The
interpreter of the standard library that is written in Python reads it, since the one in C reserves memory
for whatever index a hostile file names.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError

LARGEST = 2**29
"""Bytes of a file."""
MOST_CONTAINERS = 5_000_000
"""Containers that one file may build: an empty one is a byte of the file and 200 of memory."""
DEEPEST = 20
"""Levels of a value that is taken out."""
LARGEST_VALUE = 1_000_000
"""Parts of a value that is taken out; the same part may be referred to again and again."""


def read_pickle(path: Path) -> Any:
    """What a pickle of plain containers holds; parts may be shared, so copy with `plain` before walking it.

    Raises:
        WfllmError: it cannot be read, is cut or damaged, or asks for anything but plain containers.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise WfllmError(
                f"more than {LARGEST >> 20} MB", where=path, mend="This is no file of the release."
            )
        content = path.read_bytes()
    except OSError as fault:
        raise WfllmError(f"cannot be read ({fault.strerror})", where=path) from None
    try:
        return _Plain(content).load()
    except WfllmError as fault:
        raise WfllmError(fault.cause, where=path, mend=fault.mend) from None
    except Exception as fault:  # a damaged program fails in as many ways as there are instructions
        why = str(fault)[:100] or type(fault).__name__
        raise WfllmError(f"is no pickle that can be read ({why})", where=path) from None


def plain(value: Any, where: object = "") -> Any:
    """A copy of dictionaries, lists, texts and numbers; tuples and sets become lists, keys texts.

    Raises:
        WfllmError: too deep, too large, circular (which is too deep), or of another type.
    """
    left = LARGEST_VALUE

    def copied(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise WfllmError("too large or nested too deeply", where=where, mend="Leave it out.")
        if isinstance(value, dict):
            return {str(copied(k, depth + 1)): copied(v, depth + 1) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [copied(v, depth + 1) for v in value]
        if isinstance(value, (set, frozenset)):
            return sorted((copied(v, depth + 1) for v in value), key=repr)
        if value is None or isinstance(value, (str, int, float, bool)):
            return value
        raise WfllmError(f"holds {type(value).__name__}", where=where, mend="Leave it out.")

    return copied(value, 0)


def _dict(*arguments: Any) -> dict[Any, Any]:
    """In place of `defaultdict(factory)`, `OrderedDict()` and `Counter({…})`."""
    return dict(*(a for a in arguments if isinstance(a, (dict, list))))


def _set(*arguments: Any) -> set[Any]:
    return set(*(a for a in arguments[:1] if isinstance(a, (list, tuple, set))))


def _list(*arguments: Any) -> list[Any]:
    return list(*(a for a in arguments[:1] if isinstance(a, (list, tuple, set))))


def _int(*_arguments: Any) -> int:
    return 0


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    **{(m, n): _set for m in ("builtins", "__builtin__") for n in ("set", "frozenset")},
    **{(m, "list"): _list for m in ("builtins", "__builtin__")},
    **{(m, "dict"): _dict for m in ("builtins", "__builtin__")},
    **{(m, "int"): _int for m in ("builtins", "__builtin__")},
    **{("collections", n): _dict for n in ("OrderedDict", "defaultdict", "Counter")},
}
"""Names a pickle may ask for, and the harmless function it gets."""

_CONTAINERS = (
    pickle.EMPTY_DICT, pickle.EMPTY_LIST, pickle.EMPTY_SET, pickle.LIST, pickle.DICT, pickle.TUPLE,
    pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.FROZENSET, pickle.REDUCE, pickle.MARK,
)  # fmt: skip
_REFUSED = (
    pickle.BUILD, pickle.INST, pickle.OBJ, pickle.NEWOBJ, pickle.NEWOBJ_EX, pickle.PERSID, pickle.BINPERSID,
    pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER,
)  # fmt: skip
"""Instructions that plain containers never need: they set attributes, make objects, reserve memory."""


class _Plain(pickle._Unpickler):
    def __init__(self, content: bytes) -> None:
        super().__init__(BytesIO(content))
        self.built = 0

    def find_class(self, module: str, name: str) -> Any:
        allowed = _ALLOWED.get((module, name))
        if allowed is None:
            raise WfllmError(
                f"asks for {f'{module}.{name}'[:80]}, which is no plain container",
                mend="Nothing of it was run. Use a file of the published release.",
            )
        return allowed


def _counted(run: Callable[[Any], None]) -> Callable[[Any], None]:
    def counted(reader: _Plain) -> None:
        reader.built += 1
        if reader.built > MOST_CONTAINERS:
            raise WfllmError("builds too many containers", mend="This is no file of the release.")
        run(reader)

    return counted


def _refuse(_reader: Any) -> None:
    raise WfllmError("makes objects", mend="Nothing of it was run. Use a file of the published release.")


_dispatch: dict[int, Callable[[Any], None]] = dict(pickle._Unpickler.dispatch)
_dispatch.update({code[0]: _counted(_dispatch[code[0]]) for code in _CONTAINERS})
_dispatch.update({code[0]: _refuse for code in _REFUSED})
_Plain.dispatch = _dispatch
