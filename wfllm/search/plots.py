"""Pictures of a study, drawn by optuna with matplotlib: SVG files beside its table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optuna.trial import TrialState

from wfllm.files import write_bytes
from wfllm.search.study import OpenStudy

ENOUGH = 2
"""Complete trials below which a picture shows nothing."""


def write_plots(study: OpenStudy) -> list[Path]:
    """`history`, `validations`, `slices`, `parallel` and `importance` of a study as SVG.

    One that cannot be drawn from the trials there are is left out, and a file of an earlier start with it.
    """
    os.environ.setdefault("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt
    from optuna.visualization import matplotlib as draw

    complete = study.optuna.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    metric = study.search.sweep.metric
    pictures: dict[str, Callable[[], Any]] = {
        "history": lambda: draw.plot_optimization_history(study.optuna, target_name=metric),
        "validations": lambda: draw.plot_intermediate_values(study.optuna),
        "slices": lambda: draw.plot_slice(study.optuna, target_name=metric),
        "parallel": lambda: draw.plot_parallel_coordinate(study.optuna, target_name=metric),
        "importance": lambda: draw.plot_param_importances(study.optuna, target_name=metric),
    }
    written = []
    for name, picture in pictures.items():
        path = study.folder / f"{name}.svg"
        if len(complete) < ENOUGH or not _drawn(picture, path, plt):
            path.unlink(missing_ok=True)
        else:
            written.append(path)
    return written


def _drawn(picture: Callable[[], Any], path: Path, plt: Any) -> bool:
    """Draw and write one picture. False where optuna has nothing to draw it from."""
    import io

    with warnings.catch_warnings(), plt.rc_context({"figure.figsize": (8, 5), "svg.hashsalt": "wfllm"}):
        warnings.simplefilter("ignore")  # the module calls itself experimental
        try:
            picture()
            figure = plt.gcf()
            buffer = io.BytesIO()
            figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
        except (ValueError, RuntimeError, ZeroDivisionError):  # all values alike, one key alone
            return False
        finally:
            plt.close("all")
    write_bytes(path, buffer.getvalue())
    return True
