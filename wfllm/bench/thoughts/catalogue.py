"""Thoughts without a model: comments, plan and request from the API documentation.

They stand where the paper has GPT-4o-mini write them (section 3.1): plainer, but always there, always
about the right statement, and the same on every run.
"""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from wfllm.bench.record import Record
from wfllm.bench.thoughts import words
from wfllm.bench.thoughts.phrases import NEEDS, PHRASES
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.comments import (
    Statement,
    called_api,
    called_apis,
    code_spans,
    statements,
    with_comments,
)
from wfllm.shortcuts.syntax import blocks_of, parse_code

MAX_WORDS = 14
_FIELD = re.compile(r"\{(\w+)\}")


def comment(statement: Statement, catalogue: Catalogue) -> str:
    """What one statement does, in at most 14 words, from its API's documentation and its values."""
    return _capped(_says(statement.node, catalogue))


def comments(code: str, catalogue: Catalogue) -> dict[int, str]:
    """A comment for every statement of the code, by its number."""
    return {s.index: comment(s, catalogue) for s in statements(code, catalogue)}


def plan(code: str, catalogue: Catalogue | None = None) -> str:
    """The workflow as a numbered, nested flow in words, one short line a step.

    Raises:
        WfllmError: the code does not parse or is nested too deeply.
    """
    try:
        return "\n".join(_steps(parse_code(code).body, "", catalogue or load_catalogue()))
    except RecursionError as fault:  # a chain of hundreds of elif
        raise WfllmError("nested too deeply to tell as a plan", mend="Use a menu or a list.") from fault


