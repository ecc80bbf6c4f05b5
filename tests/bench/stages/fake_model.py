"""What a capable model would say to the prompts of a build: a pure function of the conversation."""

from __future__ import annotations

import hashlib
import json
import re

Messages = list[dict[str, str]]

WORDS = (
    "garden", "letters", "dinner", "train", "museum", "bicycle", "library", "market", "piano", "river",
    "school",
    "holiday", "kitchen", "weather", "birthday", "camera", "hospital", "concert", "mountain", "breakfast",
)  # fmt: skip
NOT_TWICE = "That answer cannot be used"


def say(messages: Messages) -> str:
    """The answer to a prompt of the stages thoughts and expand."""
    asked = next(m["content"] for m in messages if m["role"] == "user")
    if "Names to replace" in asked:
        return json.dumps({"names": {old: new_name(old) for old in names_in(asked)}})
    if "Say in one short sentence" in asked:
        return json.dumps({"comments": {str(n): f"Does step {n} for you." for n in numbers_in(asked)}})
    if "as a flowchart in words" in asked:
        return json.dumps({"plan": ["1. Begin with what is there.", "2. Show what came of it."]})
    if "Write the request" in asked:
        return json.dumps({"query": f"Please {prose(asked, 14)}."})
    assert "Invent one request" in asked, asked
    text = f"Every day {prose(asked, 16)}. If that does not work, {prose(asked[::-1], 16)}."
    return json.dumps({"query": text})


def names_in(asked: str) -> list[str]:
    """The names that a prompt wants replaced."""
    return re.findall(r"^- (\w+): ", asked.partition("Names to replace")[2], re.MULTILINE)


def new_name(old: str) -> str:
    return f"{WORDS[len(old) % len(WORDS)]}_of_{old}"


def numbers_in(asked: str) -> list[int]:
    """The numbers of statements that a prompt wants comments for."""
    told = re.search(r"for each of the statements ([\d, to]+) what", " ".join(asked.split()))
    assert told is not None, asked
    runs = re.findall(r"(\d+)(?: to (\d+))?", told[1])
    return [n for first, last in runs for n in range(int(first), int(last or first) + 1)]


def prose(seed: str, count: int) -> str:
    """Words that hang on the text alone."""
    digest = hashlib.sha256(seed.encode()).digest()
    return " ".join(f"{WORDS[byte % len(WORDS)]} {byte}" for byte in digest[: count // 2 + 1])


def asked_again(messages: Messages) -> bool:
    """Whether an answer before was refused."""
    return any(m["content"].startswith(NOT_TWICE) for m in messages)
