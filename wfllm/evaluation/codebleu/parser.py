"""Python source to a flat syntax tree, with tree-sitter; also for source that does not parse."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import tree_sitter
import tree_sitter_python


@dataclass(frozen=True)
class Grammar:
    """The installed Python grammar, with its names by number."""

    language: tree_sitter.Language
    names: list[str]  # node kind -> name; ERROR_KIND is not in it
    named: list[bool]  # node kind -> does it count in a tree's written form (keywords and brackets do not)
    strings: frozenset[int]  # kinds of whole strings, f-strings among them
    fields: int  # field numbers are below this
    left: int
    right: int
    name: int
    value: int

    def kind_name(self, kind: int) -> str:
        return "ERROR" if kind == ERROR_KIND else self.names[kind]

    def is_named(self, kind: int) -> bool:
        return kind == ERROR_KIND or self.named[kind]


ERROR_KIND = 65535  # what tree-sitter numbers the nodes that hold what it could not parse


@cache
def grammar() -> Grammar:
    """The grammar of the installed tree-sitter-python. Works from 0.22.3/0.21.0 to 0.26.1/0.25.0."""
    language = tree_sitter.Language(tree_sitter_python.language())
    kinds = range(language.node_kind_count)
    names = [language.node_kind_for_id(kind) or "" for kind in kinds]
    named = [bool(language.node_kind_is_named(kind)) for kind in kinds]
    fields = [language.field_id_for_name(name) for name in ("left", "right", "name", "value")]
    left, right, name, value = (number or 0 for number in fields)
    return Grammar(
        language,
        names,
        named,
        strings=frozenset(kind for kind in kinds if named[kind] and names[kind] == "string"),
        fields=language.field_count + 1,
        left=left,
        right=right,
        name=name,
        value=value,
    )


@dataclass
class SyntaxTree:
    """A tree as parallel lists over its nodes in pre-order; node 0 is the root.

    The children of node i are the nodes j = i + 1, then j = stops[j], while j < stops[i].
    """

    source: bytes  # UTF-8
    kinds: list[int] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)  # the node's field in its parent, 0: none
    stops: list[int] = field(default_factory=list)  # number of the first node behind the subtree
    texts: list[tuple[int, int, int]] = field(default_factory=list)
    """Node, first byte and the byte behind its last, of each node without children and each string."""
    missing: set[int] = field(default_factory=set)  # tokens that the parser supplied
    errors: dict[int, str] = field(default_factory=dict)  # error without children -> as the parser writes it

    def children(self, node: int) -> list[int]:
        found = []
        child, stop = node + 1, self.stops[node]
        while child < stop:
            found.append(child)
            child = self.stops[child]
        return found


def parse(code: str) -> SyntaxTree:
    """Parse any text. Lone surrogates, which UTF-8 cannot hold, are read as `?`.

    The walk is a cursor's, so no depth of nesting exhausts a stack.
    """
    source = code.encode("utf-8", errors="replace")
    tree = SyntaxTree(source)
    cursor = tree_sitter.Parser(grammar().language).parse(source).walk()
    enter, onward, leave = cursor.goto_first_child, cursor.goto_next_sibling, cursor.goto_parent
    kinds, fields, stops, texts = tree.kinds, tree.fields, tree.stops, tree.texts
    strings = grammar().strings
    path: list[int] = []
    number = -1
    while True:
        node = cursor.node
        assert node is not None
        number += 1
        kind = node.kind_id
        kinds.append(kind)
        fields.append(cursor.field_id or 0)
        stops.append(number + 1)
        if enter():
            path.append(number)
            if kind in strings:
                texts.append((number, node.start_byte, node.end_byte))
            continue
        start, end = node.start_byte, node.end_byte
        texts.append((number, start, end))
        if start == end and node.is_missing:
            tree.missing.add(number)
        if kind == ERROR_KIND:
            tree.errors[number] = str(node)  # names the character it failed on
        while not onward():
            if not leave():
                return tree
            stops[path.pop()] = number + 1
