"""What a training run knows about itself, for its model card: data, training, limits, how it was made.

Nothing of anybody's machine is told: of a path only the last part, of W&B and output folders nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wfllm.bench.describe.settings import flat
from wfllm.config import schema as s
from wfllm.errors import one_line
from wfllm.evaluation.breakdown import Part, overall
from wfllm.evaluation.metrics import details, headings
from wfllm.report.scored import Scored
from wfllm.tracking.identity import NOT_IN_RESULT

Rows = list[tuple[str, str]]
"""What, and what is known of it."""
PACKAGES = ("torch", "transformers", "peft", "pytorch-lightning", "bitsandbytes")
"""Whose versions a card tells."""
SOURCES = {
    "starter": "the starter corpus of wfllm: hand-written workflows, requests in English",
    "workflowbench": "WorkflowBench, the release of the WorkflowLLM paper (arXiv 2411.05451)",
    "shortcuts": "shortcut files of whoever trained the model, transcribed to Python",
    "records": "a dataset as `wfllm build` writes it",
    "mix": "several sources",
}
_PATH = re.compile(r"(?<![\w.~/\\-])(?:~|/|\\\\|[A-Za-z]:[\\/])[^\s,'\"\[\]]*")


def without_paths(text: str) -> str:
    """A text in which each absolute path has become its last part."""

    def last(found: re.Match[str]) -> str:
        name = re.split(r"[\\/]", found[0].rstrip("\\/"))[-1]
        return "…" if name in ("", "~") or name.endswith(":") else f"…/{name}"

    return _PATH.sub(last, text)


def command(info: Mapping[str, Any]) -> str:
    """What was typed, without where things lie or are logged."""
    kept = [o for o in info["overrides"] if re.split(r"[.=]", o.lstrip("+~"))[0] not in NOT_IN_RESULT]
    return one_line(without_paths(shlex.join(["wfllm", "train", *kept])))


def data_rows(config: s.TrainCommand, info: Mapping[str, Any]) -> Rows:
    """Where the records come from, how many there were, and how long."""
    data = config.data
    rows: Rows = [("source", SOURCES.get(data.name, f"`data={data.name}`"))]
    own = data.model_dump(exclude={"name"}, exclude_defaults=True)
    told = [f"{key}={without_paths(value)}" for key, value in flat(own)]
    rows.append(("settings", ", ".join(told)))
    lengths = _mapping(_mapping(info.get("results")).get("lengths"))
    for split in ("train", "dev"):
        part = _mapping(lengths.get(split))
        if part:
            text = f"{part.get('records', 0):,} records, {part.get('tokens', 0):,} tokens, "
            text += f"{part.get('supervised', 0):,} of them learned"
            short = sum(_mapping(part.get("shortened")).values())
            text += f"; {short:,} with shortened documentation" if short else ""
            left = int(part.get("dropped", 0)) + int(part.get("unfit", 0))
            text += f"; {left:,} left out" if left else ""
            rows.append(("training" if split == "train" else "validation", text))
    rows.append(("fingerprint", f"`{str(info.get('data'))[:16]}` (SHA-256 of records and documentation)"))
    return rows


def training_rows(config: s.TrainCommand, info: Mapping[str, Any]) -> Rows:
    """Strategy, rates, steps, batches, arithmetic."""
    loop, optim = config.trainer, config.optim
    told = ", ".join(f"{key}={value}" for key, value in flat(config.strategy.model_dump(exclude={"name"})))
    losses = _mapping(_mapping(info.get("results")).get("losses"))
    size = loop.batch_size * loop.accumulate * loop.devices * loop.nodes
    kind = "packs" if loop.batching == "packed" else "records"
    plan, comments = ("yes" if there else "no" for there in (config.target.plan, config.target.comments))
    rows: Rows = [
        ("strategy", f"{config.strategy.name}{f' ({told})' if told else ''}"),
        ("learned", "calls as JSON" if config.target.calls else f"code; plan {plan}, comments {comments}"),
        ("optimiser", f"{optim.name}, peak rate {optim.lr:g}, {optim.schedule}, warm-up {optim.warmup:g}"),
        ("length", f"{losses.get('steps', '?')} steps, at most {loop.epochs} epochs"),
        ("step", f"{size} {kind}"),
        ("context", f"{config.model.context:,} tokens"),
        ("arithmetic", f"{loop.precision}, weights in {config.model.dtype}"),
        ("seed", str(config.seed)),
    ]
    if isinstance(losses.get("train"), float):
        held_out = f", on validation {losses['val']:.4f}" if isinstance(losses.get("val"), float) else ""
        rows.append(("loss at the end", f"{losses['train']:.4f}{held_out}"))
    return rows


def made_rows(info: Mapping[str, Any]) -> Rows:
    """Commit, versions, machine."""
    packages = _mapping(info.get("packages"))
    lower = {str(name).lower(): version for name, version in packages.items()}
    versions = ", ".join(f"{name} {lower[name]}" for name in ("wfllm", *PACKAGES) if name in lower)
    commit = str(info.get("commit") or "unknown")[:12] + (" and changes" if info.get("dirty") else "")
    return [
        ("run", f"`{info['id']}`, {info['started'][:10]}"),
        ("commit of wfllm", f"`{commit}`"),
        ("versions", f"Python {info.get('python')}, {versions}"),
        ("machine", str(info.get("machine"))),
    ]


def limits(config: s.TrainCommand, scored: Sequence[Scored]) -> list[str]:
    """What the run knows of what the model is not."""
    after = [item for item in scored if item.when != "before"]
    found = []
    if after:
        counts = ", ".join(f"{len(item.predictions)} ({item.split})" for item in after)
        found.append(
            f"Measured on no more than {counts} held-out requests: the intervals say how far to trust it."
        )
        found += [told for item in after[:1] if (told := _how_often_right(item))]
    else:
        found.append("Nobody has measured how good its answers are.")
    if isinstance(config.model, s.TinyModel):
        found.append("Its base model had random weights: it is for tests of software and knows nothing.")
    if isinstance(config.data, s.StarterData):
        found.append("Trained on requests in English alone.")
    else:
        found.append(
            "In which languages its training requests were is not recorded; ask it in those of its data."
        )
    found += [
        "It was given the documentation of the functions to use. Without it, or in another form, it guesses.",
        f"Answers were at most {config.decoding.max_new_tokens} tokens long; longer ones were cut.",
        "No answer of it was ever run on a device: code was parsed and compared with documentation. What an "
        "answer does when it is run, nobody has seen; read it before you run it.",
    ]
    return found


def _how_often_right(item: Scored) -> str:
    names = {"parses": "can be parsed", "known_apis": "call known functions alone", "compiles": "compile"}
    means = {part.metric: part for part in overall(item.scores)}
    told = [f"{100 * means[name].mean:.0f} % {text}" for name, text in names.items() if name in means]
    return f"Of its answers ({item.split}) {', '.join(told)}." if told else ""


def main_metrics(item: Scored) -> Scored:
    """The same without the parts that other metrics are made of."""
    left_out = details() | {name for name, heading in headings().items() if heading.startswith("·")}
    rows = [{name: value for name, value in row.items() if name not in left_out} for row in item.scores]
    return replace(item, scores=rows)


def parts_of(items: Sequence[Scored]) -> dict[str, list[Part]]:
    """Mean and interval of every metric, by `when`."""
    return {item.when: overall(item.scores) for item in items}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
