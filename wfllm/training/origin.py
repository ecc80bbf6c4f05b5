"""What a training started from: the strategy and the very base model, told by its weights.

It travels with the model, stands in every checkpoint and beside every saved model, and is compared
before either is used: adapters on another base load without a word and answer nonsense.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from wfllm.config.plugins import VARIABLE
from wfllm.config.registry import parts_of, schema_of
from wfllm.config.schema import Strategy
from wfllm.errors import WfllmError

FILE = "trained.json"
_SAMPLE = 64
"""Numbers of each weight that its fingerprint reads, evenly spaced."""


@dataclass(frozen=True)
class Origin:
    """Strategy and base model of a training."""

    strategy: Strategy
    base: str
    """Name of the base model, for people."""
    path: str
    """Folder or hub id it was loaded from; it may have moved since."""
    weights: str
    """Fingerprint of the base model's weights; empty where there are none (the meta device)."""
    dtype: str
    """Type they are kept in."""

    @classmethod
    def of_base(cls, model: Any, strategy: Strategy) -> Origin:
        """The origin of a training that starts from this model, as it was loaded."""
        path = str(getattr(model.config, "_name_or_path", "") or model.config.model_type)
        count = sum(p.numel() for p in model.parameters() if p.is_floating_point())
        name = f"{Path(path).name} ({model.config.model_type}, {count / 1e6:.1f}M)"
        dtype = str(model.dtype).removeprefix("torch.")
        return cls(strategy, name, path, fingerprint(model), dtype)

    def plain(self) -> dict[str, Any]:
        """As it is written: plain values alone."""
        return {
            "strategy": self.strategy.model_dump(mode="json"),
            "base": self.base,
            "path": self.path,
            "weights": self.weights,
            "dtype": self.dtype,
        }

    def title(self) -> str:
        """For people: strategy with what it changes, base model, the first digits of its weights."""
        return title(self.plain())

    def trains_like(self, other: dict[str, Any]) -> bool:
        """Whether `other`, as `plain` writes it, is of the same strategy, keys and all, and base model."""
        mine = self.plain()
        return mine["strategy"] == other.get("strategy") and self.has_base(other)

    def has_base(self, other: dict[str, Any]) -> bool:
        """Whether `other` started from the same weights; rounded to another type they cannot be compared."""
        return same_base(self.plain(), other)


def same_base(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two origins, as `Origin.plain` writes them, have the same base model, as far as can be told."""
    if not (one.get("weights") and other.get("weights")) or one.get("dtype") != other.get("dtype"):
        return True
    return bool(one["weights"] == other["weights"])


def title(plain: dict[str, Any]) -> str:
    """One line for people on an origin, as `Origin.plain` writes it."""
    keys = dict(plain.get("strategy") or {})
    name = str(keys.pop("name", "unknown"))
    part = parts_of("strategy").get(name)
    defaults = {k: f.default for k, f in part.model_fields.items()} if part else {}
    changed = ", ".join(f"{k}={v}" for k, v in keys.items() if k not in defaults or v != defaults[k])
    weights = str(plain.get("weights", ""))[:8]
    return f"{name}{f' ({changed})' if changed else ''} on {plain.get('base', 'unknown')} {weights}".rstrip()


@torch.no_grad()
def fingerprint(model: Any) -> str:
    """Some numbers of every weight, hashed: the same for the same weights, wherever they were loaded from.

    Of a quantised model only what is left in floating point counts: embeddings and norms.
    """
    digest = hashlib.sha256()
    for name, weight in model.named_parameters():
        if weight.is_meta:
            return ""
        if weight.is_floating_point():
            flat = weight.detach().reshape(-1)
            places = torch.linspace(0, flat.numel() - 1, min(_SAMPLE, flat.numel()), dtype=torch.float64)
            sample = flat[places.long().to(flat.device)].float().cpu().contiguous()
            digest.update(f"{name}:{tuple(weight.shape)}\n".encode() + sample.numpy().tobytes())
    return digest.hexdigest()


def remember(model: Any, origin: Origin) -> Any:
    """The model, carrying where it comes from."""
    model.wfllm_origin = origin
    return model


def of(model: Any) -> Origin | None:
    """Where a model comes from; None where nobody said."""
    found = getattr(model, "wfllm_origin", None)
    return found if isinstance(found, Origin) else None


def write(origin: Origin, folder: Path) -> None:
    """Write `trained.json` beside the weights."""
    (folder / FILE).write_text(json.dumps(origin.plain(), indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Any]:
    """What `trained.json` says, as `Origin.plain`; empty where there is none.

    Raises:
        WfllmError: it is damaged.
    """
    try:
        plain = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise WfllmError(f"is damaged ({error})", where=folder / FILE) from None
    if not isinstance(plain, dict):
        raise WfllmError("is damaged (not an object)", where=folder / FILE)
    return plain


def strategy_of(plain: dict[str, Any], where: Path) -> Strategy | None:
    """The strategy of an origin as `Origin.plain` writes it; None where it says nothing.

    Raises:
        WfllmError: no such strategy, or keys it does not have.
    """
    keys = plain.get("strategy")
    if keys is None:
        return None
    part = schema_of("strategy", keys.get("name")) if isinstance(keys, dict) else None
    try:
        found = part.model_validate(keys) if part else None
    except ValueError:  # pydantic's
        found = None
    if not isinstance(found, Strategy):
        mend = f"Where it is a plug-in's, set {VARIABLE} to the folder that holds it."
        raise WfllmError(f"names a strategy this version does not know ({keys})", where=where, mend=mend)
    return found
