"""`wfllm generate`: one request in plain words, one workflow."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from rich.console import Console
from rich.syntax import Syntax

from wfllm.commands import prepare
from wfllm.commands.answering import for_generation
from wfllm.commands.checkpoint import open_checkpoint
from wfllm.commands.report import argument
from wfllm.config.compose import Composed
from wfllm.config.schema import GenerateCommand
from wfllm.data.fitting import fitting_prompt
from wfllm.data.prompt import read_answer
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.generation.generate import context_of, generate
from wfllm.files import write_text
from wfllm.progress import progress
from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue
from wfllm.shortcuts.catalogue.search import best_apis
from wfllm.shortcuts.checker import check


def run(composed: Composed) -> int:
    """Print a workflow for the request, with what the checker says of it. 1 where no code came."""
    config = cast(GenerateCommand, composed.config)
    console = Console()
    prepare.settle(0)
    if not config.query.strip():
        raise WfllmError("is empty", where="query", mend='Say what it should do: query="…"')
    checkpoint = open_checkpoint(config.checkpoint)
    catalogue = load_catalogue()
    apis = config.apis if config.apis is not None else best_apis(config.query, catalogue, config.max_apis)
    _refuse_unknown(apis, catalogue)
    own = checkpoint.config
    tokenizer = checkpoint.tokenizer()
    model = for_generation(checkpoint.model(), config.decoding, requests=1)
    room = context_of(model) - config.decoding.max_new_tokens
    prompt = fitting_prompt(config.query, apis, tokenizer, catalogue, own.prompts, own.target, room)
    longest = config.decoding.max_new_tokens
    with progress("Writing the workflow", longest, "tokens") as bar:
        (text,) = generate(
            model,
            tokenizer,
            [prompt],
            config.decoding,
            faults=faults_of([apis], catalogue),
            tick=lambda part: bar.move(part * longest),
        )
    if own.target.calls:  # a list of calls, which no checker of code is about
        print(text.strip())
        if config.output:
            _keep(Path(config.output), text, console)
        return 0
    answer = read_answer(text)
    if answer.plan:
        console.print(answer.plan, markup=False, highlight=False)
        console.print()
    if answer.code is None:
        console.print("[red]The model wrote no code block. Its answer was:")
        console.print(text.strip() or "(nothing)", markup=False, highlight=False)
        return 1
    if console.is_terminal:
        console.print(Syntax(answer.code.strip(), "python", word_wrap=True))
    else:  # as it is, for a file or a pipe
        print(answer.code.strip())
    findings = check(answer.code, catalogue, allowed=apis)
    for finding in findings:
        console.print(
            f"line {finding.line}: {finding.message}", style="yellow", markup=False, highlight=False
        )
    console.print("[green]The checker finds nothing wrong." if not findings else f"{len(findings)} findings.")
    if config.output:
        _keep(Path(config.output), answer.code, console)
        following = f"Next: wfllm check {argument('input', config.output)}"
        console.print(following, highlight=False, markup=False, soft_wrap=True)
    else:
        following = "Next: the same with output=FILE.py to keep it, or apis=[…] to say what it may use"
        console.print(following, markup=False, soft_wrap=True)
    return 0


def _keep(path: Path, text: str, console: Console) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text.strip() + "\n")
    console.print(f"Written to {path}", highlight=False, markup=False, soft_wrap=True)


def _refuse_unknown(apis: list[str], catalogue: Catalogue) -> None:
    from wfllm.config.problems import suggestion

    for identifier in apis:
        if identifier not in catalogue:
            raise WfllmError(
                f"no API {identifier} in the catalogue", where="apis", mend=suggestion(identifier, catalogue)
            )
