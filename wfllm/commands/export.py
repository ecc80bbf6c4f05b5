"""`wfllm export`: a trained model as a folder that others load without wfllm, with its card."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from safetensors import SafetensorError

from wfllm.commands import prepare
from wfllm.commands.checkpoint import Checkpoint, open_checkpoint
from wfllm.commands.export_folder import CARD, MARK, new_folder, refuse_foreign, write_mark
from wfllm.commands.report import argument
from wfllm.config.compose import Composed
from wfllm.config.schema import ExportCommand
from wfllm.data.fitting import chat_prompt, first_fitting, forms_from, wordings
from wfllm.data.prompt import documentation
from wfllm.errors import WfllmError
from wfllm.models.published import Published, published
from wfllm.progress import progress
from wfllm.report.card_code import Asking
from wfllm.report.model_card import Export, model_card
from wfllm.report.scored import Scored, read_scored
from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue
from wfllm.shortcuts.catalogue.search import best_apis
from wfllm.shortcuts.names import api_name
from wfllm.tracking.run_folder import RunFolder
from wfllm.training import origin as origins
from wfllm.training.checkpoints import ADAPTER
from wfllm.training.export import Agreement, Trained, export_adapter, export_merged

FUNCTIONS = "functions.json"
_WHAT = {
    CARD: "the card: read it, and add what only you know",
    ADAPTER: "the adapter's settings and its base model",
    FUNCTIONS: "documentation of every function, as the model was trained with it",
    MARK: "what was exported, with a digest of every file",
}
_KINDS = ((".safetensors", "weights"), ("tokenizer", "tokenizer"), ("chat_template", "layout of a prompt"))
EXAMPLE_APIS = 5
"""Functions of the card's example, as many as `wfllm generate` picks."""


def run(composed: Composed) -> int:
    """Write the folder, having compared its model with the trained one. 0 when it is there."""
    config = cast(ExportCommand, composed.config)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    prepare.settle(0)
    output = Path(config.output)
    refuse_foreign(output.expanduser().resolve())  # before anything is loaded
    checkpoint = open_checkpoint(config.checkpoint)
    trained = Trained(checkpoint.folder, checkpoint.base, checkpoint.config.model)
    base = _base(config, checkpoint, trained)
    scored = _scored(config, checkpoint)
    tokenizer = checkpoint.tokenizer()
    catalogue = load_catalogue()
    asking, card = _card(config, checkpoint, trained, base, tokenizer, catalogue, scored)
    turns = [{"role": "system", "content": asking.system}, {"role": "user", "content": asking.user}]
    ids = tokenizer(chat_prompt(turns, tokenizer), add_special_tokens=False)["input_ids"]
    with new_folder(output) as part:
        try:
            with progress("Writing and comparing the model", None, "files") as bar:
                about = (tokenizer, ids, checkpoint.config.decoding.max_new_tokens)
                if config.format == "adapter":
                    assert base is not None
                    agreement = export_adapter(trained, part, base, *about)
                else:
                    agreement = export_merged(trained, part, config.dtype, *about)
                bar.move(len(list(part.iterdir())))
            if card.functions:
                _write_functions(part / FUNCTIONS, catalogue, card.form)
            (part / CARD).write_bytes(model_card(card).encode("utf-8", "replace"))
            write_mark(part, _mark(config, checkpoint, base, agreement))
        except (OSError, SafetensorError) as error:  # a full disk, mostly
            cause = f"could not be written ({str(error).strip() or type(error).__name__})"
            raise WfllmError(cause, where=output, mend="Make room on the disk; same command.") from error
    _tell(console, output, asking, base, agreement)
    return 0


def _base(config: ExportCommand, checkpoint: Checkpoint, trained: Trained) -> Published | None:
    """The base model's name for others; checked against what the format needs.

    Raises:
        WfllmError: an adapter is asked for where there is none, or where nobody would find its base model.
    """
    strategy = checkpoint.config.strategy.name
    if config.format == "adapter":
        if config.dtype is not None:
            mend = "Leave it out, or use format=merged."
            raise WfllmError("an adapter keeps the type it was trained in", where="dtype", mend=mend)
        if not trained.is_adapter:
            cause = f"strategy={strategy} trains weights of the model itself, so there is no adapter"
            raise WfllmError(cause, where="format=adapter", mend="Use format=merged.")
    found = Published(config.base) if config.base else published(checkpoint.config.model)
    if found is None and config.format == "adapter":
        raise WfllmError(
            f"the base model ({checkpoint.config.model.name}) is not on the hub, and an adapter is of no use "
            "without it",
            where="base",
            mend="Say where others find it, base=OWNER/NAME, or use format=merged.",
        )
    return found


