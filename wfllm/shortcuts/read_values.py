"""Functions of the dialect that stand for values: records, quantities, filters, dates, contents, `raw(…)`."""

from __future__ import annotations

import ast
import datetime
import plistlib
import re
from collections.abc import Callable
from typing import Any

from wfllm.shortcuts.read_base import (
    READERS,
    ReadError,
    ReadScope,
    arguments,
    called,
    given_once,
    is_left_out,
    number_literal,
    split_keywords,
    text_literal,
)
from wfllm.shortcuts.read_expressions import is_token, read, read_token
from wfllm.shortcuts.tokens import ATTACHMENT
from wfllm.shortcuts.values import (
    DICTIONARY,
    FUNCTION_OF_TYPE,
    OPERATORS,
    Bare,
    Quantity,
    Record,
    Table,
    Typed,
)

NUMBER_OF_OPERATOR = {word: code for code, word in OPERATORS.items()}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_TYPE_OF_FUNCTION = {function: type_ for type_, function in FUNCTION_OF_TYPE.items()}


def _read_record(call: ast.Call, scope: ReadScope) -> Record:
    return Record({key: read(value, scope) for key, value in arguments(call, 0, 0, None).items()})


def _read_bare(call: ast.Call, scope: ReadScope) -> Bare:
    arguments(call, 1, 1)
    return Bare(read_token(call.args[0], scope))


def read_quantity(call: ast.Call, scope: ReadScope) -> Quantity:
    """`quantity(3, "km")`, `quantity(x)`."""
    fields = {key: read(value, scope) for key, value in arguments(call, 1, 2, None).items()}
    unit = read(call.args[1], scope) if len(call.args) == 2 else None
    return Quantity(_read_magnitude(call.args[0], scope), unit, fields)


def _read_magnitude(size: ast.expr, scope: ReadScope) -> Any:
    number = number_literal(size)
    if number is not None:
        return str(number)
    if is_left_out(size):
        return None
    if isinstance(size, ast.Call) and called(size) == "number" and len(size.args) == 1:
        return number_literal(size.args[0])
    if isinstance(size, ast.Call) and called(size) == "raw" and len(size.args) == 2:
        return read(size.args[1], scope)
    return Bare(read_token(size, scope)) if is_token(size) else text_literal(size)


def _read_table(call: ast.Call, scope: ReadScope) -> Table:
    own, rest_of_call = split_keywords(call, *(("prefix",) if called(call) == "rules" else ()))
    fields = arguments(rest_of_call, 0, len(call.args), None)
    rows = []
    for row in call.args:
        if not isinstance(row, ast.Call) or called(row) != "rule":
            raise ReadError(row, "a filter is made of rules", 'rule("Name", "contains", String="x")')
        rest = {key: read(value, scope) for key, value in arguments(row, 0, 2, None).items()}
        if len(row.args) == 2:
            word = text_literal(row.args[1])
            if word not in NUMBER_OF_OPERATOR:
                raise ReadError(
                    row, f"no operator is called {word}", f"One of {', '.join(NUMBER_OF_OPERATOR)}."
                )
            rule = {"Property": text_literal(row.args[0]), "Operator": NUMBER_OF_OPERATOR[word]}
            rest = given_once(row, rule, rest)
        elif row.args:
            raise ReadError(
                row, "a rule has a property and an operator", 'rule("Name", "contains", String="x")'
            )
        rows.append(rest)
    prefix: int | None = int(called(call) == "all_of")
    if called(call) == "rules":
        said = number_literal(own["prefix"]) if "prefix" in own else None
        prefix = said if isinstance(said, int) else None
    return Table(prefix, rows, {key: read(v, scope) for key, v in fields.items()})


