"""A process that asks and says what it has, for tests that end it: `client.py URL CACHE COUNT [PROMPT]`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import openai  # noqa: F401 - takes seconds, and "open" is to say that asking begins

from tests.llm.conftest import config
from wfllm.llm.open import open_model
from wfllm.llm.request import prompt


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background are born deaf to it
    url, cache, count, text = sys.argv[1:5]
    with open_model(config(url, Path(cache), concurrency=4, timeout=600, longest_wait=600)) as model:
        print("open", flush=True)
        for answer in model.answer(prompt(f"q{n}{text}") for n in range(int(count))):
            print(answer.text, flush=True)


if __name__ == "__main__":
    main()
