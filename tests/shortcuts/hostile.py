"""Files that mean harm, or met some: name → content. Each is refused in one line."""

from __future__ import annotations

import io
import json
import plistlib
import struct
import zipfile
import zlib
from typing import Any

from tests.shortcuts.build import act, plist

GOOD = plist(act("gettext", WFTextActionText="hi"), act("nothing"))
BINARY = plistlib.dumps(GOOD, fmt=plistlib.FMT_BINARY)
XML = plistlib.dumps(GOOD, fmt=plistlib.FMT_XML)
_KEY = b"\x5f\x10\x11WFWorkflowActions"
_HEAD = b'<?xml version="1.0"?><plist version="1.0"><dict><key>WFWorkflowActions</key><array>'
_TAIL = b"</array></dict></plist>"


def binary(
    objects: list[bytes], *, count: int | None = None, width: int = 2, table: int | None = None
) -> bytes:
    """A binary property list of these raw objects, the first on top; its trailer says what it is told to."""
    body, offsets = b"bplist00", []
    for raw in objects:
        offsets.append(len(body))
        body += raw
    trailer = struct.pack(
        ">6xBBQQQ",
        width,
        2,
        len(objects) if count is None else count,
        0,
        len(body) if table is None else table,
    )
    return body + b"".join(o.to_bytes(2, "big") for o in offsets) + trailer


def entities(*lines: str, use: str) -> bytes:
    """An XML property list with entities."""
    head = f'<?xml version="1.0"?><!DOCTYPE plist [{"".join(lines)}]><plist version="1.0"><dict>'
    return f"{head}<key>WFWorkflowActions</key><array><string>{use}</string></array></dict></plist>".encode()


def _laughs() -> bytes:
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))]
    return entities(*lines, use="&a11;")


def _doubling(times: int) -> bytes:
    """A list of two of a list of two of …; the file has a few bytes for each."""
    top = [b"\xd1\x00\x01\x00\x02", _KEY]
    lists = [b"\xa2" + struct.pack(">HH", i + 3, i + 3) for i in range(times)]
    return binary([*top, *lists, b"\x08"])


def _long_texts() -> bytes:
    """One text of a megabyte, a thousand times."""
    text = b"\x5f\x12" + struct.pack(">I", 2**20) + b"a" * 2**20
    top = [b"\xd1\x00\x01\x00\x02", _KEY, b"\xaf\x11" + struct.pack(">H", 1000) + b"\x00\x03" * 1000]
    return binary_wide([*top, text])


def binary_wide(objects: list[bytes]) -> bytes:
    """As `binary`, for more than 64 KB."""
    body, offsets = b"bplist00", []
    for raw in objects:
        offsets.append(len(body))
        body += raw
    trailer = struct.pack(">6xBBQQQ", 4, 2, len(objects), 0, len(body))
    return body + b"".join(o.to_bytes(4, "big") for o in offsets) + trailer


FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "space": (b" \n" * 500, "empty"),
    "text": (b"hello", "not a shortcut"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a shortcut"),
    "zeros": (bytes(10**6), "not a shortcut"),
    "xml_cut": (XML[: len(XML) // 2], "damaged"),
    "xml_laughs": (_laughs(), "damaged"),
    "xml_quadratic": (
        entities(f'<!ENTITY a "{"a" * 50_000}">', use="&a;" * 10_000), "damaged"
    ),
    "xml_external": (entities('<!ENTITY a SYSTEM "file:///etc/passwd">', use="&a;"), "damaged"),
    "xml_parameter": (entities('<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd">', "%a;", use="x"), "damaged"),
    "xml_undeclared": (_HEAD + b"<string>&nothing;</string>" + _TAIL, "damaged"),
    "xml_deep": (_HEAD + b"<array>" * 100_000 + b"</array>" * 100_000 + _TAIL, "deep"),
    "xml_deep_dict": (_HEAD + b"<dict><key>a</key>" * 10_000 + b"<true/>" + b"</dict>" * 10_000 + _TAIL,
    "deep"),
    "xml_many": (_HEAD + b"<true/>" * 700_000 + _TAIL, "unfolds"),
    "xml_twice": (_HEAD + b"</array><key>WFWorkflowActions</key><array>" + _TAIL, "twice"),
    "xml_integer": (_HEAD + b"<integer>" + b"9" * 40 + b"</integer>" + _TAIL, "too large"),
    "xml_digits": (_HEAD + b"<integer>" + b"9" * 10**6 + b"</integer>" + _TAIL, "damaged"),
    "xml_nan": (_HEAD + b"<real>nan</real>" + _TAIL, "none at all"),
    "xml_date": (_HEAD + b"<date>9999-99-99T99:99:99Z</date>" + _TAIL, "damaged"),
    "xml_element": (_HEAD + b"<script>x</script>" + _TAIL, "script"),
    "xml_encoding": (b'<?xml version="1.0" encoding="x-none"?><plist><dict/></plist>', "XML in the encoding"),
    "binary_cut": (BINARY[:-9], "damaged"),
    "binary_garbage": (b"bplist00" + b"\xff" * 400, "damaged"),
    "binary_itself": (binary([b"\xd1\x00\x01\x00\x02", _KEY, b"\xa1\x00\x02"]), "deep"),
    "binary_ring": (binary([b"\xd1\x00\x01\x00\x02", _KEY, b"\xa1\x00\x03", b"\xa2\x00\x02\x00\x02"]),
    "unfolds"),
    "binary_doubling": (_doubling(40), "unfolds"),
    "binary_texts": (_long_texts(), "MB of text"),
    "binary_count": (binary([b"\xd0"], count=2**62), "damaged"),
    "binary_width": (binary([b"\xd0"], width=0), "damaged"),
    "binary_offset": (binary([b"\xd0"], table=2**63), "damaged"),
    "binary_reference": (binary([b"\xd1\x00\x01\xff\xff", _KEY]), "damaged"),
    "binary_array": (binary([b"\xaf\x13" + b"\xff" * 8]), "damaged"),
    "binary_text": (binary([b"\x5f\x13\x7f" + b"\xff" * 7]), "damaged"),
    "binary_key": (binary([b"\xd1\x00\x01\x00\x01", b"\xa0"]), "damaged"),
    "binary_integer": (binary([b"\xd1\x00\x01\x00\x02", _KEY, b"\xa1\x00\x03", b"\x14" + b"\x7f" * 16]),
    "too large"),
    "json_cut": (b'{"WFWorkflowActions": [', "damaged"),
    "json_deep": (b"[" * 10_000 + b"]" * 10_000, "deep"),
    "json_deeper": (b'{"a":' * 200_000, "deep"),
    "json_many": (b"[" + b"1," * 700_000 + b"1]", "unfolds"),
    "json_nan": (b'{"WFWorkflowActions": [NaN]}', "NaN"),
    "json_infinity": (b'{"WFWorkflowActions": [-Infinity]}', "Infinity"),
    "json_huge": (b'{"WFWorkflowActions": [1e999]}', "too large"),
    "json_null": (b'{"WFWorkflowActions": [null]}', "null"),
    "json_digits": (b'{"WFWorkflowActions": [' + b"9" * 10**5 + b"]}", "damaged"),
    "json_half": (b'{"WFWorkflowActions": ["\\ud800"]}', "half a character"),
    "json_half_key": (b'{"WFWorkflowActions": [], "\\udfff": 1}', "half a character"),
    "json_twice": (b'{"WFWorkflowActions": [], "WFWorkflowActions": []}', "twice"),
    "json_encoding": (json.dumps(GOOD).encode() + b"\xff", "damaged"),
    "no_actions": (plistlib.dumps({"a": 1}), "no WFWorkflowActions"),
    "actions_text": (plistlib.dumps({"WFWorkflowActions": "x"}), "no WFWorkflowActions"),
    "signed_cut": (b"AEA1" + bytes(200), "signed"),
    "signed_encrypted": (b"AEA1\x05\0\0\0" + bytes(300), "encrypted"),
    "signed_size": (b"AEA1\0\0\0\0\xff\xff\xff\xff" + bytes(300), "signed"),
    "actions_numbers": (plistlib.dumps({"WFWorkflowActions": [1, "x", []]}), "not an action"),
    "identifier_kind": (
        plistlib.dumps({"WFWorkflowActions": [{"WFWorkflowActionIdentifier": 3}]}), "not an action"
    ),
}  # fmt: skip
"""Name of each → its content, and words of the reason it is refused with."""


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return file.getvalue()


def _nested(levels: int) -> bytes:
    """A zip of zips of zips, ten in each, a large file in the innermost."""
    inner = zipped({f"{i}.shortcut": b"<" + bytes(10**6) for i in range(10)})
    for _ in range(levels):
        inner = zipped({f"{i}.zip": inner for i in range(10)})
    return inner


def _million() -> bytes:
    """A list of a million members, all the same bytes."""
    one = zipped({"a.shortcut": b""}, zipfile.ZIP_STORED)
    at = one.index(b"PK\x01\x02")
    entry, local = one[at : one.index(b"PK\x05\x06")], one[:at]
    count = 400_000  # 22 MB; a million are more than is read of any file
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, len(local), 0)
    return local + entry * count + end


def _overlapping() -> bytes:
    """Two thousand members that are the same megabytes of the file."""
    one = zipped({"a.shortcut": b"<" + bytes(20 * 2**20)})
    at = one.index(b"PK\x01\x02")
    entry, local = one[at : one.index(b"PK\x05\x06")], one[:at]
    count = 2000
    return local + entry * count + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, len(local), 0
    )  # fmt: skip


def _encrypted() -> bytes:
    made = bytearray(zipped({"a.shortcut": BINARY}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + place] |= 1
    return bytes(made)


def zips() -> dict[str, bytes]:
    """Zips in which nothing can be read. Made when asked for: some are large."""
    whole = zipped({"a.shortcut": BINARY})
    return {
        "zip_cut": whole[: len(whole) // 2],
        "zip_checksum": whole.replace(zlib.crc32(BINARY).to_bytes(4, "little"), b"\0\0\0\0"),
        "zip_head": b"PK\x03\x04" + bytes(100),
        "zip_none": zipped({"readme.txt": b"?"}),
        "zip_nothing": zipped({}),
        "zip_bomb": zipped({"a.shortcut": b"<" + bytes(40 * 2**20)}),
        "zip_nested": _nested(3),
        "zip_million": _million(),
        "zip_overlapping": _overlapping(),
        "zip_encrypted": _encrypted(),
    }


ODD_NAMES: dict[str, Any] = {
    "/etc/cron.d/x.shortcut": BINARY, "../../../escape.shortcut": BINARY, "C:\\windows\\y.shortcut": BINARY,
    "a\nb.shortcut": BINARY, "\x1b[31m.shortcut": BINARY, "con.shortcut": BINARY,
    "é" * 200 + ".shortcut": BINARY,
    " .shortcut": BINARY, "x/../../z.json": b"[]",
}  # fmt: skip
"""Members whose names lead elsewhere."""
