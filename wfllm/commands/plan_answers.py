"""`dry_run=true` of `wfllm evaluate` and `wfllm teval`: what would be asked and what that takes, before a
model is loaded or a request is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from wfllm.bench.record import Record
from wfllm.commands.checkpoint import Checkpoint
from wfllm.commands.identified import Identified
from wfllm.commands.plan import GB, how, tokenizer_here
from wfllm.commands.prepare import Work
from wfllm.config import schema as s
from wfllm.data.fitting import chat_prompt
from wfllm.evaluation.generation.batches import batches
from wfllm.evaluation.generation.generate import context_of
from wfllm.evaluation.teval.questions import Question
from wfllm.evaluation.worked import conversation, drawn, fitting_conversation
from wfllm.models.base import base_files
from wfllm.models.load import meta_model
from wfllm.models.rough import RoughTokenizer

Rows = dict[str, str]


@dataclass(frozen=True)
class Answerer:
    """A model on this machine, without its weights."""

    model: Any
    """On the meta device."""
    tokenizer: Any

    def room(self, decoding: s.Decoding) -> int:
        """Tokens of a prompt beside the longest answer."""
        return context_of(self.model) - decoding.max_new_tokens


def plan_evaluation(
    config: s.EvaluateCommand,
    checkpoint: Checkpoint | None,
    work: Work,
    records: Sequence[Record],
    run: Identified,
    console: Console,
) -> None:
    """Print requests, tokens, memory of a model here or what is sent to one behind an API, and the place.

    Args:
        records: those that are asked about.
        run: where the answers would be.
    """
    worked = drawn(work.splits["train"], config.shots, config.seed)
    wording = (work.catalogue, config.prompts, config.target)
    rows: Rows = {"requests": f"{len(records):,} of {config.split}, {_shots(config.shots)}"}
    if isinstance(config.model, s.ApiModel):
        rough = RoughTokenizer()
        turns = [conversation(record, worked, *wording) for record in records]
        sizes = [sum(_size(turn["content"], rough) for turn in one) for one in turns]
        rows |= _tokens(sizes, config.decoding, rough) | _sent(config.llm, sizes, config.decoding)
    else:
        answerer = _answerer(config.model, checkpoint, work.texts, config.seed)
        fixed = (worked, answerer.tokenizer, *wording, answerer.room(config.decoding))
        sizes = [_size(fitting_conversation(record, *fixed), answerer.tokenizer) for record in records]
        rows |= _tokens(sizes, config.decoding, answerer.tokenizer) | _here(sizes, config.decoding, answerer)
    if isinstance(config.judge, s.AskedJudge):
        asked = len(records) * config.judge.votes
        rows["judge"] = f"at most {asked:,} requests, and as many tokens as answers turn out to have"
    _print("evaluation", {**rows, "output": _place(run)}, console)


def plan_teval(
    config: s.TevalCommand,
    checkpoint: Checkpoint | None,
    questions: Sequence[Question],
    run: Identified,
    console: Console,
) -> None:
    """The same of T-Eval's questions."""

    def texts() -> list[str]:
        return [turn["content"] for question in questions for turn in question.messages]

    answerer = _answerer(config.model, checkpoint, texts, config.seed)
    sizes = [_size(chat_prompt(q.messages, answerer.tokenizer), answerer.tokenizer) for q in questions]
    rows: Rows = {"questions": f"{len(questions):,}, plans as {config.form}"}
    rows |= _tokens(sizes, config.decoding, answerer.tokenizer) | _here(sizes, config.decoding, answerer)
    _print("T-Eval", {**rows, "encoder": config.encoder, "output": _place(run)}, console)


def _place(run: Identified) -> str:
    return f"{run.output}/{run.command}/{run.name.replace('/', '-')}/<date>_{run.id}"


def _answerer(
    model: s.Model, checkpoint: Checkpoint | None, texts: Callable[[], list[str]], seed: int
) -> Answerer:
    if checkpoint:
        return Answerer(meta_model(checkpoint.base, checkpoint.config.model), checkpoint.tokenizer())
    with tempfile.TemporaryDirectory() as scratch:
        base = base_files(model, Path(scratch) / "base", texts(), seed)
        return Answerer(meta_model(base, model), tokenizer_here(base, model))


def _size(text: str, tokenizer: Any) -> int:
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def _shots(shots: int) -> str:
    return f"{shots} worked example{'s' * (shots > 1)} before each" if shots else "no worked example"


def _answers(decoding: s.Decoding) -> int:
    return decoding.n if isinstance(decoding, s.BestOf) else 1


def _tokens(sizes: Sequence[int], decoding: s.Decoding, tokenizer: Any) -> Rows:
    each = _answers(decoding)
    most = len(sizes) * each * decoding.max_new_tokens
    return {
        "prompt tokens": f"{sum(sizes):,}, the longest prompt {max(sizes, default=0):,}{how(tokenizer)}",
        "answers": f"at most {most:,} tokens: decoding.max_new_tokens={decoding.max_new_tokens} for each"
        + (f", up to {each} answers to a request" if each > 1 else ""),
    }


def _sent(llm: s.Llm | None, sizes: Sequence[int], decoding: s.Decoding) -> Rows:
    """Of a model behind an API: an upper bound, since what its cache remembers is not asked again."""
    each = _answers(decoding)
    rows = {
        "asked": f"{getattr(llm, 'model', None) or getattr(llm, 'path', '')} ({getattr(llm, 'name', '')})",
        "sent": f"at most {len(sizes) * each:,} requests, {sum(sizes) * each:,} tokens; retries not counted",
    }
    if isinstance(llm, s.OpenAILlm) and llm.price_in is not None and llm.price_out is not None:
        written = len(sizes) * each * decoding.max_new_tokens
        cost = (sum(sizes) * each * llm.price_in + written * llm.price_out) / 1e6
        rows["cost"] = f"at most {cost:,.2f} USD"
    return rows


def _here(sizes: Sequence[int], decoding: s.Decoding, answerer: Answerer) -> Rows:
    """Of a model on this machine: parameters, memory of weights and of attention's keys and values."""
    room, of = answerer.room(decoding), batches(sizes, decoding.batch_size)
    count = sum(p.numel() for p in answerer.model.parameters())
    tokens = max((len(rows) * (sizes[rows[0]] + decoding.max_new_tokens) for rows in of), default=0)
    kept = tokens * _kept_of_a_token(answerer.model)
    rows = {
        "batches": f"{len(of):,} of decoding.batch_size={decoding.batch_size}",
        "parameters": f"{count:,}",
    }
    for name, size in (("bfloat16", 2), ("float32", 4)):
        weights, read = size * count / GB, size * kept / GB
        rows[f"memory in {name}"] = f"{weights:.1f} GB of weights, at most {read:.1f} GB of what is read"
    long = sum(size > room for size in sizes)
    if long:
        rows["too long"] = f"{long:,} prompts leave no room for an answer of decoding.max_new_tokens"
    return rows


def _kept_of_a_token(model: Any) -> int:
    """Numbers that attention keeps of each token: a key and a value of every head, in every layer."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * width)


def _print(what: str, rows: Rows, console: Console) -> None:
    table = Table(title=f"Plan of the {what}; nothing is started", show_header=False)
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    console.print("Next: the same command without dry_run=true")
