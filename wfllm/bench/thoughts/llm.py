"""Thoughts by a model: names, comments, plan and request, each asked for, checked, asked again (paper,
section 3.1), and written from the API documentation where its answers stay unusable.

Bottom-up, as in the paper: what is found out is in the code that the next prompt shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace

from pydantic import BaseModel

from wfllm.bench.record import Record
from wfllm.bench.stages.asking import Talk
from wfllm.bench.stages.stage import Dropped, Item, Outcome
from wfllm.bench.thoughts.catalogue import annotate, commented_lines
from wfllm.bench.thoughts.llm_rename import default_names, names_fault, placeholders, renamed
from wfllm.bench.thoughts.llm_text import code_names, comments_fault, plan_fault, query_fault, shown
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.comments import statements, with_comments, without_comments
from wfllm.shortcuts.used import used_apis

_KEYS = {f.name for f in fields(Record)}


class Names(BaseModel):
    """Old names and new ones."""

    names: dict[str, str]


class Comments(BaseModel):
    """Number of the statement and its comment."""

    comments: dict[str, str]

    def by_number(self) -> dict[int, str]:
        """Comments by number; `12`, `line 12` and `[12]` are the same."""
        found = ((re.search(r"\d{1,7}", key), text) for key, text in self.comments.items())
        return {int(number[0]): text for number, text in found if number}


class Plan(BaseModel):
    """The lines of a plan."""

    plan: list[str] | str

    def lines(self) -> list[str]:
        """Its lines, none of them empty."""
        texts = self.plan.split("\n") if isinstance(self.plan, str) else "\n".join(self.plan).split("\n")
        return [text.rstrip() for text in texts if text.strip()]


class Query(BaseModel):
    """A request."""

    query: str


class UnusableError(Exception):
    """A part of the thoughts could not be had."""

    def __init__(self, rule: str, reason: str) -> None:
        self.rule, self.reason = rule, reason
        super().__init__(reason)


class Thinker:
    """Writes what records lack.

    Args:
        settings, prompts: their config groups.
        catalogue: the APIs' documentation.
    """

    def __init__(self, settings: s.LlmThoughts, prompts: s.BuildPrompts, catalogue: Catalogue) -> None:
        self.settings, self.catalogue = settings, catalogue
        language = prompts.language.replace("{language}", settings.language or "")
        self.prompts = in_language(prompts, language) if settings.language else prompts
        self.defaults = default_names(catalogue)

    async def think(self, talk: Talk, item: Item) -> Outcome:
        """The item with its thoughts; in `meta`, who wrote which, and why not the model where it should have.

        Raises:
            NobodyAnsweredError: no answer now.
        """
        record = Record(**{k: v for k, v in item.items() if k in _KEYS})
        record.meta = dict(record.meta or {})
        by: dict[str, str] = {}
        failed: dict[str, str] = {}
        steps = {"rename": self._rename, "comments": self._comments, "plan": self._plan, "query": self._query}
        authors = self._authors()
        try:
            record.apis = record.apis or used_apis(record.annotated_code, self.catalogue)
            for part, step in steps.items():
                if authors[part] == "llm" and not self._has(part, record):
                    try:
                        record = await step(talk, record)
                        by[part] = "llm"
                        continue
                    except UnusableError as fault:
                        if self.settings.fallback == "drop":
                            meta = talk.noted(item.get("meta"))
                            return Dropped({**item, "meta": meta}, fault.rule, fault.reason)
                        failed[part] = fault.reason
                if part != "rename" and authors[part] != "none" and not self._has(part, record):
                    record = self._by_catalogue(part, record)
                    by[part] = "catalogue"
        except WfllmError as fault:
            return Dropped({**item, "meta": talk.noted(item.get("meta"))}, "thoughts", str(fault))
        noted = {"thoughts": by, "not_by_llm": failed}
        meta = {**talk.noted(record.meta), **{k: v for k, v in noted.items() if v}}
        return {**item, **record.as_json(), "meta": meta}

    def _authors(self) -> dict[str, str]:
        settings = self.settings
        rename = "llm" if settings.rename else "none"
        parts = {"comments": settings.comments, "plan": settings.plan, "query": settings.query}
        return {"rename": rename, **parts}

    def _has(self, part: str, record: Record) -> bool:
        """Whether a part is there and is to stay."""
        if part == "rename":
            return not self._unnamed(record)
        if self.settings.overwrite:
            return False
        if part == "comments":
            return not self._uncommented(record.annotated_code)
        return bool(record.task_plan if part == "plan" else record.query)

    def _unnamed(self, record: Record) -> dict[str, str]:
        everything = self.settings.names == "all"
        return placeholders(record.annotated_code, self.catalogue, self.defaults, everything)

    def _uncommented(self, code: str) -> list[int]:
        """Numbers, from 1, of the statements without a comment on the line before."""
        there = commented_lines(code)
        return [st.index + 1 for st in statements(code, self.catalogue) if st.line - 1 not in there]

    def _by_catalogue(self, part: str, record: Record) -> Record:
        code = record.annotated_code
        if self.settings.overwrite and part == "comments":
            code = without_comments(code)
        lacking = replace(
            record,
            annotated_code=code,
            task_plan="" if part == "plan" else record.task_plan or "-",
            query="" if part == "query" else record.query or "-",
        )
        made = annotate(lacking, self.catalogue)
        value = {"comments": "annotated_code", "plan": "task_plan", "query": "query"}[part]
        return replace(record, **{value: getattr(made, value)})

    # --- the four prompts --------------------------------------------------------------------------

    async def _rename(self, talk: Talk, record: Record) -> Record:
        wanted = self._unnamed(record)
        code = record.annotated_code
        for part in _parts(list(wanted), self.settings.at_once):
            asked = {name: wanted[name] for name in part}
            now = code  # with the new names of the parts before

            def fault(value: Names, asked: dict[str, str] = asked, now: str = now) -> str:
                return names_fault(value.names, asked, now, self.catalogue)

            told = "\n".join(f"- {name}: {how}" for name, how in asked.items())
            fill = {"code": shown(code, self.settings.longest_line), "names": told}
            found = await talk.ask("rename", self.prompts.rename, fill, Names, fault)
            if found.value is None:
                raise UnusableError(found.rule("rename"), found.fault)
            try:
                code = renamed(code, {name: found.value.names[name] for name in part})
            except WfllmError as error:
                raise UnusableError("rename", f"rename: {error}") from error
        return replace(record, annotated_code=code)

    async def _comments(self, talk: Talk, record: Record) -> Record:
        code = without_comments(record.annotated_code) if self.settings.overwrite else record.annotated_code
        longest = self.settings.longest_comment
        comments: dict[int, str] = {}
        for part in _parts(self._uncommented(code), self.settings.at_once):

            def fault(value: Comments, part: list[int] = part) -> str:
                return comments_fault(value.by_number(), part, longest)

            fill = {"code": shown(code, self.settings.longest_line, numbered=True), "numbers": _ranges(part)}
            found = await talk.ask("comments", self.prompts.comments, fill, Comments, fault)
            if found.value is None:
                raise UnusableError(found.rule("comments"), found.fault)
            told = found.value.by_number()
            comments.update({number - 1: told[number] for number in part})
        return replace(record, annotated_code=with_comments(code, comments))

    async def _plan(self, talk: Talk, record: Record) -> Record:
        def fault(value: Plan) -> str:
            return plan_fault(value.lines(), record.apis, self.catalogue, self.settings.language)

        found = await talk.ask("plan", self.prompts.plan, self._shown(record), Plan, fault)
        if found.value is None:
            raise UnusableError(found.rule("plan"), found.fault)
        return replace(record, task_plan="\n".join(found.value.lines()))

    async def _query(self, talk: Talk, record: Record) -> Record:
        names = code_names(record.annotated_code)

        def fault(value: Query) -> str:
            return query_fault(
                value.query,
                apis=record.apis,
                catalogue=self.catalogue,
                names=names,
                min_words=self.settings.min_words,
                language=self.settings.language,
            )

        found = await talk.ask("query", self.prompts.query, self._shown(record), Query, fault)
        if found.value is None:
            raise UnusableError(found.rule("query"), found.fault)
        return replace(record, query=" ".join(found.value.query.split()))

    def _shown(self, record: Record) -> dict[str, str]:
        title = " ".join(str(record.meta.get("title") or "").split())
        code = shown(record.annotated_code, self.settings.longest_line)
        plan = record.task_plan or "(not known)"
        return {"code": code, "plan": plan, "title": f" “{title[:80]}”" if title else ""}


def in_language(prompts: s.BuildPrompts, sentence: str) -> s.BuildPrompts:
    """The prompts for texts that people read, each with a sentence more."""
    changed = {
        name: part.model_copy(update={"user": f"{part.user}\n\n{sentence}"})
        for name in ("comments", "plan", "query", "expand")
        if isinstance(part := getattr(prompts, name), s.Prompt)
    }
    return prompts.model_copy(update=changed)


def _parts(things: list[int] | list[str], size: int) -> Iterator[list]:  # type: ignore[type-arg]
    for at in range(0, len(things), size):
        yield things[at : at + size]


def _ranges(numbers: list[int]) -> str:
    """`1 to 4, 7, 9 to 12`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[1]}" for run in runs)
