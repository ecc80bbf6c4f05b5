"""What is installed is whole: a wheel away from the checkout has its config and its starter corpus."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "WFLLM_CONF")} | environment
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone is installed."""
    target = tmp_path_factory.mktemp("site")
    pip = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
    run(sys.executable, *pip, "--target", target, wheel, cwd=target)
    return target


def sources() -> set[str]:
    """Every file that the wheel must hold, under its name in the wheel."""
    kept = {p for p in (ROOT / "wfllm").rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    names = {p.relative_to(ROOT).as_posix() for p in kept}
    beside = [*(ROOT / "conf").rglob("*.yaml"), *(ROOT / "experiments").glob("*/paper.csv")]
    return names | {f"wfllm/{p.relative_to(ROOT).as_posix()}" for p in beside}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if ".dist-info/" not in n}
        assert any(n.endswith(".dist-info/licenses/LICENSE") for n in archive.namelist())
    assert names == sources()


def test_it_runs_away_from_the_checkout(site: Path, tmp_path: Path) -> None:
    where = run(
        sys.executable,
        "-c",
        "import wfllm; from wfllm.config.groups import conf_dir; print(wfllm.__file__); print(conf_dir())",
        cwd=tmp_path,
        PYTHONPATH=str(site),
    )
    assert where.split() == [str(site / "wfllm" / "__init__.py"), str(site / "wfllm" / "conf")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], "smollm2_135m"),
        (["--version"], "wfllm 0."),
        (["train", "--cfg", "job"], "lr:"),
        # reads the starter corpus and the catalogue
        (["train", "experiment=tiny", "dry_run=true", "logger=none"], ""),
    ],
)
def test_commands_run_away_from_the_checkout(
    site: Path, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    out = run(sys.executable, site / "bin" / "wfllm", *arguments, cwd=tmp_path, PYTHONPATH=str(site))
    assert expected in out
