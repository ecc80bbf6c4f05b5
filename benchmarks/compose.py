"""How long composing a config takes, all by Hydra beside values merged into options composed before, in turn.

    python benchmarks/compose.py [--rounds 10]

Each round composes the starter preset with another seed both ways and compares what comes out. Seconds are
the process's own CPU seconds, so that a busy machine does not tell.
"""

from __future__ import annotations

import argparse
import time
from unittest.mock import patch

from wfllm.config import compose as composing
from wfllm.config.hydra_config import composed_whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    begun = time.process_time()
    composing.compose("train", ["experiment=starter"])
    print(f"the first config of the process   {1000 * (time.process_time() - begun):6.1f} ms")
    plain = fast = 0.0
    for seed in range(rounds):
        overrides = ["experiment=starter", f"seed={seed}"]
        begun = time.process_time()
        with patch.object(composing, "hydra_config", composed_whole):
            slowly = composing.compose("train", overrides)
        between = time.process_time()
        quickly = composing.compose("train", overrides)
        fast += time.process_time() - between
        plain += between - begun
        assert slowly == quickly, overrides
    print(f"all by Hydra                      {1000 * plain / rounds:6.1f} ms")
    print(
        f"into options composed before      {1000 * fast / rounds:6.1f} ms   {plain / fast:.1f} times as fast"
    )


if __name__ == "__main__":
    main()
