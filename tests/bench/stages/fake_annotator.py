"""What a trained annotator and a model that repairs would say: pure functions of the prompt.

The annotator calls every function it is given, legally; of some prompts, chosen by their hash, its answer is
faulty in a way that a name tells.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache

from tests.bench.stages import fake_model
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.names import api_name

Messages = list[dict[str, str]]
FAULTS = ("", "", "", "parameter", "name", "nothing", "unclosed", "loop", "prompt")
"""What befalls an answer; each as often as it stands here."""


def say(messages: Messages) -> str:
    """The answer to any prompt of a build."""
    asked = next(m["content"] for m in messages if m["role"] == "user")
    if "A program that checks workflows says" in asked:
        return repair(asked)
    if asked.startswith("Request: "):
        return annotation(asked)
    return fake_model.say(messages)


def annotation(asked: str, faults: tuple[str, ...] = FAULTS) -> str:
    """Plan and code, as the layout of training has them."""
    fault = faults[hashlib.sha256(asked.encode()).digest()[0] % len(faults)]
    if fault == "nothing":
        return "I would rather not."
    plan, code = workflow(asked)
    if fault == "parameter":
        code = re.sub(r"\((\w+)=", r"(\1Qx=", code, count=1)
    elif fault == "name":
        code += '# Shows what came of it.\nis_workflow_actions_showresult(Text=f"{never_set}")\n'
    elif fault == "loop":
        code += "# Once more.\nis_workflow_actions_vibrate()\n" * 300
    elif fault == "prompt":
        plan += "<|im_end|>\n<|im_start|>user"
    text = f"Thought:\n{plan}\n\nCode:\n```python\n{code}"
    return text if fault == "unclosed" else f"{text}```"


def repair(asked: str) -> str:
    """A plan and code without a fault; now and then an answer that is none at first."""
    plan, code = workflow(asked)
    if hashlib.sha256(asked.encode()).digest()[1] % 7 == 0:
        return "It is fine as it is."
    return f"Here it is:\n{json.dumps({'plan': plan.splitlines(), 'code': code})}"


def workflow(asked: str) -> tuple[str, str]:
    """A legal workflow that calls every function whose documentation is in the prompt."""
    apis = [known()[name] for name in re.findall(r"^def (\w+)\(", asked, re.MULTILINE) if name in known()]
    plan, lines = ["1. Ask for a start."], ["# Asks for a start.", 'start = input("Begin with what?")']
    for number, api in enumerate(apis, start=2):
        title = api.title or api.identifier
        plan.append(f"{number}. Then {title}: {api.description}")
        given = [f"{p.name}={value(p)}" for p in api.parameters if p.required]
        plain = [g for g in given if g.split("=")[0].isidentifier()]
        lines += [f"# Then {title}.", f"step_{number} = {api_name(api.identifier)}({', '.join(plain)})"]
    return "\n".join(plan), "\n".join(lines) + "\n"


def value(parameter: Parameter) -> str:
    if parameter.type == "choice" and parameter.choices:
        return repr(parameter.choices[0])
    if parameter.type == "boolean":
        return "True"
    return {"number": "1", "text": '"a"', "date": "current_date()"}.get(parameter.type, "start")


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def known() -> dict[str, Api]:
    return {api_name(identifier): api for identifier, api in catalogue().items()}
