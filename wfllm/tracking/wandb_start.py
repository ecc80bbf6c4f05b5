"""Opening and closing a run of W&B: whatever fails there costs the run one line, and nothing of its data."""

from __future__ import annotations

import netrc
import os
import socket
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfllm.config.schema import WandbLogger
from wfllm.errors import one_line

ANSWER, OPEN, UPLOAD = 5.0, 30.0, 300.0
"""Seconds for the server to be there, to open a run, and to take what is left when a run ends."""
KEYS = ("WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE")
STAGING = "WANDB_DATA_DIR"
FLUSH = 1.0
"""Seconds after which what was logged is in the file of the client, so that a kill costs no more."""
AXIS = "trainer/global_step"
"""The x-axis of every curve: optimiser steps from 0."""
CURVES = ("train/*", "val/*")


@dataclass(frozen=True)
class About:
    """What a run of W&B is called: a fixed id, so that whoever goes on with it lands in the same run."""

    id: str
    name: str
    folder: Path
    """Where the client keeps its files."""
    group: str
    job: str
    """Kind of work: `train`, `evaluate`, `teval`, `build`, `compare`."""
    config: dict[str, Any] = field(default_factory=dict)


def tell(text: str) -> None:
    """One line about W&B on stderr."""
    print(f"W&B: {one_line(text)[:500]}", file=sys.stderr)


def cause(fault: BaseException) -> str:
    """The first line of a fault of the client's."""
    lines = str(fault).strip().splitlines()
    return lines[0] if lines else type(fault).__name__


def start_wandb(config: WandbLogger, about: About) -> Any | None:
    """A run of W&B under the id given, or None where even its files cannot be written.

    Online without a key, without a server or with one that refuses: the run is kept offline, which is said
    together with the command that uploads it.
    """
    os.environ.setdefault("WANDB_SILENT", "true")
    import wandb

    upload = f"wandb sync {about.folder / 'wandb'}"
    if config.mode == "online":
        try:
            hindrance = _hindrance()
            if hindrance is None:
                return _init(config, about, "online")
        except Exception as fault:  # whatever the client raises, training is worth more
            hindrance = cause(fault)
            with suppress(Exception):
                wandb.teardown()  # its service counts the run as open and would refuse it
        tell(f"{hindrance}. This run is kept offline; later: {upload}")
    try:
        return _init(config, about, "offline")
    except Exception as fault:
        tell(f"{cause(fault)}. This run is not logged there; its folder has everything: {about.folder}")
        return None


def _hindrance() -> str | None:
    """Why no run can be opened online, found out in seconds and without asking the person; None: nothing."""
    import wandb

    url = urllib.parse.urlsplit(str(wandb.setup().settings.base_url))
    if not _has_key(url.hostname or ""):
        return f"no key for {url.hostname} (wandb login asks for it once)"
    proxy = urllib.request.getproxies().get(url.scheme)
    if proxy and not urllib.request.proxy_bypass(url.hostname or ""):
        url = urllib.parse.urlsplit(proxy)
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        socket.create_connection((url.hostname or "", port), timeout=ANSWER).close()
    except OSError as fault:
        return f"{url.hostname}:{port} cannot be reached ({fault.strerror or fault})"
    return None


def _has_key(host: str) -> bool:
    if any(os.environ.get(name) for name in KEYS):
        return True
    given = os.environ.get("NETRC")
    for file in [given] if given else ["~/.netrc", "~/_netrc"]:
        with suppress(OSError, netrc.NetrcParseError):
            if netrc.netrc(os.path.expanduser(file)).authenticators(host):
                return True
    return False


def _init(config: WandbLogger, about: About, mode: str) -> Any:
    import wandb

    run = wandb.init(
        mode=mode,  # type: ignore[arg-type]  # one of its literals
        project=config.project,
        entity=config.entity,
        group=config.group or about.group,
        job_type=about.job,
        tags=config.tags,
        id=about.id,
        name=about.name,
        dir=str(about.folder),
        config=about.config,
        resume="allow",
        reinit="finish_previous",
        settings=wandb.Settings(
            init_timeout=OPEN, finish_timeout=UPLOAD, x_transaction_log_flush_interval=FLUSH
        ),
    )
    run.define_metric(AXIS, hidden=True)
    for curves in CURVES:
        run.define_metric(curves, step_metric=AXIS)
    return run


@contextmanager
def staged_in(folder: Path) -> Iterator[None]:
    """Copies of what an artifact is made of wait for their upload in the run's folder, not in one's home."""
    before = os.environ.get(STAGING)
    os.environ[STAGING] = before or str(folder / "wandb")
    try:
        yield
    finally:
        if before is None:
            del os.environ[STAGING]


def end_wandb(run: Any, *, failed: bool) -> None:
    """Close a run, whatever happens: in a sweep, an open one would swallow the next."""
    import wandb

    try:
        run.finish(exit_code=int(failed))
    except Exception as fault:
        upload = f"wandb sync {Path(run.dir).parent}"
        tell(f"{cause(fault)}. What is not uploaded is kept beside the run; later: {upload}")
        with suppress(Exception):  # else the end of this process tells it again, with a trace
            wandb.teardown()
