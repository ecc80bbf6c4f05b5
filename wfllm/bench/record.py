"""One sample of the dataset, as it stands in a JSON-lines file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Record:
    """A request and the workflow that answers it. The first four keys are the published release's.

    (Paper, section 3: query Q, API documentation D through `apis`, task plan P, annotated code A.)
    """

    query: str
    apis: list[str]
    """Identifiers of the actions the code uses, those that became Python syntax left out; see `used_apis`."""
    task_plan: str
    annotated_code: str
    """Python in the workflow dialect, a comment on the line before each statement."""
    id: str = ""
    category: str | None = None
    split: str | None = None
    """train, dev, id (unseen instructions) or ood (unseen APIs)."""
    source: str = ""
    """Where it comes from: file name, title or address."""
    meta: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionary without the keys that are empty beyond the published four."""
        kept = {f.name for f in fields(self)[:4]}
        return {k: v for k, v in asdict(self).items() if k in kept or v}