def _read_typed(call: ast.Call, scope: ReadScope) -> Any:
    function = called(call)
    named = function in ("raw", "state")
    fields = arguments(call, int(named), 1 + int(named), None)
    type_ = _TYPE_OF_FUNCTION.get(function) or text_literal(call.args[0])
    type_ = f"WF{type_}State" if function == "state" else type_
    args = call.args[int(named) :]
    if type_ == "UID" and args and isinstance(number := number_literal(args[0]), int):
        return plistlib.UID(number)
    if fields.keys() == {"fields"} and not args:
        whole = read(fields["fields"], scope)
        if isinstance(whole, Record):
            return Typed(type_, whole.fields)
    if args and fields:
        raise ReadError(call, f"{function} takes a value or named parts, not both")
    value = read(args[0], scope) if args else Record({key: read(v, scope) for key, v in fields.items()})
    return Typed(type_, {"Value": value})


def _read_dictionary_of(call: ast.Call, scope: ReadScope) -> Typed:
    arguments(call, 1, 1)
    return Typed(DICTIONARY, {"Value": read_token(call.args[0], scope)})


def _read_no_value(call: ast.Call, _scope: ReadScope) -> Typed:
    arguments(call, 0, 0)
    return Typed(ATTACHMENT, {})


def _read_data(call: ast.Call, scope: ReadScope) -> bytes:
    arguments(call, 1, 1)
    digest = text_literal(call.args[0])
    content = scope.content(digest.removeprefix("sha256:"))
    if content is None:
        raise ReadError(
            call, f"the content of {digest[:20]}… is not beside the code", "Keep its .bin file there."
        )
    return content


def _read_text_ref(call: ast.Call, scope: ReadScope) -> str:
    arguments(call, 1, 1, ("preview",))
    digest = text_literal(call.args[0])
    content = scope.content(digest.removeprefix("sha256:"))
    if content is None:
        raise ReadError(
            call, f"the text of {digest[:20]}… is not beside the code", "Keep its .bin file there."
        )
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as fault:
        raise ReadError(
            call, f"the content of {digest[:20]}… is no text", "Keep its .bin file as it was."
        ) from fault


def _read_datetime(call: ast.Call, _scope: ReadScope) -> datetime.datetime:
    """A moment; one with an offset (`+02:00`, `Z`) as the same moment in UTC, which is what files hold."""
    arguments(call, 1, 1)
    written = text_literal(call.args[0])
    try:
        # Python 3.10 knows no Z, later versions know forms that it does not
        moment = datetime.datetime.fromisoformat(written[:-1] + "+00:00" if written[-1:] == "Z" else written)
        if not _MOMENT.fullmatch(written):
            raise ValueError("another form")
        return (
            moment if moment.tzinfo is None else moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        )
    except (ValueError, OverflowError) as fault:
        raise ReadError(call, "not a date", 'datetime("2024-01-31T12:00:00")') from fault


def _read_number(call: ast.Call, _scope: ReadScope) -> float:
    arguments(call, 1, 1)
    spelled = text_literal(call.args[0])
    if spelled not in ("inf", "-inf", "nan"):
        raise ReadError(call, "number(…) is not part of this value", "Write the number.")
    return float(spelled)


def _read_uuid(call: ast.Call, scope: ReadScope) -> str:
    arguments(call, 1, 1)
    return read_token(call.args[0], scope).name


_READERS: dict[str, Callable[[ast.Call, ReadScope], Any]] = {
    "all_of": _read_table,
    "any_of": _read_table,
    "array_state": _read_typed,
    "bare": _read_bare,
    "contacts": _read_typed,
    "data": _read_data,
    "datetime": _read_datetime,
    "dict": _read_record,
    "dictionary_of": _read_dictionary_of,
    "name_of": _read_uuid,
    "no_value": _read_no_value,
    "number": _read_number,
    "quantity": read_quantity,
    "raw": _read_typed,
    "rules": _read_table,
    "state": _read_typed,
    "text_ref": _read_text_ref,
    "time_offset": _read_typed,
    "uuid_of": _read_uuid,
}
READERS.update(_READERS)
