"""JSON records one by one, in constant memory: a list in one file, or one object a line.

The standard decoder reads each record of a list by itself, so that a damaged end costs the records behind it
alone. (ijson 3.6 reads lists, too, and takes memory that grows with the square of the nesting.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from wfllm.errors import WfllmError

BLOCK = 2**20
"""Characters read at once."""
LARGEST = 2**26
"""Characters of one record; a longer one is refused, since it must be in memory as a whole."""
_SPACE = " \t\r\n"
_AFTER = tuple(" \t\r\n,]")
"""What may stand behind a record."""


def json_items(stream: TextIO, where: str) -> Iterator[tuple[str, Any]]:
    """(place, value) of every record, in order.

    A line that is not JSON comes as its fault, and so does the place where a list stops being JSON, which is
    then its last.

    Args:
        stream: text of a JSON list or of JSON lines.
        where: the file, for faults.

    Raises:
        OSError, UnicodeDecodeError: as reading the stream does.
    """
    head = stream.read(BLOCK).removeprefix("\ufeff")
    while head and not head.strip(_SPACE) and (more := stream.read(BLOCK)):
        head = more
    if head.lstrip(_SPACE).startswith("["):
        yield from _listed(stream, head, where)
    else:
        yield from _lines(stream, head, where)


def why(error: Exception) -> str:
    """Why text is not read as JSON, without the interpreter's own advice."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error) if isinstance(error, json.JSONDecodeError) else "a number of thousands of digits"


def _lines(stream: TextIO, head: str, where: str) -> Iterator[tuple[str, Any]]:
    number, rest, block = 1, "", head
    while block:
        lines = (rest + block).split("\n")
        rest = lines.pop()
        for line in lines:
            if line.strip(_SPACE):
                yield f"{where}:{number}", _value(line, f"{where}:{number}")
            number += 1
        if len(rest) > LARGEST:
            yield f"{where}:{number}", _too_long(f"{where}:{number}")
            return
        block = stream.read(BLOCK)
    if rest.strip(_SPACE):
        yield f"{where}:{number}", _value(rest, f"{where}:{number}")


def _value(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return WfllmError(f"the line is not JSON ({why(error)})", where=place)


def _listed(stream: TextIO, text: str, where: str) -> Iterator[tuple[str, Any]]:
    decode = json.JSONDecoder().raw_decode
    at, number, ended = text.index("[") + 1, 0, False
    while True:
        at = _past(text, at, _SPACE if number == 0 else _SPACE + ",")
        try:
            if text.startswith("]", at):
                return
            value, end = decode(text, at)
            # a number at the end of what was read so far (`1`, `1.`, `1e`) may go on in the next block
            whole = ended or text[end : end + 1] in _AFTER
            fault: Exception | None = None
        except json.JSONDecodeError as error:
            fault, whole = error, ended
        except (ValueError, RecursionError) as error:
            fault, whole = error, True
        if whole and fault is None:
            yield f"{where}, record {number}", value
            number, at = number + 1, end
        elif fault is not None and whole:
            cut = ended and at >= len(text)
            cause = "the list has no end" if cut else why(fault)
            yield where, WfllmError(f"is not JSON ({cause}, in record {number})", where=where)
            return
        elif len(text) - at > LARGEST:
            yield where, _too_long(f"{where}, record {number}")
            return
        else:
            more = stream.read(max(BLOCK, len(text) - at))
            text, at, ended = text[at:] + more, 0, not more


def _past(text: str, at: int, skipped: str) -> int:
    while at < len(text) and text[at] in skipped:
        at += 1
    return at


def _too_long(where: str) -> WfllmError:
    return WfllmError(
        f"a record of more than {LARGEST >> 20} million characters", where=where, mend="Leave it out."
    )
