"""How fast does training learn, beside TRL's SFTTrainer and LLaMA-Factory?

    python benchmarks/training.py [--repeats 5] [--records 16] [--trl PYTHON] [--llamafactory PYTHON]
    python benchmarks/training.py --scan            # one run of each setting of each, to choose from

The same base model (SmolLM2-135M from its Python package), the same records in the same tokens, the same
tokens learned, the same precision, the same LoRA. Each measurement is a process of its own, and the systems
take turns. The first optimiser step of each process is not counted; after it, every process learns the same
records once. Printed as Markdown: medians over the repeats, their spread, and the ratio to the fastest other.

Supervised tokens are counted by each system where its loss is computed, and must agree. Peak memory is the
highest resident size of the process, loading of libraries and weights included.

TRL is taken from this interpreter where it is installed, or from `--trl`. LLaMA-Factory asks for other
versions of almost everything and wants an environment of its own (see benchmarks/training_llamafactory.py).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BEST: dict[str, list[dict[str, Any]]] = {
    "wfllm": [{"batching": "packed", "pack_tokens": 1024}],
    "trl": [{"batch_size": 1}],
    "llamafactory": [{"batch_size": 1}, {"batch_size": 2}],
}
"""On a CPU of two cores and records of up to 1,024 tokens: packs no longer than the longest record, which
`--scan` found the fastest; one record a batch for TRL, which pads nothing; for LLaMA-Factory the leanest
setting and the fastest."""
SCAN: dict[str, list[dict[str, Any]]] = {
    "wfllm": [
        {"batching": "packed", "pack_tokens": 1024},
        {"batching": "packed", "pack_tokens": 2048},
        {"batching": "packed", "pack_tokens": 4096},
        {"batching": "packed", "pack_tokens": 8192},
        {"batching": "padded", "batch_size": 1},
        {"batching": "padded", "batch_size": 4},
    ],
    "trl": [
        {"batch_size": 1},
        {"batch_size": 2},
        {"batch_size": 4},
        {"batch_size": 1, "gradient_checkpointing": True},
        {"batch_size": 1, "packing": True},
        {"batch_size": 1, "torch_compile": True},
    ],
    "llamafactory": [{"batch_size": 1}, {"batch_size": 2}, {"batch_size": 4}],
}
COUNT = "supervised"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--minutes", type=float, help="start no further turn that would end later than that")
    parser.add_argument("--records", type=int, default=16, help="records that are learned and timed")
    parser.add_argument("--accumulate", type=int, default=8, help="records of an optimiser step")
    parser.add_argument("--context", type=int, default=4096, help="longest record in tokens")
    parser.add_argument("--parts", nargs="+", default=["starter"], help="as data.parts of data=mix")
    parser.add_argument("--strategy", choices=["lora", "full"], default="lora")
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    parser.add_argument("--systems", nargs="+", default=["wfllm", "trl", "llamafactory"])
    parser.add_argument("--trl", help="the Python in which trl is installed")
    parser.add_argument("--llamafactory", help="the Python in which LLaMA-Factory is installed")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--scan", action="store_true", help="every setting once")
    parser.add_argument("--keep", type=Path, help="write every measurement to this JSON-lines file")
    given = parser.parse_args()
    systems = {name: python for name in given.systems if (python := _python(name, given))}
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        task = prepare(work, given)
        print(
            f"{task['records']} records of {task['shortest']} to {task['longest']} tokens, "
            f"{task['tokens']:,} tokens, {task['supervised']:,} of them learned; {given.strategy}, "
            f"{given.precision}, {task['threads']} threads\n",
            flush=True,
        )
        plans = SCAN if given.scan else BEST
        rows: dict[str, list[dict[str, Any]]] = {}
        begun = time.monotonic()
        for turn in range(1 if given.scan else given.repeats):
            spent = time.monotonic() - begun
            if turn and given.minutes and spent * (turn + 1) / turn > 60 * given.minutes:
                break
            for number in range(max(len(plans[name]) for name in systems)):
                for name, python in systems.items():
                    if number >= len(plans[name]):
                        continue
                    settings = plans[name][number]
                    row = measure(name, python, work, settings)
                    rows.setdefault(f"{name} {_words(settings)}", []).append(row)
                    if given.keep:
                        with given.keep.open("a") as file:
                            file.write(json.dumps(row | {"system": name, "turn": turn}) + "\n")
    print(table(rows))


def _python(name: str, given: argparse.Namespace) -> str | None:
    """The interpreter of a system, None (and a line that says so) where there is none."""
    if name == "wfllm":
        return sys.executable
    python: str | None = getattr(given, name)
    if python is None and importlib.util.find_spec(name) is not None:
        python = sys.executable
    if python is None:
        print(f"{name} is not installed here; give --{name} PYTHON to measure it, too", file=sys.stderr)
    return python


def prepare(work: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Choose records, evenly over the lengths there are, and write their tokens for all systems."""
    from rich.console import Console

    from wfllm.commands import prepare as commands
    from wfllm.config.compose import compose
    from wfllm.data.encode import encode_records
    from wfllm.models.base import base_files
    from wfllm.models.load import load_tokenizer

    overrides = [
        "data=mix",
        f"data.parts={json.dumps(given.parts)}",
        "data.on_error=skip",
        "prompts.documentation=full",
        "decoding.max_new_tokens=16",
        f"model.context={given.context}",
    ]
    config: Any = compose("train", overrides).config
    commands.settle(0)
    data = commands.read(config.data, Console(stderr=True, quiet=True))
    base = base_files(config.model, work / "base", data.texts(), 0)
    samples, _ = encode_records(
        data.splits["train"],
        load_tokenizer(base, config.model),
        data.catalogue,
        config.prompts,
        config.target,
        context=given.context,
        over_length="drop",
    )
    samples.sort(key=lambda s: len(s.input_ids))
    step = (len(samples) - 1) / max(1, given.records - 1)  # the shortest and the longest are among them
    chosen = [samples[round(n * step)] for n in range(given.records)]
    order = sorted(range(len(chosen)), key=lambda n: (n * 7919) % 104729)  # mixed, and always the same
    lines = [
        {"input_ids": list(map(int, s.input_ids)), "learned": [int(r != 0) for r in s.roles]}
        for s in (chosen[n] for n in order)
    ]
    lengths = [len(line["input_ids"]) for line in lines]
    task = {
        "base": base,
        "strategy": given.strategy,
        "precision": given.precision,
        "accumulate": given.accumulate,
        "threads": given.threads or os.cpu_count() or 1,
        "records": len(lines),
        "shortest": min(lengths),
        "longest": max(lengths),
        "tokens": sum(lengths),
        COUNT: sum(sum(line["learned"]) for line in lines),
        # One short optimiser step before the clock starts: kernels are chosen, threads started.
        "warm": sorted(lines, key=lambda line: len(line["input_ids"]))[: given.accumulate],
        "timed": lines,
    }
    (work / "task.json").write_text(json.dumps(task))
    return task


