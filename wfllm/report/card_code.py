"""The code of a model card: how a receiver asks the model, with transformers (and peft) and with vLLM."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from wfllm.config.schema import Qlora, Strategy

VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes for `--max-lora-rank`."""


@dataclass(frozen=True)
class Asking:
    """What the code of a card is made of.

    Attributes:
        name: of the model, for the server.
        base: hub id of the base model where an adapter is exported; None for whole weights.
        strategy: that trained it.
        adapter: adapter_config.json; empty for whole weights.
        system, user: the two turns of the example.
        dtype: torch's name of the arithmetic that the scores were measured in, as far as a card can say.
        longest: tokens of the longest answer.
    """

    name: str
    base: str | None
    strategy: Strategy
    adapter: dict[str, Any]
    system: str
    user: str
    dtype: str
    longest: int


def python_code(asking: Asking) -> str:
    """A program that prints the answer to the example; it needs the folder and the base model, not wfllm."""
    lines = ["import torch"]
    quantised = asking.base is not None and isinstance(asking.strategy, Qlora)
    names = ["AutoModelForCausalLM", "AutoTokenizer"] + (["BitsAndBytesConfig"] if quantised else [])
    if asking.base is not None:
        lines.append("from peft import PeftModel")
    lines += [f"from transformers import {', '.join(names)}", ""]
    if asking.base is not None:
        lines.append(f"BASE = {json.dumps(asking.base)}")
    lines += [
        'MODEL = "."  # this folder, or its name on the hub',
        f"SYSTEM = {literal(asking.system)}",
        f"USER = {literal(asking.user)}",
        "",
        "tokenizer = AutoTokenizer.from_pretrained(MODEL)",
    ]
    options = f"dtype=torch.{asking.dtype}"
    if isinstance(asking.strategy, Qlora) and quantised:
        lines += [
            "rounded = BitsAndBytesConfig(  # as it was trained",
            "    load_in_4bit=True,",
            f'    bnb_4bit_quant_type="{asking.strategy.quant}",',
            f"    bnb_4bit_use_double_quant={asking.strategy.double_quant},",
            f"    bnb_4bit_compute_dtype=torch.{asking.dtype},",
            ")",
        ]
        options += ", quantization_config=rounded"
    source = "MODEL" if asking.base is None else "BASE"
    lines.append(f"model = AutoModelForCausalLM.from_pretrained({source}, {options})")
    if asking.base is not None:
        lines.append("model = PeftModel.from_pretrained(model, MODEL)")
    lines += [
        "turns = [",
        '    {"role": "system", "content": SYSTEM},',
        '    {"role": "user", "content": USER},',
        "]",
        "prompt = tokenizer.apply_chat_template(",
        '    turns, add_generation_prompt=True, return_tensors="pt", return_dict=True',
        ").to(model.device)",
        "answer = model.generate(",
        "    **prompt,",
        f"    max_new_tokens={asking.longest},",
        "    do_sample=False,",
        "    eos_token_id=tokenizer.eos_token_id,",
        "    pad_token_id=tokenizer.pad_token_id,",
        ")",
        'new = answer[0, prompt["input_ids"].shape[1] :]',
        "print(tokenizer.decode(new, skip_special_tokens=True))",
    ]
    return "\n".join(lines)


def serve_code(asking: Asking) -> str | None:
    """The command that serves the model with vLLM; None where vLLM cannot."""
    if asking.base is None:
        return f"vllm serve . --served-model-name {asking.name}"
    rank = next((r for r in VLLM_RANKS if r >= int(asking.adapter["r"])), None)
    if rank is None or asking.adapter.get("use_dora") or isinstance(asking.strategy, Qlora):
        return None
    return (
        f"vllm serve {asking.base} --enable-lora --max-lora-rank {rank} \\\n"
        f"  --lora-modules {asking.name}=. --chat-template ./chat_template.jinja"
    )


def why_not_served(asking: Asking) -> str:
    """Why vLLM cannot serve the adapter, where `serve_code` is None."""
    if asking.adapter.get("use_dora"):
        cause = "vLLM takes no DoRA adapters"
    elif isinstance(asking.strategy, Qlora):
        cause = "The adapter belongs to a base model rounded to 4 bits, and vLLM would put it on another"
    else:
        cause = f"vLLM takes adapters up to rank {VLLM_RANKS[-1]}"
    return f"{cause}: serve the same model exported with `format=merged`."


def client_code(asking: Asking) -> str:
    """A program that asks the server."""
    return "\n".join(
        [
            "from openai import OpenAI",
            "",
            'client = OpenAI(base_url="http://localhost:8000/v1", api_key="none")',
            "answer = client.chat.completions.create(",
            f"    model={json.dumps(asking.name)},",
            "    messages=turns,  # the same two",
            f"    max_tokens={asking.longest},",
            "    temperature=0,",
            ")",
            "print(answer.choices[0].message.content)",
        ]
    )


def literal(text: str) -> str:
    """A text as Python source, over several lines where that says the same."""
    plain = all(c.isprintable() or c == "\n" for c in text) and "\\" not in text
    if "\n" in text and plain and '"""' not in text and not text.endswith('"'):
        return f'"""{text}"""'
    return repr(text)


def fenced(text: str, language: str = "") -> str:
    """A code block of Markdown, its fence longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
