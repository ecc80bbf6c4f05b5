"""Questions in T-Eval's format, written by us, and an encoder that needs no library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TOOLS = {
    "Weather.forecast": "Gives the weather of a city.",
    "Calendar.add_event": "Adds an event to the calendar.",
    "Mail.send": "Sends a mail.",
}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "Will I need an umbrella in Oslo? Mail the answer to Kari.": [
        {"id": 0, "name": "Weather.forecast", "args": {"city": "Oslo"}},
        {"id": 1, "name": "Mail.send", "args": {"to": "Kari", "text": "result of step 0"}},
        {"id": 2, "name": "FinishAction", "args": {}},
    ],
    "Put lunch with Ali into my calendar for noon.": [
        {"id": 0, "name": "Calendar.add_event", "args": {"title": "Lunch with Ali", "time": "12:00"}},
    ],
    "Tell Noor by mail that the picnic is at three, and note it in my calendar.": [
        {"id": 0, "name": "Mail.send", "args": {"to": "Noor", "text": "The picnic is at three."}},
        {"id": 1, "name": "Calendar.add_event", "args": {"title": "Picnic", "time": "15:00"}},
    ],
}
ASKS = {
    "json": 'Plan with a JSON list of {"id": number, "name": string, "args": string}.',
    "str": "Plan with a line for each step: Use a tool to reach a goal.",
}

ENCODER = '''
"""Counts letters: stands in for sentence-transformers where that is not installed."""

import numpy as np


class SentenceTransformer:
    def __init__(self, name, device):
        self.name = name

    def encode(self, texts, **options):
        letters = "abcdefghijklmnopqrstuvwxyz"
        return np.array([[text.lower().count(c) for c in letters] + [1] for text in texts], np.float32)
'''


def write_questions(folder: Path) -> None:
    """`plan_json_v2.json` and `plan_str_v2.json`, three questions each."""
    described = [[name, {"name": name, "description": text}] for name, text in TOOLS.items()]
    for form, asks in ASKS.items():
        items = {
            f"query_{number}": {
                "meta": {"prompt_type": form, "API_list": list(TOOLS)},
                "ground_truth": truth,
                "origin_prompt": [
                    {"role": "system", "content": f"You may call:\n{described}\n{asks}"},
                    {"role": "user", "content": query},
                ],
            }
            for number, (query, truth) in enumerate(QUESTIONS.items())
        }
        (folder / f"plan_{form}_v2.json").write_text(json.dumps(items), encoding="utf-8")