def measure(name: str, python: str, work: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """One process of one system. A setting that fails is a row that says so."""
    task = json.loads((work / "task.json").read_text())
    threads = str(task["threads"])
    environment = os.environ | {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "WANDB_MODE": "disabled",
    }
    if name == "wfllm":
        environment["PYTHONPATH"] = str(HERE.parent)
    else:
        environment.pop("PYTHONPATH", None)
    command = [python, str(HERE / f"training_{name}.py"), str(work / "task.json"), json.dumps(settings)]
    done = subprocess.run(command, env=environment, cwd=work, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"tokens"')]
    if done.returncode or not lines:
        fault = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:200]
        print(f"{name} {_words(settings)}: {fault}", file=sys.stderr, flush=True)
        return {"fault": fault}
    row: dict[str, Any] = json.loads(lines[-1])
    if row[COUNT] != task[COUNT]:
        row["fault"] = f"{row[COUNT]} supervised tokens, not {task[COUNT]}"
    print(f"{name} {_words(settings)}: {json.dumps(row)}", file=sys.stderr, flush=True)
    return row


def table(rows: dict[str, list[dict[str, Any]]]) -> str:
    """Markdown, a row a system and setting."""
    head = (
        "| system and setting | supervised tokens/s, median | lowest to highest (runs) | tokens/s | CPU s "
        "| peak MB "
        "| wfllm is, times | wfllm's memory is, times | loss first, last |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    ours = next(
        (_medians(found) for key, found in rows.items() if key.startswith("wfllm") and _sound(found)), None
    )
    for key, found in rows.items():
        sound = _sound(found)
        if not sound:
            lines.append(f"| {key} | {found[0].get('fault', 'failed')} | | | | | | | |")
            continue
        medians, rates = _medians(found), sorted(r[COUNT] / r["seconds"] for r in sound)
        faster = f"{ours['rate'] / medians['rate']:.2f}" if ours else ""
        smaller = f"{ours['peak_mb'] / medians['peak_mb']:.2f}" if ours else ""
        lines.append(
            f"| {key} | {medians['rate']:.0f} | {rates[0]:.0f} to {rates[-1]:.0f} ({len(sound)}) "
            f"| {medians['all']:.0f} | {medians['cpu_seconds']:.1f} | {medians['peak_mb']:.0f} "
            f"| {faster} | {smaller} | {sound[0]['first_loss']:.3f}, {sound[0]['last_loss']:.3f} |"
        )
    return "\n".join(lines)


def _sound(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in found if "fault" not in row]


def _medians(found: list[dict[str, Any]]) -> dict[str, float]:
    sound = _sound(found)
    return {
        "rate": statistics.median(r[COUNT] / r["seconds"] for r in sound),
        "all": statistics.median(r["tokens"] / r["seconds"] for r in sound),
        "cpu_seconds": statistics.median(r["cpu_seconds"] for r in sound),
        "peak_mb": statistics.median(r["peak_mb"] for r in sound),
    }


def _words(settings: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in settings.items())


if __name__ == "__main__":
    main()
