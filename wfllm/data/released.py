"""What the paper's released code does to a sample, where a config asks for it: faults kept under names.

`prompts.bos=extra` (its tokenizer adds a BOS token to that of the chat template, in training alone),
`target.weights.header` (the header of the answer's turn is learned), `trainer.over_length=truncate` (what is
too long loses its end, which is the answer).
"""

from __future__ import annotations

from typing import Any

from wfllm.errors import WfllmError


def bos_of(tokenizer: Any) -> int:
    """The token that `prompts.bos=extra` puts before a sample.

    Raises:
        WfllmError: there is none.
    """
    if tokenizer.bos_token_id is None:
        mend = "Use prompts.bos=template."
        raise WfllmError("the tokenizer has no BOS token", where="prompts.bos", mend=mend)
    return int(tokenizer.bos_token_id)


def header_start(messages: list[dict[str, str]], prompt: str, tokenizer: Any) -> int:
    """Where in a prompt the header of the answer's turn begins, in characters.

    Raises:
        WfllmError: the chat template puts none before an answer.
    """
    turns: str = tokenizer.apply_chat_template(messages, tokenize=False)
    if not prompt.startswith(turns) or len(turns) == len(prompt):
        mend = "Use model.chat_template=chatml, or leave target.weights.header out."
        raise WfllmError("puts no header before an answer", where="model.chat_template", mend=mend)
    return len(turns)
