"""Faults planted in legal code, one at a time, each with the rule that must find it."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue

Plant = Callable[[ast.Module, Catalogue, random.Random], bool]
"""Changes a tree in one place; False where there is no place for this fault."""


def plant(code: str, fault: Plant, catalogue: Catalogue, seed: int) -> str | None:
    """The code with one fault in it; None where there is no place for it."""
    tree = ast.parse(code)
    return ast.unparse(tree) if fault(tree, catalogue, random.Random(seed)) else None


def _calls(tree: ast.Module, catalogue: Catalogue) -> Iterator[tuple[ast.Call, Api]]:
    """Calls of documented APIs that are not spread over `**`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            api = catalogue.by_name(node.func.id)
            if (
                api is not None
                and api.called
                and api.source == "shipped"
                and all(k.arg for k in node.keywords)
            ):
                yield node, api


def _misspelt(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return f"{name[:at]}q{name[at:]}"


def drop_required(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [
        (call, keyword)
        for call, api in _calls(tree, catalogue)
        for keyword in call.keywords
        if any(p.required and p.name == keyword.arg for p in api.parameters)
    ]
    if not places:
        return False
    call, keyword = chance.choice(places)
    call.keywords.remove(keyword)
    return True


def misspell_parameter(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [
        keyword
        for call, api in _calls(tree, catalogue)
        for keyword in call.keywords
        if any(p.name == keyword.arg for p in api.parameters)
    ]
    if not places:
        return False
    keyword = chance.choice(places)
    keyword.arg = _misspelt(str(keyword.arg), chance)
    return True


def misspell_api(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [call for call, _ in _calls(tree, catalogue)]
    if not places:
        return False
    name = chance.choice(places).func
    assert isinstance(name, ast.Name)
    name.id = f"{name.id}{chance.choice('qxz')}"
    return True


def misspell_choice(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = _values(tree, catalogue, "choice")
    if not places:
        return False
    value = chance.choice(places)
    value.value = _misspelt(str(value.value) + " ", chance)
    return True


def wrong_type(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [*_values(tree, catalogue, "number"), *_values(tree, catalogue, "boolean")]
    if not places:
        return False
    chance.choice(places).value = "neither"
    return True


def _values(tree: ast.Module, catalogue: Catalogue, kind: str) -> list[ast.Constant]:
    return [
        keyword.value
        for call, api in _calls(tree, catalogue)
        for keyword in call.keywords
        for p in api.parameters
        if p.name == keyword.arg and p.type == kind and isinstance(keyword.value, ast.Constant)
    ]


def use_before_definition(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    """The only statement that sets a name moves behind all its uses."""
    stores = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    # Add to Variable sets a name, too
    stores += [
        n.value.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and n.attr == "append" and isinstance(n.value, ast.Name)
    ]
    loads = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    places = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and stores.count(node.targets[0].id) == 1
        and node.targets[0].id in loads
    ]
    if not places:
        return False
    node = chance.choice(places)
    tree.body.remove(node)
    tree.body.append(node)
    return True


def undefined_name(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [
        keyword
        for call, api in _calls(tree, catalogue)
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Name) and any(p.name == keyword.arg for p in api.parameters)
    ]
    if not places:
        return False
    chance.choice(places).value = ast.Name("nobody_has_set_this", ast.Load())
    return True


def method_of_python(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [keyword for call, _ in _calls(tree, catalogue) for keyword in call.keywords]
    if not places:
        return False
    keyword = chance.choice(places)
    keyword.value = ast.Call(ast.Attribute(keyword.value, "upper", ast.Load()), [], [])
    return True


def arithmetic(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [keyword for call, _ in _calls(tree, catalogue) for keyword in call.keywords]
    if not places:
        return False
    keyword = chance.choice(places)
    keyword.value = ast.BinOp(keyword.value, ast.Add(), ast.Constant(1))
    return True


def positional(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [call for call, _ in _calls(tree, catalogue) if call.keywords]
    if not places:
        return False
    chance.choice(places).args.append(ast.Constant("by position"))
    return True


def loop_to_while(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [(i, node) for i, node in enumerate(tree.body) if isinstance(node, ast.For)]
    if not places:
        return False
    i, node = chance.choice(places)
    tree.body[i] = ast.While(ast.Constant(True), node.body, [])
    return True


def two_cases(tree: ast.Module, catalogue: Catalogue, chance: random.Random) -> bool:
    places = [
        (match, case)
        for match in ast.walk(tree)
        if isinstance(match, ast.Match)
        for case in match.cases
        if isinstance(case.pattern, ast.MatchValue)
        and isinstance(case.pattern.value, ast.Constant)
        and isinstance(case.pattern.value.value, str)
    ]
    if not places:
        return False
    match, case = chance.choice(places)
    match.cases.append(case)
    return True


def broken_block(code: str, chance: random.Random) -> str | None:
    """The first line inside some block loses its indentation."""
    nodes = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.If | ast.For | ast.match_case)]
    if not nodes:
        return None
    lines, at = code.split("\n"), chance.choice(nodes).body[0].lineno - 1
    lines[at] = lines[at].lstrip()
    return "\n".join(lines)


FAULTS: dict[str, tuple[Plant, str]] = {
    "drop_required": (drop_required, "missing-parameter"),
    "misspell_parameter": (misspell_parameter, "unknown-parameter"),
    "misspell_api": (misspell_api, "unknown-api"),
    "misspell_choice": (misspell_choice, "value"),
    "wrong_type": (wrong_type, "value"),
    "use_before_definition": (use_before_definition, "undefined-name"),
    "undefined_name": (undefined_name, "undefined-name"),
    "method_of_python": (method_of_python, "unknown-function"),
    "arithmetic": (arithmetic, "forbidden"),
    "positional": (positional, "arguments"),
    "loop_to_while": (loop_to_while, "forbidden"),
    "two_cases": (two_cases, "menu"),
}
"""Fault → how it is planted, and the rule that must find it."""
