"""One measurement of TRL's SFTTrainer for benchmarks/training.py, in an interpreter that has trl.

    python benchmarks/training_trl.py task.json '{"batch_size": 1}'

The records come tokenised, with labels that are -100 where nothing is learned. Their order is the given
one; where batches hold several, neighbours in length go together, as group_by_length would have it. Prints
one JSON line.
"""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")


class Clock:
    """Starts after the warm-up and stops after the last step."""

    def __init__(self):
        self.started = None
        self.losses = []

    def start(self):
        self.started = (time.perf_counter(), time.process_time())

    def row(self, tokens, supervised):
        wall, cpu = self.started
        return {
            "tokens": tokens,
            "supervised": supervised,
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "first_loss": self.losses[0],
            "last_loss": self.losses[-1],
        }


def arrange(lines, batch_size):
    """As given one by one, by length in batches."""
    if batch_size == 1:
        return lines
    ordered = sorted(lines, key=lambda line: len(line["input_ids"]))
    batches = [ordered[i : i + batch_size] for i in range(0, len(ordered), batch_size)]
    return [
        line for n in sorted(range(len(batches)), key=lambda n: (n * 7919) % 104729) for line in batches[n]
    ]


def main():
    task, settings = json.loads(Path(sys.argv[1]).read_text()), json.loads(sys.argv[2])
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from torch.utils.data import SequentialSampler
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    torch.set_num_threads(task["threads"])
    batch = settings.pop("batch_size")
    accumulate = task["accumulate"] // batch
    timed = arrange(task["timed"], batch)
    rows = task["warm"] + timed
    data = Dataset.from_dict(
        {
            "input_ids": [r["input_ids"] for r in rows],
            "labels": [
                [i if seen else -100 for i, seen in zip(r["input_ids"], r["learned"], strict=True)]
                for r in rows
            ],
        }
    )
    model = AutoModelForCausalLM.from_pretrained(
        task["base"], dtype=torch.float32, attn_implementation="sdpa"
    )
    packing = settings.pop("packing", False)
    config = SFTConfig(
        output_dir="trl-out",
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=accumulate,
        num_train_epochs=1,
        max_length=max(len(r["input_ids"]) for r in rows) if packing else None,
        packing=packing,
        bf16=task["precision"] == "bf16",
        gradient_checkpointing=settings.pop("gradient_checkpointing", False),
        optim="adamw_torch_fused",
        learning_rate=1e-4,
        lr_scheduler_type="constant",
        max_grad_norm=1.0,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=False,
        disable_tqdm=True,
        **settings,
    )
    lora = LoraConfig(
        r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    clock, counted = Clock(), {"supervised": 0, "tokens": 0}

    class Ordered(SFTTrainer):
        def _get_train_sampler(self, *args, **kwargs):
            return SequentialSampler(self.train_dataset)

        def compute_loss(self, model, inputs, *args, **kwargs):
            if clock.started:
                counted["supervised"] += int((inputs["labels"][:, 1:] != -100).sum())
                counted["tokens"] += int((inputs["input_ids"] != -1).sum())
            return super().compute_loss(model, inputs, *args, **kwargs)

    class Watch(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            if state.global_step == 1:
                clock.start()

        def on_log(self, args, state, control, logs=None, **kwargs):
            if logs and "loss" in logs:
                clock.losses.append(float(logs["loss"]))

    trainer = Ordered(
        model=model,
        args=config,
        train_dataset=data,
        processing_class=AutoTokenizer.from_pretrained(task["base"]),
        peft_config=lora if task["strategy"] == "lora" else None,
        callbacks=[Watch()],
    )
    trainer.train()
    tokens = sum(len(r["input_ids"]) for r in task["timed"])
    print(json.dumps(clock.row(tokens, counted["supervised"])))


if __name__ == "__main__":
    main()
