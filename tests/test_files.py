"""Files appear whole or not at all, and nowhere but in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfllm.files import write_bytes, write_text


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_replaced(tmp_path: Path, sync: bool) -> None:
    write_text(tmp_path / "x", "old and long", sync=sync)
    write_text(tmp_path / "x", "neu ✓\r\n", sync=sync)
    assert (tmp_path / "x").read_bytes() == "neu ✓\r\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise fault

    write_bytes(tmp_path / "x", b"before")
    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(fault):
        write_bytes(tmp_path / "x", b"after")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"before"


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"untouched")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "secret").read_bytes() == b"untouched"
    assert not (tmp_path / "link").is_symlink()


def test_a_name_as_long_as_the_disk_takes(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("n" * 255), b"x")


def test_half_of_a_surrogate_pair_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "x", "\ud800")
    assert list(tmp_path.iterdir()) == []
