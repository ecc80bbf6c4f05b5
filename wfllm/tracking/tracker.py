"""What a run reports beside its folder, to whoever listens: nobody here, Weights & Biases in `wandb_run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfllm.tracking.artifacts import Item

if TYPE_CHECKING:
    from pytorch_lightning.loggers import Logger as LightningLogger

    from wfllm.evaluation.breakdown import Part
    from wfllm.evaluation.metrics import Scores
    from wfllm.evaluation.predictions import Prediction
    from wfllm.evaluation.samples import Row


class Tracker:
    """What a run reports beside its folder. This one reports nothing (`logger=none`)."""

    def lightning(self) -> list[LightningLogger]:
        """Loggers for the Lightning trainer."""
        return []

    def metrics(self, values: Mapping[str, float], step: int | None) -> None:
        """Points of curves at an optimiser step, from 0."""

    def samples(self, rows: Sequence[Row]) -> None:
        """Requests answered during training."""

    def scores(
        self, name: str, means: Mapping[str, float], predictions: Sequence[Prediction], each: Sequence[Scores]
    ) -> None:
        """Scores of one evaluation, with request, reference and generated code."""

    def summary(self, values: Mapping[str, float]) -> None:
        """Figures by which runs are compared and searches judged."""

    def breakdown(self, name: str, parts: Sequence[Part]) -> None:
        """Every metric of one evaluation by how hard the reference is."""

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table of any kind."""

    def picture(self, path: Path) -> None:
        """A picture, called after its file."""

    def page(self, name: str, path: Path) -> None:
        """An HTML page to look at; nothing where it is too large for that."""

    def report(self, path: Path) -> None:
        """The page of a run."""

    def uses(self, items: Sequence[Item]) -> None:
        """What the run is made of."""

    def keeps(self, item: Item) -> None:
        """What the run has made."""
