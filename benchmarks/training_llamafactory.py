"""One measurement of LLaMA-Factory for benchmarks/training.py, in an interpreter that has it.

    python benchmarks/training_llamafactory.py task.json '{"batch_size": 1}'

It pins versions that other libraries have left behind, so it has an environment of its own; for 0.9.5:

    pip install --no-deps llamafactory==0.9.5 transformers==5.6.0 tokenizers==0.22.2 'huggingface-hub<2' \
        peft==0.18.1 trl==0.24.0 accelerate==1.11.0 datasets==4.0.0 'tyro<0.9'

and whatever else it imports (einops, fire, tiktoken, scipy, sentencepiece, av, modelscope ...).
torchaudio, which it imports for audio alone and which has no wheel for a CPU build of torch, is stood in for
by an empty module.

The records are handed over tokenised (`tokenized_path`), so that masks are equal. What cannot be made equal:
with bf16 it keeps the frozen weights and the activations between the layers in bfloat16, where TRL and wfllm
keep float32. Prints one JSON line.
"""

import importlib.machinery
import json
import sys
import types
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
try:
    import torchaudio  # noqa: F401
except (ImportError, OSError):
    empty = types.ModuleType("torchaudio")
    empty.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
    sys.modules["torchaudio"] = empty
sys.path.insert(0, str(Path(__file__).resolve().parent))
from training_trl import Clock, arrange  # noqa: E402


def main():
    task, settings = json.loads(Path(sys.argv[1]).read_text()), json.loads(sys.argv[2])
    import torch
    from datasets import Dataset, DatasetDict
    from llamafactory.train.sft import trainer as sft
    from llamafactory.train.tuner import run_exp
    from transformers import TrainerCallback

    torch.set_num_threads(task["threads"])
    batch = settings.pop("batch_size")
    rows = task["warm"] + arrange(task["timed"], batch)
    columns = {
        "input_ids": [r["input_ids"] for r in rows],
        "attention_mask": [[1] * len(r["input_ids"]) for r in rows],
        "labels": [
            [i if seen else -100 for i, seen in zip(r["input_ids"], r["learned"], strict=True)] for r in rows
        ],
        "images": [None] * len(rows),
        "videos": [None] * len(rows),
        "audios": [None] * len(rows),
    }
    DatasetDict({"train": Dataset.from_dict(columns)}).save_to_disk("tokens")
    clock, counted = Clock(), {"supervised": 0}
    plain = sft.CustomSeq2SeqTrainer.compute_loss

    def compute_loss(self, model, inputs, *args, **kwargs):
        if clock.started:
            counted["supervised"] += int((inputs["labels"][:, 1:] != -100).sum())
        return plain(self, model, inputs, *args, **kwargs)

    sft.CustomSeq2SeqTrainer.compute_loss = compute_loss

    class Watch(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            if state.global_step == 1:
                clock.start()

        def on_log(self, args, state, control, logs=None, **kwargs):
            if logs and "loss" in logs:
                clock.losses.append(float(logs["loss"]))

        def on_train_end(self, args, state, control, **kwargs):
            tokens = sum(len(r["input_ids"]) for r in task["timed"])
            print(json.dumps(clock.row(tokens, counted["supervised"])), flush=True)

    run_exp(
        {
            "stage": "sft",
            "do_train": True,
            "model_name_or_path": task["base"],
            "finetuning_type": task["strategy"],
            "lora_rank": 16,
            "lora_alpha": 32,
            "lora_dropout": 0.0,
            "lora_target": "all",
            "flash_attn": "sdpa",
            "template": "default",
            "dataset": "none",  # asked for, and not read where there are tokens
            "tokenized_path": "tokens",
            "cutoff_len": max(len(r["input_ids"]) for r in rows),
            "output_dir": "llamafactory-out",
            "overwrite_output_dir": True,
            "per_device_train_batch_size": batch,
            "gradient_accumulation_steps": task["accumulate"] // batch,
            "num_train_epochs": 1,
            "learning_rate": 1e-4,
            "lr_scheduler_type": "constant",
            "max_grad_norm": 1.0,
            "optim": "adamw_torch_fused",
            "bf16": task["precision"] == "bf16",
            "disable_gradient_checkpointing": True,
            "disable_shuffling": True,
            "logging_steps": 1,
            "save_strategy": "no",
            "report_to": "none",
            "use_cpu": not torch.cuda.is_available(),
            "dataloader_pin_memory": False,
            "disable_tqdm": True,
            **settings,
        },
        callbacks=[Watch()],
    )


if __name__ == "__main__":
    main()
