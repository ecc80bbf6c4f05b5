"""One statement in words: its API's phrase or description, with the values that matter."""

from __future__ import annotations

import ast
import re
import zlib

from wfllm.bench.thoughts import words
from wfllm.bench.thoughts.phrases import NEEDS, PHRASES
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.comments import called_api

MAX_WORDS = 14
_FIELD = re.compile(r"\{(\w+)\}")


def says(node: ast.stmt, catalogue: Catalogue) -> str:
    """What a statement does, in the third person, neither shortened nor ended."""
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
    titles = [case_title(case).strip("“”") for case in node.cases]
    prompt = ""
    if isinstance(node.subject, ast.Call) and node.subject.args:
        first = node.subject.args[0]
        prompt = words.value(first) if isinstance(first, (ast.Constant, ast.JoinedStr)) else ""
    offered = ", ".join(titles[:3]) + (" and more" if len(titles) > 3 else "")
    return f"Asks {prompt} and offers {offered}" if prompt.startswith("“") else f"Offers {offered}"


def case_title(case: ast.match_case) -> str:
    """The title of a menu's branch, in quotes."""
    title = case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None
    return one_line(words.value(title)) if title is not None else "Else"


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


def capped(text: str, most: int = MAX_WORDS) -> str:
    """One line of at most so many words with its full stop; what is cut is marked."""
    text = one_line(text)
    split = text.split()
    if len(split) > most:
        text = " ".join(split[:most]).rstrip(" ,;:(")
        if text.count("“") > text.count("”"):
            text += "…”"
        return text.rstrip(".") + ("" if text.endswith("”") else " …")
    return text if text.rstrip("”").endswith(("?", "!", "…", ".")) else f"{text}."


def one_line(text: str) -> str:
    """Text without line ends and characters that do not print."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


_VERB = re.compile(r"^(\w+?)(ies|ches|shes|sses|xes|oes|s)\b")


def imperative(text: str) -> str:
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
