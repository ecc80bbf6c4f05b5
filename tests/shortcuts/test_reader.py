"""Every container is read; every damaged one is one line."""

from __future__ import annotations

import io
import json
import plistlib
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts import zips
from wfllm.shortcuts.reader import find, read, read_bytes

GOOD: dict[str, Any] = plist(act("nothing"))


@pytest.mark.parametrize(
    "content",
    [
        plistlib.dumps(GOOD, fmt=plistlib.FMT_BINARY),
        plistlib.dumps(GOOD, fmt=plistlib.FMT_XML),
        b"\n\n" + plistlib.dumps(GOOD, fmt=plistlib.FMT_XML).split(b"?>", 1)[1].strip(),
        json.dumps(GOOD).encode(),
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        json.dumps(GOOD["WFWorkflowActions"]).encode(),
        json.dumps({"shortcut": GOOD}).encode(),
    ],
    ids=["binary", "xml", "xml without head", "json", "json with mark", "bare actions", "wrapped"],
)
def test_containers(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "My shortcut.shortcut"
    path.write_bytes(content)
    (source,) = read(path)
    assert source.error is None
    assert source.name == "My shortcut"
    assert source.plist == GOOD


BOMB = b"""<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<plist version="1.0"><dict><key>WFWorkflowActions</key><array><string>&b;</string></array></dict></plist>"""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"hello", "not a shortcut"),
        (b"\x89PNG\r\n\x1a\n", "not a shortcut"),
        (BOMB, "damaged"),
        (b"{" * 100_000, "JSON"),
        (b"[" * 100_000, "nested"),
        (b'{"WFWorkflowActions": ', "JSON"),
        (b'{"a": 1}', "no WFWorkflowActions"),
        (b"<plist><dict>", "damaged"),
        (b"bplist00" + b"\xff" * 40, "damaged"),
        (plistlib.dumps({"WFWorkflowActions": 3}), "no WFWorkflowActions"),
        (plistlib.dumps(GOOD, fmt=plistlib.FMT_BINARY)[:-9], "damaged"),
        (json.dumps({"WFWorkflowActions": [1] * 10}).encode() + b"\xff", "damaged"),
    ],
)
def test_damaged_files_are_one_line(content: bytes, says: str) -> None:
    source = read_bytes(content, "x", "x.shortcut")
    assert source.plist is None
    assert source.error is not None
    assert says in source.error.line()
    assert source.error.line().startswith("x.shortcut: ")
    assert "\n" not in source.error.line()


def _binary(objects: list[bytes]) -> bytes:
    """A binary property list of these raw objects, the first on top."""
    body, offsets = b"bplist00", []
    for raw in objects:
        offsets.append(len(body))
        body += raw
    table = b"".join(o.to_bytes(2, "big") for o in offsets)
    trailer = (
        bytes(6) + b"\x02\x01" + len(objects).to_bytes(8, "big") + bytes(8) + len(body).to_bytes(8, "big")
    )
    return body + table + trailer


@pytest.mark.parametrize("encoding", ["utfm8", "rot13", "idna", "os.path"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_declared_encoding_names_no_module_to_import(encoding: str, coding: str) -> None:
    before = set(sys.modules)
    xml = plistlib.dumps({"WFWorkflowActions": []}).decode()
    xml = xml.replace('encoding="UTF-8"', f"{' ' * 5000}encoding='{encoding}'")
    source = read_bytes(xml.encode(coding), "x")
    assert source.error is not None
    assert f"XML in the encoding '{encoding}'" in source.error.line()
    assert set(sys.modules) == before


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "US-ASCII", "ISO-8859-1"])
def test_encodings_the_parser_knows_are_read(encoding: str) -> None:
    xml = plistlib.dumps({"WFWorkflowActions": []}).decode().replace('"UTF-8"', f'"{encoding}"')
    assert read_bytes(xml.encode(), "x").plist == {"WFWorkflowActions": []}


def test_a_list_that_contains_itself_is_bounded() -> None:
    key = b"\x5f\x10\x11WFWorkflowActions"
    source = read_bytes(_binary([b"\xd1\x01\x02", key, b"\xa1\x02"]), "x", "x")
    assert source.error is not None
    assert "nested" in source.error.line()


def test_lists_that_unfold_to_billions_are_bounded() -> None:
    key = b"\x5f\x10\x11WFWorkflowActions"
    layers = [b"\xaa" + bytes([3 + i]) * 10 for i in range(30)]
    source = read_bytes(_binary([b"\xd1\x01\x02", key, *layers, b"\x08"]), "x", "x")
    assert source.error is not None
    assert "unfolds" in source.error.line()


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.shortcut"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    (source,) = read(path)
    assert source.error is not None
    assert "200 MB" in source.error.line()


def test_a_zip_gives_its_members_and_their_faults(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/One.shortcut", plistlib.dumps(GOOD))
        archive.writestr("Two.json", json.dumps(GOOD))
        archive.writestr("bad.shortcut", b"nothing")
        archive.writestr("../../escape.shortcut", plistlib.dumps(GOOD))
        archive.writestr("__MACOSX/._One.shortcut", b"?")
        archive.writestr("readme.txt", b"?")
    sources = list(read(path))
    assert [(s.name, s.error is None) for s in sources] == [
        ("One", True),
        ("Two", True),
        ("bad", False),
        ("escape", True),
    ]


def test_a_zip_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_BYTES", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.shortcut", b"<" + bytes(200_000))
    (source,) = read(path)
    assert source.error is not None
    assert "unpacks to more" in source.error.line()


def test_an_empty_zip_and_a_damaged_one_are_told(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", b"?")
    for content, says in ((buffer.getvalue(), "without shortcuts"), (b"PK\x03\x04rest", "damaged zip")):
        path = tmp_path / "x.zip"
        path.write_bytes(content)
        (source,) = read(path)
        assert source.error is not None
        assert says in source.error.line()


def test_a_signed_file_says_what_it_is() -> None:
    source = read_bytes(b"AEA1" + bytes(200), "x", "x.shortcut")
    assert source.error is not None
    assert "signed" in source.error.line()


@given(some.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_shortcut_or_one_line(content: bytes) -> None:
    for head in (b"", b"bplist00", b"<?xml ?>", b"{", b"AEA1\0\0\0\0"):
        source = read_bytes(head + content, "x", "x")
        assert (source.plist is None) == (source.error is not None)


@given(some.integers(0, 10_000), some.integers(0, 255))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_are_a_shortcut_or_one_line(place: int, byte: int) -> None:
    whole = bytearray(plistlib.dumps(plist(act("nothing", a=[1, {"b": b"x"}])), fmt=plistlib.FMT_BINARY))
    whole[place % len(whole)] = byte
    source = read_bytes(bytes(whole), "x", "x")
    assert (source.plist is None) == (source.error is not None)


def test_find(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.shortcut", "a.plist", "deep/c.json", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [p.name for p in find(str(tmp_path))] == ["a.plist", "b.shortcut", "c.json"]
    assert [p.name for p in find(str(tmp_path / "*.shortcut"))] == ["b.shortcut"]
    assert [p.name for p in find(str(tmp_path / "notes.txt"))] == ["notes.txt"]


@pytest.mark.parametrize(
    ("input", "says"),
    [
        ("", "no input"),
        ("nowhere", "no such file"),
        ("*.none", "no file matches"),
        ("empty", "no shortcuts"),
        ("x" * 5000, "cannot be looked up"),
        ("a\0b", ""),
    ],
)
def test_find_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, input: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WfllmError) as caught:
        find(input)
    assert says in caught.value.line()
    assert caught.value.mend
