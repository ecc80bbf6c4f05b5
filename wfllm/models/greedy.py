"""Generation settings under which transformers takes the likeliest token, whatever the base model ships.

A base model brings settings of its own (Llama's temperature, Qwen2's repetition penalty), and transformers
uses each that a call does not give. An evaluation that says greedy would then be something else, and not the
same for two models.
"""

from __future__ import annotations

from typing import Any

GREEDY: dict[str, Any] = {
    "do_sample": False,
    "temperature": None,
    "top_p": None,
    "top_k": None,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "num_beams": 1,
    "min_new_tokens": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "suppress_tokens": None,
    "begin_suppress_tokens": None,
    "bad_words_ids": None,
}
"""Of a call of `generate`, and of a generation config that is written."""
