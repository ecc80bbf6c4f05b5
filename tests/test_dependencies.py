"""What the package imports is what pyproject.toml declares, and what it declares constraints.txt pins."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "wfllm" / "bench" / "starter"  # workflows in the dialect: records, not modules
# Part of a library that is declared: it comes with it, in the version that fits it.
PART_OF = {
    "pydantic-core": "pydantic",
    "tokenizers": "transformers",
    "safetensors": "transformers",
    "huggingface-hub": "transformers",
    "sqlalchemy": "optuna",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*lists: str) -> set[str]:
    """Distributions in the named lists of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found: set[str] = set()
    for name in lists:
        (body,) = re.findall(rf"^{name} = \[(.*?)\](?=\s*(?:#.*)?$)", text, re.MULTILINE | re.DOTALL)
        found |= {normal(n) for n in re.findall(r'"([A-Za-z0-9._-]+)', body)}
    return found


def imported() -> set[str]:
    """Distributions that the package's modules import, inside functions too."""
    modules: set[str] = set()
    for path in (ROOT / "wfllm").rglob("*.py"):
        if DATA in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    modules -= {*sys.stdlib_module_names, "wfllm"}
    owners = packages_distributions()
    distributions = {normal(owners.get(module, [module])[0]) for module in modules}
    return {PART_OF.get(name, name) for name in distributions}


def test_every_import_is_declared() -> None:
    assert imported() - declared("dependencies", "starter", "liger", "teval", "signed") == set()


def test_every_declared_package_is_pinned() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", pins, re.MULTILINE)}
    extras = ("starter", "liger", "qlora", "teval", "signed", "docs", "dev")
    assert declared("dependencies", *extras) - pinned == set()