def _scored(config: ExportCommand, checkpoint: Checkpoint) -> list[list[Scored]]:
    """What the training scored itself, and what the evaluations say that are named.

    Raises:
        WfllmError: one of these is no evaluation of this checkpoint, or scored nothing.
    """
    found = []
    with suppress(WfllmError):  # a training need not score
        found.append(read_scored(checkpoint.run))
    for path in config.scores:
        run = RunFolder(Path(path).expanduser())
        if run.info["command"] != "evaluate" or run.config.get("checkpoint") != checkpoint.run.info["id"]:
            mend = f"Score it: wfllm evaluate {argument('checkpoint', checkpoint.run.path)}"
            raise WfllmError("is no evaluation of this checkpoint", where=f"scores={path}", mend=mend)
        found.append(read_scored(run))
    return found


def _card(
    config: ExportCommand,
    checkpoint: Checkpoint,
    trained: Trained,
    base: Published | None,
    tokenizer: Any,
    catalogue: Catalogue,
    scored: list[list[Scored]],
) -> tuple[Asking, Export]:
    """How the model is asked, and all that the card is about."""
    own = checkpoint.config
    apis = best_apis(config.query, catalogue, EXAMPLE_APIS)
    room = own.model.context - own.decoding.max_new_tokens
    shorter = wordings(config.query, apis, catalogue, own.prompts, own.target)
    system, user = (turn["content"] for turn in first_fitting(shorter, tokenizer, room))
    forms = {form: documentation(apis, catalogue, form) for form in forms_from(own.prompts.documentation)}
    form = next(form for form, text in forms.items() if text in user)
    adapter = json.loads((trained.folder / ADAPTER).read_bytes()) if config.format == "adapter" else {}
    asking = Asking(
        name=config.name or _name_of(Path(config.output)),
        base=base.name if base and config.format == "adapter" else None,
        strategy=own.strategy,
        adapter=adapter,
        system=system,
        user=user,
        dtype=config.dtype or own.model.dtype,
        longest=own.decoding.max_new_tokens,
    )
    card = Export(
        asking=asking,
        query=config.query,
        documentation=forms[form],
        form=form,
        functions=form != "json",
        base=base,
        licence=config.license or (base.licence if base else None),
        config=own,
        info=checkpoint.run.info,
        scored=scored,
        datasets=config.datasets,
    )
    return asking, card


def _name_of(output: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", output.expanduser().resolve().name).strip("-._")
    return name[:96] or "workflows"


def _write_functions(file: Path, catalogue: Catalogue, form: str) -> None:
    """The name of every function that can be called, and its documentation in this form."""
    known = sorted(api.identifier for api in catalogue.values() if api.called)
    told = {api_name(identifier): documentation([identifier], catalogue, form) for identifier in known}
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _mark(
    config: ExportCommand, checkpoint: Checkpoint, base: Published | None, agreement: Agreement
) -> dict[str, Any]:
    origin = origins.read(checkpoint.folder)
    return {
        "made_by": "wfllm export",
        "run": checkpoint.run.info["id"],
        "format": config.format,
        "strategy": checkpoint.config.strategy.model_dump(mode="json"),
        "base": {"name": base.name if base else None, "weights": origin.get("weights")},
        "largest_difference_of_logits": agreement.difference,
    }


def _tell(
    console: Console, output: Path, asking: Asking, base: Published | None, agreement: Agreement
) -> None:
    """What lies where, how alike it is, and what to type next."""
    console.print(str(output))
    for path in sorted(output.expanduser().iterdir()):
        what = _WHAT.get(path.name) or next((told for kind, told in _KINDS if kind in path.name), "settings")
        console.print(f"  {path.name:<26} {_size(path.stat().st_size):>9}  {what}")
    adapter = bool(asking.adapter)
    other = "the merged model" if adapter else "what was trained"
    console.print(
        f"Read again and compared with {other}: logits differ by {agreement.difference:.2g} at most "
        f"(the largest is {agreement.largest:.1f})"
    )
    if base and base.note and adapter:
        console.print(base.note, style="yellow")
    console.print("Next")
    console.print(f"  read {output / CARD}: it holds code that asks the model, and what is not known of it")
    console.print(f"  hf upload YOUR_NAME/{asking.name} {shlex.quote(str(output))}")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:,.1f} KB"
