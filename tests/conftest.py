"""What every test may use."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Tiny models run many times faster on one thread than on several that wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

WHOLLY_SLOW = re.compile(r"^pytestmark = (\[\s*)?pytest\.mark\.slow\b", re.MULTILINE)
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests last, so that a plain fault shows at once; tests of a GPU skip where there is none."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    on_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not on_gpu:
        return
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old driver is no reason to collect nothing
        available = torch.cuda.is_available()
    for item in on_gpu if not available else []:
        item.add_marker(pytest.mark.skip(reason="no CUDA device"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without slow tests, modules that are slow as a whole are not even imported: Lightning, which they
    train with, takes longer to import than a hundred fast tests take to run."""
    if config.option.markexpr != "not slow" or not collection_path.name.startswith("test_"):
        return None
    return True if WHOLLY_SLOW.search(collection_path.read_text(encoding="utf-8")) else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real shortcuts, API documents and published samples kept beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no {SHARED_DATA}: the real files are not beside this checkout")
    return SHARED_DATA


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing a dataset's page is most of what a small build costs, and few tests look at it."""
    from wfllm.bench.describe import plots

    monkeypatch.setattr(plots, "figure_svg", lambda *_: "<svg/>")
