"""A stand-in for a tokenizer that cannot be had here: tokens of an average length, for plans alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

CHARACTERS = 3.0
"""Characters of a token: SmolLM2's has about 3 in code and documentation, a larger tokenizer some more."""


class RoughTokenizer:
    """Cuts a text every `CHARACTERS` characters; lays turns out as ChatML does."""

    is_fast = True
    eos_token = "<|im_end|>"
    pad_token_id = 0
    bos_token_id = 1
    chat_template = "chatml"

    @property
    def backend_tokenizer(self) -> RoughTokenizer:
        """As fast tokenizers have it: what the cache of tokenised samples asks what they are."""
        return self

    def to_str(self) -> str:
        """What determines its tokens, as JSON."""
        return json.dumps({"characters": CHARACTERS})

    def apply_chat_template(
        self, turns: Sequence[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool = False
    ) -> str:
        text = "".join(f"<|im_start|>{t['role']}\n{t['content']}{self.eos_token}\n" for t in turns)
        return f"{text}<|im_start|>assistant\n" if add_generation_prompt else text

    def __call__(
        self, text: str, *, add_special_tokens: bool = False, return_offsets_mapping: bool = False
    ) -> dict[str, Any]:
        count = round(len(text) / CHARACTERS)
        starts = [round(i * CHARACTERS) for i in range(count)]
        offsets = list(zip(starts, [*starts[1:], len(text)], strict=True)) if starts else []
        return {"input_ids": [1] * count, "offset_mapping": offsets}
