"""How fast is the search for similar requests, beside comparing all with all?

    python benchmarks/build_distinct.py [requests …]      (default 1000 3000 10000 30000 100000)

Requests have 25 to 40 words: half of them pieces of the starter corpus's requests, half words drawn by Zipf's
law from its vocabulary; one in 20 repeats an earlier request with up to five words changed. Prints, for each
size in a process of its own, CPU seconds and the highest resident memory (Linux alone), and up to 3,000
requests the same in turn of the plain way, and how many of those that it finds are found.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from benchmarks.build_scale import _peak, _reset_peak, _seconds

SIZES = (1000, 3000, 10_000, 30_000, 100_000)
PLAIN_UP_TO = 3000
SHARE = 0.7
_EARLIER = 1000


def requests(count: int) -> Iterator[str]:
    """Requests like real ones, always the same."""
    from wfllm.bench.sources.starter import load_starter

    queries = [record.query.split() for record in load_starter()]
    vocabulary = [word for word, _ in Counter(word for query in queries for word in query).most_common()]
    often = list(accumulate(1 / (rank + 2.7) for rank in range(len(vocabulary))))
    earlier: list[list[str]] = []
    for number in range(count):
        draw = random.Random(number)
        if number % 20 == 19:
            words = list(draw.choice(earlier))
            for _ in range(draw.randrange(6)):
                words[draw.randrange(len(words))] = draw.choices(vocabulary, cum_weights=often)[0]
            yield " ".join(words)
            continue
        words, size = [], draw.randint(25, 40)
        while len(words) < size:
            query = draw.choice(queries)
            start = draw.randrange(len(query))
            words += query[start : start + draw.randint(2, 6)]
            words += draw.choices(vocabulary, cum_weights=often, k=draw.randint(1, 6))
        words = words[:size]
        if len(earlier) < _EARLIER:
            earlier.append(words)
        else:
            earlier[draw.randrange(_EARLIER)] = words
        yield " ".join(words)


def by_keys(count: int) -> list[int]:
    """Numbers of the requests that an earlier one is similar to."""
    from wfllm.bench.similar import Similar

    found = []
    with Similar(SHARE) as similar:
        for number, text in enumerate(requests(count)):
            if similar.nearest(text):
                found.append(number)
            else:
                similar.add(str(number), text)
    return found


def plainly(count: int) -> list[int]:
    from wfllm.bench.similar import similarity, words_of

    found: list[int] = []
    kept: list[frozenset[str]] = []
    for number, text in enumerate(requests(count)):
        words = words_of(text)
        if any(similarity(words, other) >= SHARE for other in kept):
            found.append(number)
        else:
            kept.append(words)
    return found


def nothing(count: int) -> list[int]:
    """The making of the requests alone, to be taken off."""
    return [len(text) for text in requests(count)][:0]


WAYS = {"nothing": nothing, "by_keys": by_keys, "plainly": plainly}


def measured(way: str, count: int) -> tuple[list[int], float, float]:
    """What one way finds in a process of its own; seconds; MB."""
    command = [sys.executable, "-m", "benchmarks.build_distinct", "--one", way, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found, seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return found, seconds, memory


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        WAYS[arguments[1]](100)  # loads all it takes
        _reset_peak()
        begun = _seconds()
        found = WAYS[arguments[1]](int(arguments[2]))
        print(json.dumps([found, _seconds() - begun, _peak()]))
        return
    print("| requests | found | by keys | ms a request | peak MB | all with all | ratio | found of its |")
    print("|---|---|---|---|---|---|---|---|")
    for count in [int(a) for a in arguments] or SIZES:
        _, making, _ = measured("nothing", count)
        found, seconds, memory = measured("by_keys", count)
        seconds -= making
        cells = [f"{count:,}", f"{len(found):,}", f"{seconds:.1f} s"]
        cells += [f"{1000 * seconds / count:.2f}", f"{memory:.0f}"]
        if count <= PLAIN_UP_TO:
            wanted, plain, _ = measured("plainly", count)
            plain -= making
            hit = len(set(found) & set(wanted))
            cells += [f"{plain:.1f} s", f"{plain / seconds:.1f}", f"{hit} of {len(wanted)}"]
        else:
            cells += [""] * 3
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
