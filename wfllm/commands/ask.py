"""`wfllm ask`: one prompt, to see that a model answers and what it costs; its cache as a transcript."""

from __future__ import annotations

import shlex
import sys
from typing import cast

from rich.console import Console

from wfllm.config.compose import Composed
from wfllm.config.schema import AskCommand, CachedLlm, OpenAILlm
from wfllm.errors import WfllmError
from wfllm.llm.open import open_model
from wfllm.llm.replay import export_transcript
from wfllm.llm.request import Answer, prompt


def run(composed: Composed) -> int:
    """Print the answer, its tokens and cost. 1 where there is none."""
    config = cast(AskCommand, composed.config)
    if not (config.prompt or config.transcript):
        raise WfllmError("nothing to do", where="prompt", mend='Ask something: prompt="…"')
    status = _ask(config, config.prompt) if config.prompt else 0
    if config.transcript:
        _export(config, config.transcript)
    return status


def _ask(config: AskCommand, text: str) -> int:
    with open_model(config.llm) as model:
        (answer,) = model.answer([prompt(text, system=config.system)], title="Waiting for the answer")
    if answer.text is None:
        return 1  # the reason stands on stderr
    print(answer.text)
    told = Console(stderr=True)
    told.print(_figures(answer, config), style="dim", highlight=False, markup=False, soft_wrap=True)
    return 0


def _figures(answer: Answer, config: AskCommand) -> str:
    if answer.cached:
        where = config.llm.cache if isinstance(config.llm, CachedLlm) else ""
        return f"Remembered from {where}: nothing was asked, nothing paid."
    usage = answer.usage
    counted = " (estimated, the server counts none)" if usage.estimated else ""
    tokens = f"{usage.prompt_tokens} tokens in, {usage.completion_tokens} out{counted}"
    tries = f", {answer.attempts} tries" if answer.attempts > 1 else ""
    if answer.cost_usd is not None:
        return f"{tokens}, ${answer.cost_usd:.6f}{tries}"
    priced = ". For costs: llm.price_in=… llm.price_out=…" if isinstance(config.llm, OpenAILlm) else ""
    return f"{tokens}{tries}{priced}"


def _export(config: AskCommand, target: str) -> None:
    if not isinstance(config.llm, CachedLlm):
        raise WfllmError(
            "is a transcript already", where="llm=replay", mend="Choose llm=openai or llm=local."
        )
    written = export_transcript(config.llm.cache, target)
    print(f"Written to {target}: {written} answers", file=sys.stderr)
    print(f"Next: any command with llm=replay {shlex.quote(f'llm.path={target}')}", file=sys.stderr)
