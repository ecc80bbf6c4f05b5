"""Generation with transformers for `llm=local`; imports torch.

An answer does not depend on the batch it is made in: every row has its own random numbers, drawn from seed
and vote alone, and its own end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.utils import logging

from wfllm.config.schema import LocalLlm
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request, Usage

TAIL = 16
"""Tokens before the newest that are looked through for a stop text, beside those the text itself has."""


class LoadedLlm:
    """Weights and tokenizer.

    Raises:
        NoAnswerError: transformers cannot load them.
    """

    def __init__(self, config: LocalLlm) -> None:
        path = Path(config.path).expanduser()
        source = str(path) if path.exists() else config.path
        if config.threads:
            torch.set_num_threads(config.threads)
        logging.disable_progress_bar()  # ours is there already
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(source, revision=config.revision)
            model: Any = AutoModelForCausalLM.from_pretrained(
                source, revision=config.revision, dtype=getattr(torch, config.dtype)
            )
        except Exception as error:
            text = str(error).strip().split("\n")[0][:200]
            raise NoAnswerError(
                f"transformers cannot load {source} ({text})", stops=True, sent=False, mend="Check llm.path."
            ) from error
        device = config.device if config.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.to(device).eval()
        given = model.generation_config.eos_token_id
        ends = given if isinstance(given, list) else [given]
        self.ends = sorted({e for e in (*ends, self.tokenizer.eos_token_id) if e is not None})
        pad = self.tokenizer.pad_token_id
        self.pad = pad if pad is not None else self.ends[0] if self.ends else 0
        # Nothing of what the model's file says about sampling: the request says it all.
        model.generation_config = GenerationConfig(eos_token_id=self.ends or None, pad_token_id=self.pad)
        self.context = getattr(model.config, "max_position_embeddings", None) or 2**31
        self.longest = self.context - 1

    def encode(self, request: Request) -> list[int]:
        """Tokens of the prompt, by the chat template where the tokenizer has one."""
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        if self.tokenizer.chat_template:
            text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        else:
            ids = self.tokenizer("\n\n".join(m["content"] for m in messages) + "\n\n")["input_ids"]
        return ids

    @torch.inference_mode()
    def answer(self, requests: Sequence[Request], ended: Callable[[], bool]) -> list[Reply]:
        """Answer a batch.

        Args:
            requests: prompts shorter than the model's context.
            ended: asked at every token; True ends the batch where it is.
        """
        prompts = [self.encode(r) for r in requests]
        width = max(map(len, prompts))
        rooms = [self.context - len(ids) for ids in prompts]
        longest = [min(r.max_tokens or room, room) for r, room in zip(requests, rooms, strict=True)]
        if len(requests) > 1 and width + max(longest) > self.context:
            # The longest prompt would be padded past its last position while others are still written.
            return [self.answer([request], ended)[0] for request in requests]
        input_ids = torch.full((len(prompts), width), self.pad)  # (batch, longest prompt)
        mask = torch.zeros_like(input_ids)
        for row, ids in enumerate(prompts):  # padding on the left: the right end is continued
            input_ids[row, width - len(ids) :] = torch.tensor(ids)
            mask[row, width - len(ids) :] = 1
        watch = _Ends(self.tokenizer, width, longest, [r.stop for r in requests], ended)
        output = self.model.generate(
            input_ids=input_ids.to(self.model.device),
            attention_mask=mask.to(self.model.device),
            max_new_tokens=max(longest),
            do_sample=False,
            logits_processor=LogitsProcessorList([_Draw(requests)]),
            stopping_criteria=StoppingCriteriaList([watch]),
        )
        written = output[:, width:].tolist()
        return [self._reply(*row) for row in zip(requests, prompts, written, longest, strict=True)]

    def _reply(self, request: Request, ids: list[int], written: list[int], longest: int) -> Reply:
        written = written[:longest]
        end = next((i for i, token in enumerate(written) if token in self.ends), None)
        kept = written if end is None else written[:end]
        text: str = self.tokenizer.decode(kept, skip_special_tokens=True)
        stop = min((place for s in request.stop if (place := text.find(s)) >= 0), default=None)
        finish = "length" if end is None and stop is None else "stop"
        used = len(kept) + (end is not None)
        return Reply(text if stop is None else text[:stop], finish, Usage(len(ids), used))


class _Draw(LogitsProcessor):
    """Turns greedy choice into sampling, row by row.

    The largest of logits / temperature plus Gumbel noise is a draw from the softmax. With noise from a
    generator of its own, a row is drawn the same whatever stands beside it.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        self.temperatures = [r.temperature or 0.0 for r in requests]
        self.generators = [torch.Generator().manual_seed(_seed(r)) for r in requests]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        for row, temperature in enumerate(self.temperatures):
            if temperature > 0:
                uniform = torch.rand(scores.shape[-1], generator=self.generators[row], dtype=torch.float64)
                noise = -torch.log(-torch.log(uniform.clamp(1e-300, 1 - 1e-16)))
                drawn = scores[row].double() / temperature + noise.to(scores.device)
                scores[row] = drawn.to(scores.dtype)
        return scores


def _seed(request: Request) -> int:
    return ((request.seed or 0) * 1_000_003 + request.sample) % 2**63


class _Ends(StoppingCriteria):
    """Ends a row at its own longest length or stop text, and the batch when nobody waits for it."""

    def __init__(
        self,
        tokenizer: Any,
        width: int,
        longest: Sequence[int],
        stops: Sequence[tuple[str, ...]],
        ended: Callable[[], bool],
    ) -> None:
        self.tokenizer, self.width, self.longest, self.stops, self.ended = (
            tokenizer,
            width,
            longest,
            stops,
            ended,
        )

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        written = input_ids.shape[1] - self.width
        everybody = self.ended()
        done = [
            everybody or written >= longest or self._has_stop(row, stops, input_ids)
            for row, (longest, stops) in enumerate(zip(self.longest, self.stops, strict=True))
        ]
        return torch.tensor(done, device=input_ids.device)

    def _has_stop(self, row: int, stops: tuple[str, ...], input_ids: Any) -> bool:
        if not stops:
            return False
        tail = TAIL + max(map(len, stops))
        text = self.tokenizer.decode(input_ids[row, self.width :][-tail:], skip_special_tokens=True)
        return any(stop in text for stop in stops)
