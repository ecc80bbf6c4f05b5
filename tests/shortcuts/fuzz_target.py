"""What every mutated shortcut is put through, and what must hold whatever it is.

- Nothing but `WfllmError` comes out, as one line.
- Code that is written parses; with its sidecar it gives the identical property list; what compiles can be
  written as a file and read back.
- An item takes no more than 2 s of processor a thousand actions, and bounded memory.
- Nothing is run, imported, started, connected to or written meanwhile.
"""

from __future__ import annotations

import ast
import codecs
import json
import plistlib
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.shortcuts.fuzz_mutate import CODE
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.reader import sources_of
from wfllm.shortcuts.stats import stats_of, stats_of_code
from wfllm.shortcuts.syntax import parse_code
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

SECONDS, HANG = 2.0, 60
"""Of processor time: for each thousand actions (at least for one thousand); when an item is given up."""
MEMORY = 700 * 2**20
"""Bytes that one item may add to the process at its peak."""
_FORBIDDEN = (
    "exec", "import", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove",
    "os.rename",
    "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.putenv", "shutil.",
    "socket.",
    "ctypes.", "pickle.", "marshal.", "code.__new__", "tempfile.", "webbrowser.", "urllib.", "sqlite3.",
)  # fmt: skip


class BrokenError(Exception):
    """An invariant does not hold."""


class _HangError(BaseException):
    pass


_seen: list[str] | None = None


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _seen is None:
        return
    writes = event == "open" and (
        (isinstance(args[1], str) and any(c in args[1] for c in "wax+"))
        or (isinstance(args[2], int) and args[2] & 0b11 and not isinstance(args[1], str))
    )
    if writes or event.startswith(_FORBIDDEN):
        _seen.append(f"{event} {str(args)[:200]}")


sys.addaudithook(_audit)
# What is imported late is imported now.
for _name in ("utf-16", "utf-16-be", "utf-16-le", "utf-8-sig", "cp437", "latin-1", "unicode_escape"):
    codecs.lookup(_name)


@contextmanager
def _watched() -> Iterator[list[str]]:
    global _seen
    seen: list[str] = []
    _seen = seen
    try:
        yield seen
    finally:
        _seen = None


def _hang(*_: object) -> None:
    raise _HangError


def run(item: bytes, *, strict: bool = True, again: bool = False) -> str:
    """Puts one item through everything. Gives how far it came, for the statistics.

    Args:
        strict: also hold it to time and memory; tests on shared machines do not.

    Raises:
        BrokenError: an invariant does not hold.
    """
    before, started = _peak(), time.process_time()
    previous = signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    actions = [0]
    try:
        with _watched() as seen:
            far = _code(item[1:], actions) if item[:1] == CODE else _file(item[1:], actions)
    except _HangError as fault:
        raise BrokenError(f"not done after {HANG} s of processor time") from fault
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
    if seen:
        raise BrokenError(f"reached outside: {seen[0]}")
    took, grown = time.process_time() - started, _peak() - before
    if strict and took > SECONDS * max(1.0, actions[0] / 1000):
        if not again:  # once may be the machine's doing
            return run(item, again=True)
        raise BrokenError(f"{took:.1f} s for {actions[0]:,} actions, {len(item):,} bytes")
    if strict and grown > MEMORY:
        raise BrokenError(f"{grown >> 20:,} MiB for {len(item):,} bytes")
    return far


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _told(fault: WfllmError) -> None:
    if not fault.cause or "\n" in fault.line():
        raise BrokenError(f"not told in one line: {fault.line()!r}")


def _file(content: bytes, actions: list[int]) -> str:
    far = "no shortcut"
    for source in sources_of(content, Path("item.shortcut")):
        if source.error is not None or source.plist is None:
            if source.error is None:
                raise BrokenError("neither shortcut nor error")
            _told(source.error)
            continue
        far = max(far, _plist(source.plist, actions))
    return far


def _plist(plist: dict[str, Any], actions: list[int]) -> str:
    """A shortcut to code and back: the identical one."""
    actions[0] += len(plist["WFWorkflowActions"])
    before = repr(plist)
    try:
        made = transcribe(build_tree(plist, "item"))
        sidecar = json.loads(json.dumps(made.sidecar))
    except WfllmError as fault:
        _told(fault)
        return "refused"
    made.code.encode()
    ast.parse(made.code)
    stats_of(made.workflow)
    stats_of_code(made.code)
    check(made.code, load_catalogue())
    back = compile_code(made.code, sidecar, made.data)
    if not same(back, plist):
        raise BrokenError("code and sidecar give another property list")
    if repr(back) != before:
        raise BrokenError("code and sidecar give another order of keys, or another type")
    plistlib.dumps(back, fmt=plistlib.FMT_BINARY, sort_keys=False)
    compile_code(made.code, None, made.data)  # what was written is in the dialect
    return "to code and back"


def _code(content: bytes, actions: list[int]) -> str:
    """Code of any origin: refused, or a shortcut that goes to code and back."""
    code = content.decode("utf-8", "replace")
    actions[0] += code.count("\n")
    check(code, load_catalogue())
    try:
        ast.dump(parse_code(code))
        plist = compile_code(code)
    except WfllmError as fault:
        _told(fault)
        return "code refused"
    written = plistlib.dumps(plist, fmt=plistlib.FMT_BINARY, sort_keys=False)
    _file(written, [0])
    return "code compiled"
