"""Weights & Biases: curves, tables, artifacts and lineage of one run, under a run id of our own.

Nothing that fails there stops or changes a run: it is told once, and the run's folder has everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from wfllm.config.schema import Logger, WandbLogger
from wfllm.tracking.artifacts import Item
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.wandb_files import mended
from wfllm.tracking.wandb_start import AXIS, About, cause, end_wandb, staged_in, start_wandb, tell

if TYPE_CHECKING:
    from pytorch_lightning.loggers import Logger as LightningLogger

    from wfllm.evaluation.breakdown import Part
    from wfllm.evaluation.metrics import Scores
    from wfllm.evaluation.predictions import Prediction
    from wfllm.evaluation.samples import Row

LARGEST_PAGE = 5_000_000
"""Bytes of a page that is shown in W&B itself; a larger one is an artifact alone."""
P = ParamSpec("P")


def _apart(
    method: Callable[Concatenate[WandbTracker, P], None],
) -> Callable[Concatenate[WandbTracker, P], None]:
    """A report that fails is told once, and the run goes on without its like.

    Tables and artifacts ask the server, and each would wait for it anew; points of curves go to a file first.
    """
    point = method.__name__ in ("metrics", "catch_up", "summary")

    @wraps(method)
    def apart(self: WandbTracker, *args: P.args, **kwargs: P.kwargs) -> None:
        if self.lost or (self.stuck and not point):
            return
        try:
            method(self, *args, **kwargs)
        except Exception as fault:  # whatever the client raises, the run is worth more
            told, self.lost, self.stuck = self.lost or self.stuck, self.lost or point, True
            if not told:
                tell(f"{cause(fault)}. The run goes on without it; its folder has everything")

    return cast("Callable[Concatenate[WandbTracker, P], None]", apart)


class WandbTracker(Tracker):
    """Reports to a W&B run, offline or online."""

    def __init__(self, run: Any, config: WandbLogger, folder: Path, missing: int = 0) -> None:
        """`missing`: the first optimiser step that earlier starts of the run may not have told of."""
        self.run, self.config, self.folder, self.missing = run, config, folder, missing
        self.lost = self.stuck = False
        self._behind = True
        self._rows: list[Row] = []
        self._used: dict[str, str] = {}

    def lightning(self) -> list[LightningLogger]:
        from wfllm.tracking.curves_log import CurvesLog

        return [CurvesLog(self.metrics)]

    @_apart
    def metrics(self, values: Mapping[str, float], step: int | None) -> None:
        if step is not None:
            self._catch_up(step)
        self._point(values, step)

    @_apart
    def catch_up(self) -> None:
        """Tell what the run's folder has of its curves and W&B lacks."""
        self._catch_up(None)

    def _catch_up(self, before: int | None) -> None:
        """A kill may cost the client what it was told last; the folder has kept it."""
        if not self._behind:
            return
        self._behind = False
        for row in read_metrics(self.folder / "metrics.jsonl"):
            step = row.pop("step")
            if isinstance(step, int) and self.missing <= step and (before is None or step < before):
                self._point(row, step)

    def _point(self, values: Mapping[str, float], step: int | None) -> None:
        self.run.log({**values, **({} if step is None else {AXIS: step})})

    @_apart
    def samples(self, rows: Sequence[Row]) -> None:
        # A W&B table is one value: each report holds all rows so far.
        self._rows.extend(rows)
        self._table("samples", ["step", "request", "reference", "generated"], self._rows)

    @_apart
    def scores(
        self, name: str, means: Mapping[str, float], predictions: Sequence[Prediction], each: Sequence[Scores]
    ) -> None:
        columns = ["id", "request", "reference", "generated", *each[0]]
        rows = [
            [p.id, p.query, p.reference, p.code or p.answer, *s.values()]
            for p, s in zip(predictions, each, strict=True)
        ]
        self._table(f"predictions/{name}", columns, rows)
        for metric, value in means.items():
            self.run.summary[f"{name}/{metric}"] = value

    @_apart
    def summary(self, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.run.summary[name] = value

    @_apart
    def breakdown(self, name: str, parts: Sequence[Part]) -> None:
        from wfllm.evaluation.breakdown import COLUMNS

        self._table(f"breakdown/{name}", COLUMNS, [astuple(part) for part in parts])

    @_apart
    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._table(name, columns, rows)

    @_apart
    def picture(self, path: Path) -> None:
        import wandb

        self.run.log({path.stem: wandb.Image(str(path))})

    @_apart
    def page(self, name: str, path: Path) -> None:
        self._page(name, path)

    @_apart
    def report(self, path: Path) -> None:
        self._page("report", path)
        self._keep(Item(f"report-{self.run.id}", "report", (path,)))

    @_apart
    def uses(self, items: Sequence[Item]) -> None:
        if not self.config.artifacts:
            return
        for item in items:
            artifact = self._artifact(item, copied=False)
            self._used[item.name] = artifact.manifest.digest()
            # `use_artifact` refuses offline, and online it waits for the server. This is what it does
            # with an artifact at hand, without the waiting; the upload joins it with its maker's.
            self.run._log_artifact(artifact, aliases=[], is_user_created=True, use_after_commit=True)
        self.run.config.update({"uses": self._used}, allow_val_change=True)

    @_apart
    def keeps(self, item: Item) -> None:
        self._keep(item)

    def _keep(self, item: Item) -> None:
        if self.config.artifacts:
            artifact = self._artifact(item, copied=True)
            self.run.log_artifact(artifact, aliases=["latest", *item.aliases])

    def _artifact(self, item: Item, *, copied: bool) -> Any:
        """What is used is only named, with the checksum of each file; what is made is uploaded unless it is
        large. Both have the same digest."""
        import wandb

        artifact = wandb.Artifact(item.name, type=item.kind, metadata=dict(item.metadata))
        files = list(item.files())
        copied = copied and sum(p.stat().st_size for _, p in files) <= self.config.largest * 1_000_000
        for name, path in files:
            if copied:
                artifact.add_file(str(path), name=name, policy="immutable", skip_cache=True)
            else:
                artifact.add_reference(path.resolve().as_uri(), name=name)
        for link in item.links:
            artifact.add_reference(link, checksum=False)
        return artifact

    def _table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        import wandb

        self.run.log({name: wandb.Table(columns=list(columns), data=[list(row) for row in rows])})

    def _page(self, name: str, path: Path) -> None:
        import wandb

        if path.stat().st_size <= LARGEST_PAGE:
            self.run.log({name: wandb.Html(path.read_text(encoding="utf-8"), inject=False)})


@contextmanager
def tracking(
    logger: Logger, folder: RunFolder, plain: dict[str, Any], group: str, job: str
) -> Iterator[Tracker]:
    """A tracker for the run of a folder, closed whatever happens."""
    if not isinstance(logger, WandbLogger):
        yield Tracker()
        return
    info = folder.info
    about = About(
        id=f"{info['id']}-{info['started'].translate(str.maketrans('', '', '-:+'))[:15]}",
        name=folder.path.name,
        folder=folder.path,
        group=group,
        job=job,
        config={**plain, "commit": info.get("commit"), "data_fingerprint": info.get("data")},
    )
    with reporting(logger, about) as tracker:
        yield tracker


@contextmanager
def reporting(logger: Logger, about: About) -> Iterator[Tracker]:
    """A tracker for a run of W&B, closed whatever happens: in a sweep, an open one would swallow the next."""
    if not isinstance(logger, WandbLogger):
        yield Tracker()
        return
    with staged_in(about.folder):
        missing = _before(about.folder)
        run = start_wandb(logger, about)
        if run is None:
            yield Tracker()
            return
        tracker = WandbTracker(run, logger, about.folder, _on_server(run, missing))
        failed = True
        try:
            yield tracker
            tracker.catch_up()
            failed = False
        finally:
            end_wandb(run, failed=failed)


def _before(folder: Path) -> int:
    """The first step that earlier starts may not have told of; files that a kill has cut are mended."""
    try:
        return mended(folder, AXIS)
    except Exception as fault:
        tell(f"{cause(fault)}. What earlier starts have told is not known; their curves are told again")
        return 0


def _on_server(run: Any, missing: int) -> int:
    """The same online, where what counts is what has arrived."""
    if run.offline:
        return missing
    last = run.summary.get(AXIS) if run.resumed else None
    return int(last) if isinstance(last, (int, float)) else 0
