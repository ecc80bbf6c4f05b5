"""Code from a file that a person names: as text, or what the file is instead."""

from __future__ import annotations

from pathlib import Path

from wfllm.shortcuts.code_size import MAX_FILE
from wfllm.shortcuts.finding import Finding

_SHORTCUTS = (b"bplist", b"AEA1", b"<?xml", b"<!DOCTYPE plist", b"<plist")
"""How property lists, signed or not, begin; no Python does."""
_SUFFIXES = (".shortcut", ".wflow", ".plist")


def read_code(path: Path) -> str | Finding:
    """A file's code, without the mark some editors put before it; a finding where it cannot be read.

    Args:
        path: of a file of any size; of a longer one `MAX_FILE` characters and one more are read.
    """
    try:
        with path.open("rb") as binary:
            head = binary.read(16).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(_SHORTCUTS) or path.suffix.lower() in _SUFFIXES:
            mend = f"Write it as Python first: wfllm transcribe input={path} output=outputs/python"
            return Finding(1, "unreadable", "this is a shortcut, not Python", mend)
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_FILE + 1)
    except UnicodeDecodeError:
        return Finding(1, "unreadable", "not a text file in UTF-8", "Save it as UTF-8.")
    except OSError as fault:
        return Finding(1, "unreadable", f"cannot be read ({fault.strerror})", "Check the file.")
