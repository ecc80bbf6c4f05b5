"""What all commands take."""

from __future__ import annotations

from typing import ClassVar, Literal

from wfllm.config.schema.base import Schema


class Command(Schema):
    """What every command takes."""

    plain_text: ClassVar[tuple[str, ...]] = ()
    """Keys whose value is what a person writes in plain words: commas and brackets are part of it."""

    show: Literal["none", "diff"] = "none"
    """`diff` prints what differs from the defaults and stops."""


class KnowsApis(Command):
    """What every command takes that asks which APIs exist."""

    catalogue: str | None = None
    """Table of further APIs, as `wfllm catalogue` writes it or by hand; it comes before the shipped one."""
