"""The fuzz target led by coverage: `python -m tests.shortcuts.fuzz_guided --minutes 60 --seeds FOLDER`.

Needs `pip install atheris` (Linux, Python 3.10 to 3.13), which the project does not declare. libFuzzer keeps
what reaches code that nothing reached before; the mutations are ours, so that items stay shortcuts. What
breaks is saved as by `make fuzz` and tried again in the same way; the corpus stays for the next time.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from random import Random
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", default="", help="folder of shortcuts to start from, beside small ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("outputs/fuzz"))
    args = parser.parse_args()

    import atheris

    with atheris.instrument_imports(include=["wfllm.shortcuts"]):
        from tests.shortcuts import fuzz
    from tests.shortcuts.fuzz_mutate import mutate

    corpus: Path = args.output / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    pool = fuzz.small_seeds() + (fuzz.seeds_in(args.seeds) if args.seeds else [])
    for item in pool:
        (corpus / hashlib.sha1(item, usedforsecurity=False).hexdigest()).write_bytes(item)
        fuzz.trial(item)
    broken: set[str] = set()

    def one(item: bytes) -> None:
        what, told = fuzz.trial(item)
        if told and what not in broken:
            broken.add(what)
            fuzz.save(args.output, item, told)

    def mutator(item: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        made: bytes = mutate(item or random.choice(pool), random, random.choice(pool))
        return made[:most]

    options: list[Any] = [
        sys.argv[0],
        f"-max_total_time={int(args.minutes * 60)}",
        "-max_len=60000",
        "-rss_limit_mb=6000",
        "-timeout=120",
        f"-seed={args.seed}",
        f"-artifact_prefix={args.output}/",
        str(corpus),
    ]
    atheris.Setup(options, one, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
