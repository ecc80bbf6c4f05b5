"""A pickle of the release is read as data; a hostile one runs nothing and costs little."""

from __future__ import annotations

import os
import pickle
import pickletools
import random
import struct
import subprocess
import sys
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.sources import pickles
from wfllm.bench.sources.pickles import plain, read_pickle
from wfllm.errors import WfllmError

DOCUMENTS = {
    "is.workflow.actions.url": {"name": "x", "required_parameters": [{"name": "a", "n": 1, "f": 0.5}]}
}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_containers_come_back(tmp_path: Path, protocol: int) -> None:
    lists: defaultdict[str, list[int]] = defaultdict(list, {"a": [1, 2]})
    value = {
        **DOCUMENTS, "t": (1, (2, 3), ()), "s": {"x"}, "f": frozenset({1}), "n": None, "b": True,
        "big": 2**70, "o": OrderedDict(a=1), "d": lists, "c": Counter("aab"), "é": "😀",
    }  # fmt: skip
    found = read_pickle(written(tmp_path / "x.pkl", pickle.dumps(value, protocol)))
    assert found == {**value, "f": {1}}
    assert plain(found)["t"] == [1, [2, 3], []]
    assert plain(found)["s"] == ["x"]


class Runs:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def calls(marker: Path) -> dict[str, bytes]:
    """Programs that would make the file `marker`, or reach for what could."""
    shell = f"touch {marker}"
    return {
        "system": pickle.dumps(Runs(os.system, shell)),
        "system, oldest protocol": pickle.dumps(Runs(os.system, shell), 0),
        "eval": pickle.dumps(Runs(eval, f"open({str(marker)!r}, 'w')")),
        "open": pickle.dumps(Runs(open, str(marker), "w")),
        "popen": pickle.dumps(Runs(subprocess.Popen, ["touch", str(marker)])),
        "getattr": pickle.dumps(Runs(getattr, "", "join")),
        "inst": f"(S'{shell}'\nios\nsystem\n.".encode(),
        "dotted": b"\x80\x04\x8c\x08builtins\x8c\x0cset.__base__\x93.",
        "its own reader": b"cpickle\nloads\n(S'x'\ntR.",
        "factory": b"ccollections\ndefaultdict\n(cos\ngetcwd\ntR.",
        "set of a function": b"cbuiltins\nset\n(cos\nsystem\ntR.",
        "attributes": b"ccollections\nCounter\n}S'get'\nI1\nsb.",
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"Pos.system\n.",
        "new object": b"\x80\x02cbuiltins\nset\n)\x81.",
    }


@pytest.mark.parametrize("kind", sorted(calls(Path("x"))))
def test_nothing_is_run(tmp_path: Path, kind: str) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(WfllmError, match=r"x\.pkl: (asks for|makes objects|is no pickle)"):
        read_pickle(written(tmp_path / "x.pkl", calls(marker)[kind]))
    assert not marker.exists()
    assert Counter("aa").get("a") == 2  # and nothing of the library was changed


def test_these_programs_would_run_elsewhere(tmp_path: Path) -> None:
    """What the refusals are worth: the library's own reader does run them."""
    marker = tmp_path / "marker"
    code = f"import pickle; pickle.loads({calls(marker)['inst']!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
    assert marker.exists()


BOMBS = {
    "memory of a length": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",
    "length of a text": b"\x80\x04\x8d" + struct.pack("<Q", 2**40) + b"x.",
    "length of a frame": b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b".",
    "digits": b"I" + b"9" * 100_000 + b"\n.",
    "empty": b"",
    "no stop": b"\x80\x02]",
    "no stack": b"a.",
    "text": b"hello",
    "an opcode that is none": b"\x80\x02\xfe.",
    "a protocol to come": b"\x80\x63].",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_and_damage_are_one_line(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "x.pkl", BOMBS[kind])
    with pytest.raises(WfllmError) as caught:
        read_pickle(path)
    assert caught.value.line().startswith(f"{path}: ")
    assert "\n" not in caught.value.line()


def test_an_index_is_a_name_and_reserves_nothing(tmp_path: Path) -> None:
    assert read_pickle(written(tmp_path / "x.pkl", b"\x80\x02]r\xff\xff\xff\x7f.")) == []


def test_containers_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickles, "MOST_CONTAINERS", 1000)
    with pytest.raises(WfllmError, match="too many containers"):
        read_pickle(written(tmp_path / "x.pkl", b"\x80\x04" + b"\x8f" * 1001 + b"."))
    with pytest.raises(WfllmError, match="too many containers"):
        read_pickle(written(tmp_path / "x.pkl", b"\x80\x04" + b"]" * 600 + b"\x85" * 401 + b"."))


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_file_that_is_cut_is_refused(tmp_path: Path, cut: int) -> None:
    content = pickle.dumps(DOCUMENTS)
    with pytest.raises(WfllmError, match="is no pickle"):
        read_pickle(written(tmp_path / "x.pkl", content[:-cut]))


def test_any_change_of_a_byte_is_harmless(tmp_path: Path) -> None:
    content, draw = pickle.dumps(DOCUMENTS), random.Random(0)
    for _ in range(500):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        try:
            plain(read_pickle(written(tmp_path / "x.pkl", bytes(changed))))
        except WfllmError:
            continue


def test_parts_that_are_shared_do_not_multiply(tmp_path: Path) -> None:
    value: Any = ["lol"]
    for _ in range(40):
        value = [value, value]
    shared = read_pickle(written(tmp_path / "x.pkl", pickle.dumps(value)))
    with pytest.raises(WfllmError, match="too large or nested too deeply"):
        plain(shared)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(WfllmError, match="nested too deeply"):
        plain(read_pickle(written(tmp_path / "x.pkl", pickle.dumps(circle))))


def test_deep_nesting_is_read_and_not_walked(tmp_path: Path) -> None:
    deep = b"\x80\x02" + b"]" * 200_000 + b"a" * 199_999 + b"."
    assert sum(1 for _ in pickletools.genops(deep[:50] + b".")) == 50
    with pytest.raises(WfllmError, match="nested too deeply"):
        plain(read_pickle(written(tmp_path / "x.pkl", deep)))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="cannot be read"):
        read_pickle(tmp_path / "x.pkl")
