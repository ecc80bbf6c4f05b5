"""Where records come from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wfllm.config.schema.base import Positive, Schema, Share


class Data(Schema):
    """What every data source has."""

    name: str
    """Which source reads it."""
    max_records: Positive | None = None
    """Take at most so many records of each split, the first ones; null takes all."""


class StarterData(Data):
    """The corpus that ships with the package, with its own splits."""

    name: Literal["starter"]


class HeldOutData(Data):
    """A source whose records may carry no split of their own."""

    path: str
    """File or folder to read."""
    dev_share: Share = 0.1
    """Share of the records without a split that goes to validation, by a hash of the record."""
    test_share: Share = 0.1
    """Share of the records without a split that goes to the `id` test set, likewise."""
    on_error: Literal["fail", "skip"] = "fail"
    """A record that cannot be read: `fail` stops with the first, `skip` leaves it out and tells."""


class ShortcutsData(HeldOutData):
    """A folder of shortcut files, transcribed when read."""

    name: Literal["shortcuts"]
    metadata: str | None = None
    """Table beside them, CSV, JSON or JSON lines: `file`, and any of `title`, `description`, `category`,
    `language`, and more. A file without an entry or with a category that is none of the 28 is kept aside."""


class WorkflowBenchData(HeldOutData):
    """The published WorkflowBench records: the release's folder, a JSON or JSON-lines file, a zip, or a
    folder of them."""

    name: Literal["workflowbench"]
    apis: str | None = None
    """JSON-lines file with the published API documents; null takes the release's own, if `path` is one."""
    synthetic: bool = True
    """Read the release's synthetic records, too; they belong to training."""
    keys: str | None = None
    """The release's `dataset_split_keys.json`, or `dataset_split_keys_ood.json`, which names no test: `ood`
    are then the records in none of its lists that use an API which those in them do not. A bare name is
    looked for here, then beside the records. null draws. `wfllm build` has `splits.keys` instead."""
    repair: bool = False
    """Mend code that is no Python, where nothing has to be guessed for it. What was mended stands in the
    record's `meta`."""


class RecordsData(HeldOutData):
    """JSON lines, one record a line, as `wfllm build` writes them."""

    name: Literal["records"]


class MixData(Data):
    """Several sources as one, each with a weight."""

    name: Literal["mix"]
    parts: list[str] = Field(min_length=1)
    """Sources as `option`, `option:path` or `weight*option:path`: `[starter, 2*shortcuts:mine]`. A weight
    below 1 takes that share, by a hash of each record; one above 1 repeats records in training, under new
    ids."""
    dev_share: Share = 0.1
    """As in the sources."""
    test_share: Share = 0.1
    """As in the sources."""
    on_error: Literal["fail", "skip"] = "fail"
    """As in the sources."""
