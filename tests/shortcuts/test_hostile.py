"""Files from anywhere: each hostile one costs a moment and one line, and the rest are read."""

from __future__ import annotations

import io
import os
import plistlib
import random
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.shortcuts import hostile
from wfllm.errors import WfllmError
from wfllm.shortcuts import reader
from wfllm.shortcuts.reader import Source, find, read, sources_of
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.zips import Budget


def reasons(sources: list[Source]) -> list[str]:
    """Why each was refused, by the reader or by who reads what it holds; one line each."""
    found: list[str | WfllmError] = []
    for source in sources:
        try:
            if source.error is not None:
                raise source.error
            assert source.plist is not None
            transcribe(build_tree(source.plist, source.name))
            found.append("read")
        except WfllmError as fault:
            found.append(fault)
    assert all("\n" not in fault.line() and fault.mend for fault in found if isinstance(fault, WfllmError))
    return [fault if isinstance(fault, str) else fault.line() for fault in found]


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_is_one_line(name: str) -> None:
    content, says = hostile.FILES[name]
    (reason,) = reasons(list(sources_of(content, Path(f"{name}.shortcut"))))
    assert says in reason


@pytest.fixture(scope="module")
def zips() -> dict[str, bytes]:
    return hostile.zips()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("zip_cut", "damaged zip"),
        ("zip_head", "damaged zip"),
        ("zip_none", "without shortcuts"),
        ("zip_nothing", "without shortcuts"),
        ("zip_bomb", "unpacks to more"),
        ("zip_nested", "a zip in a zip in a zip"),
        ("zip_million", "unpacks to more"),
        ("zip_overlapping", "overlap"),
        ("zip_encrypted", "locked"),
        ("zip_checksum", "damaged or locked"),
    ],
)
def test_a_hostile_zip_is_told(zips: dict[str, bytes], name: str, says: str) -> None:
    found = reasons(list(sources_of(zips[name], Path(f"{name}.zip"))))
    assert found
    assert all(says in reason for reason in found)


def test_a_zip_stops_where_it_has_unpacked_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    members = {f"{i}.shortcut": b"<" + bytes(30_000) for i in range(100)}
    budget = Budget(bytes=100_000)
    monkeypatch.setattr(reader, "Budget", lambda: budget)
    found = list(sources_of(hostile.zipped(members), Path("x.zip")))
    assert len(found) == 5
    assert found[-1].error is not None
    assert "unpacks to more" in found[-1].error.line()
    assert -40_000 < budget.bytes <= 0


def test_members_whose_names_lead_elsewhere_are_read_as_they_are() -> None:
    found = list(sources_of(hostile.zipped(hostile.ODD_NAMES), Path("x.zip")))
    assert len(found) == len(hostile.ODD_NAMES)
    assert [s.member for s in found if s.error is not None] == []
    assert all("/" not in s.name for s in found)


def test_a_zip_in_a_zip_is_read() -> None:
    inner = hostile.zipped({"b.shortcut": hostile.BINARY})
    path = Path("outer.zip")
    found = list(sources_of(hostile.zipped({"a.plist": hostile.XML, "in.zip": inner}), path))
    assert [(s.name, s.member, s.error) for s in found] == [
        ("a", "a.plist", None),
        ("b", "in.zip:b.shortcut", None),
    ]


def test_a_link_in_a_zip_is_a_text_that_is_no_shortcut() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.shortcut")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "not a shortcut" in reasons(list(sources_of(file.getvalue(), Path("x.zip"))))[0]


@pytest.mark.parametrize("content", [hostile.BINARY, hostile.XML], ids=["binary", "xml"])
def test_cut_anywhere_it_is_a_shortcut_or_one_line(content: bytes) -> None:
    for size in range(0, len(content), 3):
        (reason,) = reasons(list(sources_of(content[:size], Path("x.shortcut"))))
        if reason == "read":  # an XML file is whole without its last line break
            assert content[size:].isspace()


@pytest.mark.parametrize("kind", ["binary", "xml", "json", "zip", "signed"])
def test_any_bit_flipped_it_is_a_shortcut_or_one_line(kind: str) -> None:
    whole = {
        "binary": hostile.BINARY,
        "xml": hostile.XML,
        "json": b'[{"WFWorkflowActionIdentifier": "is.workflow.actions.nothing"}]',
        "zip": hostile.zipped({"a.shortcut": hostile.BINARY}, zipfile.ZIP_STORED),
        "signed": b"AEA1" + bytes(400),
    }[kind]
    picks = random.Random(1)
    for _ in range(150):
        at, bit = picks.randrange(len(whole)), picks.randrange(8)
        flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
        assert reasons(list(sources_of(flipped, Path("x.shortcut"))))


def test_what_stands_in_comments_and_cdata_is_no_fault() -> None:
    text = b"<![CDATA[<key>a</key><key>a</key><html>]]><!-- <key>b</key><body> -->"
    content = hostile.XML.replace(b"<string>hi</string>", b"<string>" + text + b"</string>")
    (source,) = sources_of(content, Path("x"))
    assert source.plist is not None
    parameters = source.plist["WFWorkflowActions"][0]["WFWorkflowActionParameters"]
    assert parameters["WFTextActionText"] == "<key>a</key><key>a</key><html>"


def test_utf_16_is_read_too() -> None:
    text = hostile.XML.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    (source,) = sources_of(text, Path("x"))
    assert source.plist == hostile.GOOD


def first(path: Path) -> str:
    (reason,) = reasons(list(read(path)))
    return reason


def test_what_is_no_file_is_listed_and_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.shortcut")
    (tmp_path / "folder.shortcut").mkdir()
    (tmp_path / "folder.shortcut" / "inside.plist").write_bytes(hostile.XML)
    (tmp_path / "nowhere.shortcut").symlink_to(tmp_path / "gone")
    (tmp_path / "round.shortcut").symlink_to(tmp_path / "round.shortcut")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "device.shortcut").symlink_to("/dev/zero")
    found = {p.relative_to(tmp_path).as_posix(): first(p) for p in find(tmp_path)}
    assert found.keys() == {
        "pipe.shortcut", "folder.shortcut", "folder.shortcut/inside.plist", "nowhere.shortcut",
        "round.shortcut", "device.shortcut",
    }  # fmt: skip
    assert found["folder.shortcut/inside.plist"] == "read"
    assert "not a file" in found["pipe.shortcut"]
    assert "not a file" in found["device.shortcut"]
    assert "a folder" in found["folder.shortcut"]
    assert "Does the link lead anywhere?" in found["nowhere.shortcut"]
    assert "cannot be read" in found["round.shortcut"]


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # its path has to be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s.shortcut")
        assert "cannot be read" in first(Path("s.shortcut"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.shortcut").write_bytes(hostile.BINARY)
    (tmp_path / "a.shortcut").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    found = {p.name: first(p) for p in find(tmp_path)}
    assert found.keys() == {"a.shortcut", "shut"}
    assert all("cannot be read" in reason for reason in found.values())


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.shortcut").write_bytes(hostile.BINARY)
    (tmp_path / "shut").mkdir()
    scan = os.scandir

    def refusing(path: Any) -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert [p.name for p in find(tmp_path)] == ["a.shortcut", "shut"]


def test_a_huge_sparse_file_is_refused_unread(tmp_path: Path) -> None:
    for size in (200 * 2**20, 10 * 2**30):
        with (tmp_path / "huge.shortcut").open("wb") as file:
            file.truncate(size)
        assert f"{size >> 20:,} MB, at most 32 MB" in first(tmp_path / "huge.shortcut")


@pytest.mark.parametrize("then", ["grows", "shrinks", "is written again"])
def test_a_file_that_changes_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    path = tmp_path / "x.shortcut"
    path.write_bytes(hostile.BINARY)
    fstat, asked = os.fstat, []

    def changing(handle: int) -> os.stat_result:
        found = fstat(handle)
        asked.append(handle)
        if len(asked) == 1:
            size = {"grows": 500, "shrinks": 10, "is written again": len(hostile.BINARY)}[then]
            path.write_bytes(bytes(size))
            os.utime(path, ns=(1, 1))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", changing)
        assert "changed while it was read" in first(path)


def test_a_file_removed_meanwhile_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.shortcut").write_bytes(hostile.BINARY)
    paths = find(tmp_path)
    paths[0].unlink()
    assert [first(p)[-4:] for p in paths] == ["ble.", "read"]


def test_names_of_every_kind_are_found(tmp_path: Path) -> None:
    names = [b"a\nb", b"\x1b[31m", b"\xff\xfe", "é".encode(), b" ", b"-rf", b"$(x)", b"x" * 240]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name + b".shortcut"), "wb") as file:
            file.write(hostile.BINARY)
    assert [first(p) for p in find(tmp_path)] == ["read"] * len(names)


def test_one_member_of_a_zip_is_held_at_a_time() -> None:
    """A zip of many large ones costs no more than one of them."""
    content = hostile.zipped({f"{i}.plist": hostile.XML for i in range(50)})
    found = sources_of(content, Path("x.zip"))
    assert next(found).plist == hostile.GOOD
    assert not isinstance(found, list)
    assert sum(s.plist is not None for s in found) == 49


def test_the_largest_that_is_read_is_read() -> None:
    actions = [{"WFWorkflowActionIdentifier": "a.b"} for _ in range(15_000)]
    content = plistlib.dumps({"WFWorkflowActions": actions}, fmt=plistlib.FMT_BINARY)
    (source,) = sources_of(content, Path("x"))
    assert source.error is None
