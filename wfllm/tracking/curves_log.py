"""What Lightning logs, handed on as points of curves."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from pytorch_lightning.loggers import Logger


class CurvesLog(Logger):
    """Gives every metric and its optimiser step to `keep`."""

    def __init__(self, keep: Callable[[Mapping[str, float], int | None], None]) -> None:
        super().__init__()
        self._keep = keep

    @property
    def name(self) -> str:
        return "curves"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """The run has the whole config already."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        self._keep(metrics, step)
