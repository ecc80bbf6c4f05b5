"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real shortcuts, API documents and published samples kept beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no {SHARED_DATA}: the real files are not beside this checkout")
    return SHARED_DATA
