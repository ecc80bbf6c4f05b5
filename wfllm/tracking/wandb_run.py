"""Weights & Biases: curves, tables and artifacts of one run, under a run id of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger as LightningLogger

from wfllm.config.schema import Logger, WandbLogger
from wfllm.evaluation.breakdown import COLUMNS, Part
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.samples import Row
from wfllm.evaluation.score import Scores
from wfllm.tracking.run_folder import RunFolder

LARGEST_PAGE = 5_000_000
"""Bytes of a page that is shown in W&B itself; a larger one is an artifact alone."""


class Tracker:
    """What a run reports beside its folder. This one reports nothing (`logger=none`)."""

    def lightning(self) -> list[LightningLogger]:
        """Loggers for the Lightning trainer."""
        return []

    def samples(self, rows: Sequence[Row]) -> None:
        """Requests answered during training."""

    def scores(
        self, name: str, means: Mapping[str, float], predictions: Sequence[Prediction], each: Sequence[Scores]
    ) -> None:
        """Scores of one evaluation, with request, reference and generated code."""

    def breakdown(self, name: str, parts: Sequence[Part]) -> None:
        """Every metric of one evaluation by how hard the reference is."""

    def report(self, path: Path) -> None:
        """The page of a run."""

    def artifact(self, name: str, kind: str, path: Path) -> None:
        """A file or folder worth keeping."""


class WandbTracker(Tracker):
    """Reports to a W&B run, offline or online."""

    def __init__(self, run: Any, config: WandbLogger) -> None:
        self.run, self.config = run, config
        self._rows: list[Row] = []

    def lightning(self) -> list[LightningLogger]:
        from pytorch_lightning.loggers import WandbLogger as LightningWandb

        return [LightningWandb(experiment=self.run)]

    def samples(self, rows: Sequence[Row]) -> None:
        import wandb

        # A W&B table is one value: each report holds all rows so far.
        self._rows.extend(rows)
        table = wandb.Table(
            columns=["step", "request", "reference", "generated"], data=[list(r) for r in self._rows]
        )
        self.run.log({"samples": table})

    def scores(
        self, name: str, means: Mapping[str, float], predictions: Sequence[Prediction], each: Sequence[Scores]
    ) -> None:
        import wandb

        columns: list[str | int] = ["id", "request", "reference", "generated", *each[0]]
        rows = [
            [p.id, p.query, p.reference, p.code or p.answer, *s.values()]
            for p, s in zip(predictions, each, strict=True)
        ]
        self.run.log({f"predictions/{name}": wandb.Table(columns=columns, data=rows)})
        for metric, value in means.items():
            self.run.summary[f"{name}/{metric}"] = value

    def breakdown(self, name: str, parts: Sequence[Part]) -> None:
        import wandb

        columns: list[str | int] = list(COLUMNS)
        rows = [list(astuple(part)) for part in parts]
        self.run.log({f"breakdown/{name}": wandb.Table(columns=columns, data=rows)})

    def report(self, path: Path) -> None:
        import wandb

        if path.stat().st_size <= LARGEST_PAGE:
            self.run.log({"report": wandb.Html(path.read_text(encoding="utf-8"), inject=False)})
        self.artifact(f"report-{self.run.id}", "report", path)

    def artifact(self, name: str, kind: str, path: Path) -> None:
        import wandb

        if not self.config.artifacts:
            return
        item = wandb.Artifact(name, type=kind)
        item.add_dir(str(path)) if path.is_dir() else item.add_file(str(path))
        self.run.log_artifact(item)


@contextmanager
def tracking(
    logger: Logger, folder: RunFolder, plain: dict[str, Any], group: str, job: str
) -> Iterator[Tracker]:
    """A tracker for one run, closed whatever happens: in a sweep, an open run would swallow the next one."""
    if not isinstance(logger, WandbLogger):
        yield Tracker()
        return
    os.environ.setdefault("WANDB_SILENT", "true")
    import wandb

    info = folder.info
    run = wandb.init(
        mode=logger.mode,
        project=logger.project,
        entity=logger.entity,
        group=logger.group or group,
        job_type=job,
        tags=logger.tags,
        id=f"{info['id']}-{info['started'].translate(str.maketrans('', '', '-:+'))[:15]}",
        name=folder.path.name,
        dir=str(folder.path),
        config={**plain, "commit": info.get("commit"), "data_fingerprint": info.get("data")},
        resume="allow" if logger.mode == "online" else None,
        reinit="finish_previous",
    )
    failed = True
    try:
        yield WandbTracker(run, logger)
        failed = False
    finally:
        run.finish(exit_code=int(failed))
