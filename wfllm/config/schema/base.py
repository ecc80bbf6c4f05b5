"""What every part of the config is made of.

Nothing heavy is imported here or in the modules beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _no_switch(value: object) -> object:
    """Python counts True as 1; people who write `epochs: true` mean something else."""
    if isinstance(value, bool):
        raise ValueError("should be a number")
    return value


Int = Annotated[int, BeforeValidator(_no_switch)]
Float = Annotated[float, BeforeValidator(_no_switch)]
Share = Annotated[Float, Field(ge=0, lt=1)]
Count = Annotated[Int, Field(ge=0)]
Positive = Annotated[Int, Field(ge=1)]
Seed = Annotated[Int, Field(ge=0, lt=2**32)]
Split = Literal["train", "dev", "id", "ood"]
Temperature = Annotated[Float, Field(ge=0, le=2)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Dtype = Literal["float32", "bfloat16", "float16"]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$")]
Money = Annotated[Float, Field(ge=0)]
HubId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$")]


@dataclass(frozen=True)
class Choices:
    """Beside the type of a key in `Annotated`: the names it may hold, where plug-ins bring more of them."""

    names: Callable[[], list[str]]
    """What help and reference list."""


class Schema(BaseModel):
    """A part of the config: plain, frozen, unknown keys forbidden."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,  # only the parts of the chosen options are ever built
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )
