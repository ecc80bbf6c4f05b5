"""The dataset's card: what `datasets.load_dataset` needs to find the splits, and what people need."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import yaml

from wfllm.bench.describe.table import markdown

_WHAT = {
    "train": "training",
    "dev": "validation",
    "id": "test of unseen instructions",
    "ood": "test of unseen APIs: training sees none of the held-out ones",
}
_FIELDS = {
    "id": "name of the record, once in the dataset",
    "query": "what somebody asks for",
    "apis": "identifiers of the actions the code uses, without those that are Python syntax",
    "task_plan": "the workflow as steps in words",
    "annotated_code": "the workflow as Python, a comment before each statement",
    "category": "one of 28, or null",
    "split": "train, dev, id or ood",
    "source": "where the workflow comes from",
    "meta": "what else is known, as JSON text",
}


def card(counts: Mapping[str, int], categories: Mapping[str, int], formats: Collection[str]) -> str:
    """The text of `README.md`.

    Args:
        counts: split → records.
        categories: category → records.
        formats: what the dataset is written as beside JSON lines.
    """
    splits = [split for split, count in counts.items() if count]
    head: dict[str, object] = {
        "pretty_name": "Workflows",
        "task_categories": ["text-generation"],
        "tags": ["workflows", "code", "shortcuts"],
        "size_categories": [_size(sum(counts.values()))],
    }
    form = ("parquet/", "parquet") if "parquet" in formats else ("", "jsonl")
    if splits:
        files = [{"split": split, "path": f"{form[0]}{split}.{form[1]}"} for split in splits]
        head["configs"] = [{"config_name": "default", "data_files": files}]
    lines = [
        "---",
        yaml.safe_dump(head, sort_keys=False, allow_unicode=True).rstrip(),
        "---",
        "",
        "# Workflows",
        "",
        "Requests and the workflows that answer them, as Python in a dialect for Apple Shortcuts.",
        "Made by `wfllm build`.",
        "",
        "| split | records | what for |",
        "|---|---|---|",
        *(f"| {split} | {count:,} | {_WHAT[split]} |" for split, count in counts.items()),
        "",
        "| field | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in _FIELDS.items()),
        "",
        "## Use",
        "",
        "```python",
        "from datasets import load_dataset",
        'workflows = load_dataset("<this folder>")',
        "```",
        "",
        "`wfllm train data=records data.path=<this folder>` reads the JSON lines.",
    ]
    if "workflowbench" in formats:
        lines.append("`workflowbench/` has the published WorkflowBench release's layout.")
    if set(categories) - {"none"}:
        lines += ["", "## Categories", "", "| category | records |", "|---|--:|"]
        lines += [f"| {markdown(name)} | {count:,} |" for name, count in sorted(categories.items())]
    return "\n".join(lines) + "\n"


def _size(count: int) -> str:
    """The hub's name for a number of records."""
    for most, name in ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M")):
        if count < most:
            return name
    return "n>1M"
