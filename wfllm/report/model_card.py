"""The card of a trained model (README.md): what it is, how to ask it, how good it is, where it comes from.

Metadata and layout are the hub's (huggingface_hub's ModelCard); what is not known is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from wfllm.bench.describe.table import as_markdown
from wfllm.config.schema import StarterData, TrainCommand
from wfllm.errors import one_line
from wfllm.evaluation.metrics import headings
from wfllm.models.published import Published
from wfllm.report import card_code, card_facts
from wfllm.report.card_code import Asking, fenced
from wfllm.report.scored import Scored
from wfllm.report.tables import SPLITS, summary

TEMPLATE = Path(__file__).parent / "templates" / "model_card.md"
UNKNOWN = "unknown"
"""What the hub calls a licence that nobody said."""


@dataclass(frozen=True)
class Export:
    """What a card is about.

    Attributes:
        asking: how the model is asked, with an example.
        query, documentation: of the example; both stand in the user's turn.
        form: of the documentation.
        functions: whether `functions.json` is there.
        base: the base model on the hub; None where it is not there.
        licence: of what is exported, as the hub spells it.
        datasets: hub ids of the training data.
        config, info: of the training run.
        scored: what was scored, run by run.
    """

    asking: Asking
    query: str
    documentation: str
    form: str
    functions: bool
    base: Published | None
    licence: str | None
    config: TrainCommand
    info: dict[str, Any]
    scored: list[list[Scored]] = field(default_factory=list)
    datasets: list[str] = field(default_factory=list)


def model_card(export: Export) -> str:
    """The text of README.md."""
    asking, config, info = export.asking, export.config, export.info
    scored = [item for run in export.scored for item in run]
    serve = card_code.serve_code(asking)
    turn = asking.user.replace(export.query, "{query}")
    turn = turn.replace(export.documentation, "{documentation}") if export.documentation else turn
    card = ModelCard.from_template(
        _metadata(export),
        template_path=str(TEMPLATE),
        name=asking.name,
        answers="a JSON list of calls" if config.target.calls else "Python code in the dialect of wfllm",
        what=_what(export),
        note=export.base.note if export.base else "",
        system=fenced(asking.system, "text"),
        user=fenced(turn, "text"),
        form=export.form,
        query=export.query,
        documentation=fenced(export.documentation, "text"),
        functions=export.functions,
        adapter=asking.base is not None,
        python=fenced(card_code.python_code(asking), "python"),
        serve=serve and fenced(serve, "bash"),
        client=fenced(card_code.client_code(asking), "python"),
        why_not="" if serve else card_code.why_not_served(asking),
        comes_back=_comes_back(config),
        tables=_tables(export.scored),
        decoding=config.decoding.name,
        longest=config.decoding.max_new_tokens,
        data=_cells(card_facts.data_rows(config, info)),
        training=_cells(card_facts.training_rows(config, info)),
        limits=card_facts.limits(config, scored),
        licence=_licence(export),
        command=fenced(card_facts.command(info), "bash"),
        made=_cells(card_facts.made_rows(info)),
    )
    return str(card)


def _metadata(export: Export) -> ModelCardData:
    adapter = export.asking.base is not None
    base = export.asking.base or (export.base.name if export.base else None)
    return ModelCardData(
        base_model=base,
        base_model_relation=("adapter" if adapter else "finetune") if base else None,
        library_name="peft" if adapter else "transformers",
        pipeline_tag="text-generation",
        license=export.licence or UNKNOWN,
        language="en" if isinstance(export.config.data, StarterData) else None,
        tags=["workflows", "code", "shortcuts", "wfllm", export.config.strategy.name],
        datasets=export.datasets or None,
        model_name=export.asking.name,
        eval_results=_results(export) or None,
    )


def _results(export: Export) -> list[EvalResult]:
    """Scores of the trained model as the hub lists them, in percent."""
    data = export.config.data.name
    return [
        EvalResult(
            task_type="text-generation",
            task_name="workflows from requests",
            dataset_type=export.datasets[0] if export.datasets else data,
            dataset_name=f"{data}, {SPLITS[item.split]}",
            dataset_split=item.split,
            metric_type=part.metric,
            metric_name=f"{headings().get(part.metric, part.metric)}, %",
            metric_value=round(100 * part.mean, 2),
            metric_args={
                "requests": part.n,
                "low": round(100 * part.low, 2),
                "high": round(100 * part.high, 2),
            },
        )
        for run in export.scored
        for item in map(card_facts.main_metrics, run)
        if item.when != "before"
        for part in card_facts.parts_of([item])[item.when]
    ]


def _what(export: Export) -> str:
    base = export.base.name if export.base else f"`{export.config.model.name}`"
    name = export.config.strategy.name
    if export.asking.base is not None:
        return f"This is an adapter (`{name}`, by peft) for [{base}](https://huggingface.co/{base})."
    told = f"[{base}](https://huggingface.co/{base})" if export.base else f"{base}, which is not on the hub"
    return f"These are whole weights: {told}, fine-tuned (`{name}`)."


def _comes_back(config: TrainCommand) -> str:
    if config.target.calls:
        return "A JSON list of calls, as T-Eval asks for plans (arXiv 2312.14033)."
    plan = "A plan in words after `Thought:` and then, after `Code:`, one" if config.target.plan else "One"
    return (
        f"{plan} Python code block: calls of actions in the dialect of wfllm, which is no program "
        "to run. Save it as FILE.py: `wfllm check input=FILE.py` says what is wrong with it, `wfllm compile "
        "input=FILE.py output=FOLDER` makes it a `.shortcut`. An answer without the end of its block was cut."
    )


def _tables(runs: Sequence[Sequence[Scored]]) -> list[tuple[str, str]]:
    found = []
    for run in runs:
        for split in dict.fromkeys(item.split for item in run):
            items = [card_facts.main_metrics(item) for item in run if item.split == split]
            found.append((SPLITS[split], as_markdown(summary(split, items, card_facts.parts_of(items)))))
    return found


def _licence(export: Export) -> str:
    base = export.base.licence if export.base else None
    made = export.licence or "unknown; whoever shares it has to say"
    data = "Apache-2.0, as wfllm" if isinstance(export.config.data, StarterData) else "not known to wfllm"
    return f"This model: {made}. Its base model: {base or 'not known to wfllm'}. Its training data: {data}."


def _cells(rows: card_facts.Rows) -> card_facts.Rows:
    return [(what, one_line(told).replace("|", "\\|")) for what, told in rows if told]
