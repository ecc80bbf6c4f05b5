"""What others have on T-Eval PLAN (arXiv 2411.05451, table 3)."""

from __future__ import annotations

TABLE_3: dict[str, float] = {
    "Claude 2": 84.9,
    "GPT-3.5": 86.6,
    "GPT-4": 86.7,
    "Qwen-7B": 63.1,
    "Mistral-7B": 64.9,
    "Llama-3.1-8B": 68.2,
    "Qwen-14B": 69.7,
    "Llama-2-13B": 65.1,
    "Vicuna-13B": 54.0,
    "Baichuan2-13B": 52.1,
    "WizardLM-70B": 42.7,
    "Llama-2-70B": 63.1,
    "Qwen-72B": 73.4,
    "WorkflowLlama": 77.5,
}
"""Model → F1 in percent, by T-Eval's evaluator. Which of the two forms it is of, the paper does not say."""
