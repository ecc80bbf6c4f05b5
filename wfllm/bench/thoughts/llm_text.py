"""What a prompt shows of a workflow, and what is wrong with the texts that come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from wfllm.bench.thoughts.language import other_language
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.names import api_name
from wfllm.shortcuts.syntax import parse_code, preorder

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Characters of scripts that part no words: each counts as one."""
_TOLD = 5


def shown(code: str, longest_line: int, numbered: bool = False) -> str:
    """Code for a prompt: long lines shortened, and statements numbered from 1 where asked for."""
    numbers: dict[int, list[int]] = {}
    if numbered:
        for number, placed in enumerate(preorder(parse_code(code)), start=1):
            numbers.setdefault(placed.node.lineno, []).append(number)
    lines = code.rstrip("\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    width = max((len(",".join(map(str, group))) for group in numbers.values()), default=0)
    out: list[str] = []
    for at, line in enumerate(lines, start=1):
        if len(line) > longest_line:
            line = f"{line[:longest_line]}… ({len(line) - longest_line:,} more characters)"
        if numbered:
            line = f"{','.join(map(str, numbers.get(at, ()))):>{width}} | {line}"
        out.append(line)
    return "\n".join(out)


def word_count(text: str) -> int:
    """Words of a text; in scripts that part none, two characters count as one."""
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + wide // 2


def sentence_count(text: str) -> int:
    """Sentences of a text, roughly."""
    return len([part for part in re.split(r"[.!?…。！？]+(?:\s|$)|[。！？]|\n+", text) if word_count(part)])


def comments_fault(comments: Mapping[int, str], wanted: Collection[int], longest: int) -> str:
    """What is wrong with comments by number of statement; empty where nothing."""
    faults: list[str] = []
    lacking = [n for n in wanted if not _printed(comments.get(n, ""))]
    if lacking:
        faults.append(f"no comment for {_listed(lacking)}")
    long = [n for n in wanted if len(comments.get(n, "")) > longest]
    if long:
        faults.append(f"longer than {longest} characters: {_listed(long)}")
    return "; ".join(faults)


def query_fault(
    query: str,
    *,
    apis: Iterable[str],
    catalogue: Catalogue,
    names: Collection[str] = (),
    min_words: int = 0,
    min_sentences: int = 0,
    language: str | None = None,
) -> str:
    """What is wrong with a request, in words for the model; empty where nothing.

    Args:
        apis: identifiers whose names must not be in it; words of their titles may.
        names: names of the code that must not be in it, those that a person would not write.
        min_words, min_sentences: what makes it complicated enough.
        language: ISO code of the language it must be in.
    """
    faults: list[str] = []
    if not query.strip():
        return "the request is empty"
    if (words := word_count(query)) < min_words:
        faults.append(f"the request has {words} words, and at least {min_words} are wanted")
    elif (sentences := sentence_count(query)) < min_sentences:
        faults.append(f"the request has {sentences} sentences, and at least {min_sentences} are wanted")
    if code_names := sorted(forbidden_in(query, apis, catalogue, names)):
        told = ", ".join(code_names[:_TOLD])
        faults.append(f"the request names functions, parameters or variables ({told}); say it in plain words")
    if "```" in query or re.search(r"\bpython\b", query, re.IGNORECASE):
        faults.append("the request speaks of Python or holds code")
    return "; ".join([*faults, *_language_faults(query, language)])


def plan_fault(lines: Iterable[str], apis: Iterable[str], catalogue: Catalogue, language: str | None) -> str:
    """What is wrong with a plan; empty where nothing."""
    text = "\n".join(lines)
    faults = [] if _printed(text) else ["the plan is empty"]
    if "```" in text:
        faults.append("the plan holds code")
    if code_names := sorted(forbidden_in(text, apis, catalogue, whole_names_only=True)):
        faults.append(f"the plan names functions ({', '.join(code_names[:_TOLD])}); say it in plain words")
    return "; ".join([*faults, *_language_faults(text, language)])


def forbidden_in(
    text: str,
    apis: Iterable[str],
    catalogue: Catalogue,
    names: Collection[str] = (),
    whole_names_only: bool = False,
) -> set[str]:
    """Names in a text that only code has: of functions, of parameters, of variables."""
    found = set(re.findall(r"\bis[._]workflow[._]actions[\w.]*", text))
    tokens = set(re.findall(r"\w+", text))
    dotted = set(re.findall(r"[A-Za-z][\w-]*(?:\.[\w-]+)+", text))
    for identifier in apis:
        found |= {identifier} & dotted
        found |= {api_name(identifier)} & tokens
        if not whole_names_only and (tail := _tail(identifier, catalogue.get(identifier))):
            found |= {token for token in tokens if token.lower() == tail}
    if not whole_names_only:
        found |= {token for token in tokens if re.fullmatch(r"WF[A-Z]\w+", token)}
        found |= tokens & {name for name in names if "_" in name.strip("_") or re.search(r"\d", name)}
    return found


def code_names(code: str) -> set[str]:
    """Every name in code; none where it does not parse."""
    try:
        return {n.id for n in ast.walk(parse_code(code)) if isinstance(n, ast.Name)}
    except WfllmError:
        return set()


@cache
def _tail(identifier: str, api: Api | None) -> str:
    """The last part of an identifier in lower case, where it is no word that a person would write."""
    tail = identifier.rpartition(".")[2].lower()
    said = f"{api.title} {api.description} {api.output_name}".lower() if api is not None else ""
    return "" if len(tail) < 6 or tail in re.findall(r"\w+", said) else tail


def _printed(text: str) -> bool:
    """Whether anything of a text is left as a comment or line."""
    return any(c.isalnum() for c in text)


def _language_faults(text: str, language: str | None) -> list[str]:
    other = other_language(text, language) if language else None
    return [f"it is written in '{other}', and '{language}' is wanted"] if other else []


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 20} more" if len(numbers) > 20 else ""
    return f"{', '.join(map(str, numbers[:20]))}{more}"
