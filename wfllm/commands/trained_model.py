"""A trained model on this machine behind the interface of all models: batches, order, remembered answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfllm.commands import prepare
from wfllm.commands.answering import for_generation
from wfllm.commands.checkpoint import open_checkpoint
from wfllm.config import schema as s
from wfllm.data.fitting import chat_prompt
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.generate import context_of, generate
from wfllm.llm.local import InBatches
from wfllm.llm.request import Reply, Request, Usage
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.training.checkpoints import base_of, load_trained, needs_base

_BLOCK, _BLOCKS = 2**16, 64
"""Bytes of a block, and blocks of each file, that a fingerprint of weights reads."""


@dataclass(frozen=True)
class Trained:
    """Where a trained model is, how it was trained, and how to load it."""

    name: str
    fingerprint: str
    tokenizer: Callable[[], Any]
    model: Callable[[], Any]
    prompts: s.Prompts | None = None
    target: s.Target | None = None


def find_trained(config: s.CheckpointAnnotator) -> Trained:
    """The model that `annotator.path` names. Nothing is loaded yet.

    Raises:
        WfllmError: there is none, or it would have to be fetched first.
    """
    path = Path(config.path).expanduser()
    run = path.parent if path.name == "model" else path
    if (run / "run.json").is_file():
        checkpoint = open_checkpoint(config.path)
        own = checkpoint.config
        return Trained(
            run.name,
            fingerprint(checkpoint.folder),
            checkpoint.tokenizer,
            checkpoint.model,
            own.prompts,
            own.target,
        )
    model = s.PretrainedModel(name="annotator", path=config.path, chat_template=config.chat_template)
    if needs_base(path):
        base = base_of(path)
        return Trained(
            path.name,
            fingerprint(path),
            lambda: load_tokenizer(str(path), model),
            lambda: load_trained(path, base, model),
        )
    source = base_files(model, path, (), 0)
    return Trained(
        path.name,
        fingerprint(path) if path.is_dir() else source,
        lambda: load_tokenizer(source, model),
        lambda: load_model(source, model),
    )


def fingerprint(folder: Path) -> str:
    """What a folder of weights holds, the same wherever it lies: names, sizes, and blocks of every file
    evenly spaced, so that sixteen gigabytes are told apart in a second."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.name}:{size}\n".encode())
        with path.open("rb") as file:
            for number in range(_BLOCKS):
                file.seek(max(0, size - _BLOCK) * number // (_BLOCKS - 1))
                digest.update(file.read(_BLOCK))
                if size <= _BLOCK:
                    break
    return digest.hexdigest()


class TrainedModel(InBatches):
    """`annotator=checkpoint` at work; greedy."""

    batch_key = "annotator.batch_size"

    def __init__(self, config: s.CheckpointAnnotator, trained: Trained) -> None:
        super().__init__(trained.name, ["annotator", trained.fingerprint, config.dtype], config.batch_size)
        self.config, self.trained = config, trained

    def load(self) -> LoadedTrained:
        return LoadedTrained(self.config, self.trained)


class LoadedTrained:
    """Weights and tokenizer, generating as evaluation does."""

    def __init__(self, config: s.CheckpointAnnotator, trained: Trained) -> None:
        prepare.settle(config.threads)
        self.decoding = s.Decoding(
            name="greedy",
            max_new_tokens=config.max_tokens,
            batch_size=config.batch_size,
            dtype=config.dtype,
            until="end",  # an annotator's answers need not end with code
        )
        self.tokenizer = trained.tokenizer()
        self.model = for_generation(trained.model(), self.decoding)
        self.context = context_of(self.model)
        # An answer is as long as it is whichever prompts stand beside its own.
        self.longest = self.context - config.max_tokens
        if self.longest < 1:
            raise WfllmError(
                f"{config.max_tokens} leaves no room for a prompt in the model's context of {self.context}",
                where="annotator.max_tokens",
                mend="Lower it.",
            )

    def encode(self, request: Request) -> list[int]:
        ids: list[int] = self.tokenizer(self._text(request), add_special_tokens=False)["input_ids"]
        return ids

    def answer(self, requests: Sequence[Request], ended: Callable[[], bool]) -> list[Reply]:
        def tick(_part: float) -> None:
            if ended():
                raise WfllmError("nobody waits for it any more")

        prompts = [self._text(request) for request in requests]
        answers = generate(self.model, self.tokenizer, prompts, self.decoding, tick=tick)
        return [self._reply(request, text) for request, text in zip(requests, answers, strict=True)]

    def _text(self, request: Request) -> str:
        turns = [{"role": m.role, "content": m.content} for m in request.messages]
        return chat_prompt(turns, self.tokenizer)

    def _reply(self, request: Request, text: str) -> Reply:
        written = len(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        return Reply(text, usage=Usage(len(self.encode(request)), written))