def query(code: str, title: str = "", catalogue: Catalogue | None = None) -> str:
    """A request whose answer is this code, for records that come without one.

    Args:
        code: the workflow.
        title: its name, where it has one.
        catalogue: the APIs' documentation.
    """
    catalogue = catalogue or load_catalogue()
    called = [s for s in statements(code, catalogue) if s.api]
    steps = [_imperative(_capped(_says(s.node, catalogue), 10)).rstrip(".") for s in called]
    steps = [s[:1].lower() + s[1:] for s in dict.fromkeys(steps)]
    if len(steps) > 4:  # the beginning, the middle and the end tell what it is for
        steps = [steps[0], steps[len(steps) // 3], steps[2 * len(steps) // 3], steps[-1]]
    name = " ".join(title.split()).strip(" .")
    wish = f"I want a shortcut called {name}" if name else "I want a shortcut"
    if not steps:
        return f"{wish} that {'works as its name says' if name else 'asks me and answers'}."
    told = steps[0] if len(steps) == 1 else f"{', '.join(steps[:-1])}, and finally {steps[-1]}"
    branches = ", depending on the case" if any(s.kind in ("If", "Match") for s in statements(code)) else ""
    return f"{wish}. It should {told}{branches}."


def annotate(record: Record, catalogue: Catalogue | None = None) -> Record:
    """The record with whatever thoughts it lacks: request, plan, a comment before each statement, APIs.

    Thoughts it has stay, the comments of a shortcut's author too. The title in `meta`, else the id, names
    the workflow.

    Raises:
        WfllmError: its code does not parse.
    """
    catalogue = catalogue or load_catalogue()
    code = record.annotated_code
    title = str(record.meta.get("title") or record.id)
    commented = _commented_lines(code)
    lacking = {
        s.index: comment(s, catalogue) for s in statements(code, catalogue) if s.line - 1 not in commented
    }
    return replace(
        record,
        query=record.query or query(code, title, catalogue),
        apis=record.apis or called_apis(code, catalogue),
        task_plan=record.task_plan or plan(code, catalogue),
        annotated_code=with_comments(code, lacking),
    )


def _commented_lines(code: str) -> set[int]:
    """Numbers of the lines that are comments."""
    lines: set[int] = set()
    for start, end, label in code_spans(code):
        if label == "comment":
            first = code.count("\n", 0, start) + 1
            lines.update(range(first, first + code.count("\n", start, end)))
    return lines


# ---------------------------------------------------------------- plan


def _steps(body: list[ast.stmt], number: str, catalogue: Catalogue) -> Iterator[str]:
    indent = "  " * number.count(".")
    count = 0
    for node in body:
        if _is_silent(node):
            continue
        count += 1
        label = f"{number}{count}."
        step = _imperative(_capped(_says(node, catalogue)))
        blocks = blocks_of(node)
        if not blocks:
            yield f"{indent}{label} {step}"
            continue
        yield f"{indent}{label} {step.rstrip('.')}:"
        if isinstance(node, ast.Match):
            for i, case in enumerate(node.cases, start=1):
                yield f"{indent}  {_case(case)}:"
                yield from _steps(case.body, f"{label}{i}.", catalogue)
            continue
        yield from _steps(blocks[0], label, catalogue)
        if len(blocks) > 1:
            yield f"{indent}  Otherwise:"
            yield from _steps(blocks[1], f"{label[:-1]}b.", catalogue)


def _case(case: ast.match_case) -> str:
    title = case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None
    return _one_line(words.value(title)) if title is not None else "Else"


def _is_silent(node: ast.stmt) -> bool:
    """Steps that a person would not mention: nothing, an empty list to collect in, the description."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.List) and not node.value.elts
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# ---------------------------------------------------------------- one statement


def _says(node: ast.stmt, catalogue: Catalogue) -> str:
    try:
        return _told(node, catalogue)
    except RecursionError:  # values nested hundreds deep, which nobody could follow in words either
        return "Works on a deeply nested value"


def _told(node: ast.stmt, catalogue: Catalogue) -> str:
    if isinstance(node, ast.If):
        return f"Checks whether {words.condition(node.test)}"
    if isinstance(node, ast.For):
        return _loop(node)
    if isinstance(node, ast.Match):
        return _menu(node)
    if isinstance(node, ast.Pass):
        return "Does nothing here"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return _assignment(node.targets[0].id, node.value, node, catalogue)
    if isinstance(node, ast.Expr):
        return _call(node.value, node, catalogue)
    return "Takes a step"


def _loop(node: ast.For) -> str:
    call = node.iter
    if isinstance(call, ast.Call) and call.args:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "enumerate":
            return f"Goes through each item of {words.value(call.args[0])}"
        last = call.args[-1]
        if isinstance(last, ast.BinOp):
            return f"Repeats this as many times as {words.value(last.left)}"
        if isinstance(last, ast.Constant) and isinstance(last.value, int):
            return f"Repeats this {last.value - 1} times"
    return "Repeats this"


def _menu(node: ast.Match) -> str:
    titles = [_case(case).strip("“”") for case in node.cases]
    prompt = ""
    if isinstance(node.subject, ast.Call) and node.subject.args:
        first = node.subject.args[0]
        prompt = words.value(first) if isinstance(first, (ast.Constant, ast.JoinedStr)) else ""
    offered = ", ".join(titles[:3]) + (" and more" if len(titles) > 3 else "")
    return f"Asks {prompt} and offers {offered}" if prompt.startswith("“") else f"Offers {offered}"


def _assignment(name: str, value: ast.expr, node: ast.stmt, catalogue: Catalogue) -> str:
    spoken = words.spoken(name)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        function = value.func.id
        if function in ("input", "ask"):
            asked = words.value(value.args[0]) if value.args else ""
            return f"Asks for {spoken}: {asked}" if asked else f"Asks for {spoken}"
        if called_api(node, catalogue) is not None:
            says = _call(value, node, catalogue)
            return f"{says}, as {spoken}" if _pick(node, 3) == 0 else says
        if function == "get_property":
            return f"Reads {words.value(value)}"
        if function == "run_shortcut":
            return _call(value, node, catalogue)
        if function == "format_date" and value.args:
            return f"Writes {words.value(value.args[0])} as {spoken}"
        if function == "coerce" and value.args:
            return f"Treats {words.value(value.args[0])} as another kind, {spoken}"
    if name.startswith(("If_Result", "Menu_Result")):
        return f"Results in {words.value(value)}"
    if isinstance(value, ast.Subscript):
        return f"Looks up {words.value(value)}"
    if isinstance(value, ast.List):
        return (
            f"Lists {words.value(value)} as {spoken}" if value.elts else f"Starts an empty list for {spoken}"
        )
    if isinstance(value, ast.Dict):
        return f"Puts together {words.value(value)} as {spoken}"
    if isinstance(value, ast.JoinedStr):
        return f"Writes {spoken}: {words.value(value)}"
    return f"Sets {spoken} to {words.value(value)}"


def _call(value: ast.expr, node: ast.stmt, catalogue: Catalogue) -> str:
    if not isinstance(value, ast.Call):
        return f"Describes it: {words.value(value)}"
    if isinstance(value.func, ast.Attribute):
        return (
            f"Adds {words.value(value.args[0])} to {words.value(value.func.value)}" if value.args else "Looks"
        )
    name = value.func.id if isinstance(value.func, ast.Name) else ""
    first = words.value(value.args[0]) if value.args else ""
    if name == "run_shortcut":
        given = f" with {words.value(value.args[1])}" if len(value.args) > 1 else ""
        return f"Runs the shortcut {first}{given}"
    if name == "run_this_shortcut":
        return "Runs itself again"
    if name == "exit_shortcut":
        return f"Stops here and hands back {first}" if first else "Stops here"
    if name == "output":
        return f"Outputs {first}" if first else "Stops here"
    identifier = called_api(node, catalogue)
    if identifier is None:
        return f"Calls for {first}" if first else "Takes a value"
    return _api(value, catalogue.get(identifier) or Api(identifier), node)


def _api(call: ast.Call, api: Api, node: ast.stmt) -> str:
    given = {k.arg: k.value for k in call.keywords if k.arg is not None}
    fitting = [p for p in PHRASES.get(api.identifier, ()) if _fits(p, given)]
    if fitting:
        # the variants that name most parameters say most
        most = max(len(_FIELD.findall(p)) for p in fitting)
        best = [p for p in fitting if len(_FIELD.findall(p)) == most]
        return _FIELD.sub(lambda m: _field(given[m[1]], api, m[1]), best[_pick(node, len(best))])
    clause = re.split(r"[,;:] ", api.description or _title_clause(api), maxsplit=1)[0].rstrip(".")
    subject = _subject(api, given)
    return f"{clause}: {words.value(subject)}" if subject is not None else clause


def _fits(phrase: str, given: dict[str, ast.expr]) -> bool:
    if not all(field in given for field in _FIELD.findall(phrase)):
        return False
    if phrase not in NEEDS:
        return True
    name, wanted = NEEDS[phrase]
    node = given.get(name)
    if wanted is None:
        return node is None
    return isinstance(node, ast.Constant) and node.value == wanted


def _field(node: ast.expr, api: Api, name: str) -> str:
    """A parameter's value; a choice without quotes, as it is a word of the phrase."""
    kind = next((p.type for p in api.parameters if p.name == name), "any")
    return words.value(node).strip("“”") if kind == "choice" else words.value(node)


def _subject(api: Api, given: dict[str, ast.expr]) -> ast.expr | None:
    """The value a call is about: its input, else what it needs, else the first it gives; no switches."""
    given = {
        k: v for k, v in given.items() if not (isinstance(v, ast.Constant) and isinstance(v.value, bool))
    }
    needed = [p.name for p in api.parameters if p.required]
    for name in [api.input or "", *needed, *given]:
        if name in given:
            return given[name]
    return None


def _title_clause(api: Api) -> str:
    if api.title:
        return f"Does: {api.title}"
    return f"Calls {words.spoken(api.identifier.rsplit('.', 1)[-1]).removesuffix(' intent')}"


def _pick(node: ast.stmt, count: int) -> int:
    """A number below count that only depends on the statement, so that phrases vary but repeat runs agree."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    call = getattr(node, "value", None)
    values = [k.value for k in call.keywords] if isinstance(call, ast.Call) else []
    plain = [v.id if isinstance(v, ast.Name) else getattr(v, "value", "") for v in (target, *values)]
    key = " ".join(part for part in plain if isinstance(part, str))
    return zlib.crc32(key.encode("utf-8", "replace")) % count


def _capped(text: str, most: int = MAX_WORDS) -> str:
    text = _one_line(text)
    split = text.split()
    if len(split) > most:
        text = " ".join(split[:most]).rstrip(" ,;:(")
        if text.count("“") > text.count("”"):
            text += "…”"
        return text.rstrip(".") + ("" if text.endswith("”") else " …")
    return text if text.rstrip("”").endswith(("?", "!", "…", ".")) else f"{text}."


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


_VERB = re.compile(r"^(\w+?)(ies|ches|shes|sses|xes|oes|s)\b")


def _imperative(text: str) -> str:
    """`Fetches a page` → `Fetch a page`, `Checks whether x` → `If x`."""
    if text.startswith("Checks whether "):
        return f"If {text.removeprefix('Checks whether ')}"
    match = _VERB.match(text)
    if not match:
        return text
    stem, ending = match[1], match[2]
    verb = {"ies": stem + "y", "s": stem}.get(ending, stem + ending[:-2])
    rest = text[match.end() :].replace(" and offers ", " and offer ").replace(" or plays on", " or play on")
    return verb + rest
