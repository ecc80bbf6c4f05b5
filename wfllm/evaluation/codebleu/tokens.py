"""The tokens of a program, numbered from left to right, as the data flow reads them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from wfllm.evaluation.codebleu.parser import SyntaxTree, grammar


@dataclass
class Tokens:
    """A string is one token, comments are none, and keywords, operators and brackets are left out."""

    first: list[int]  # node -> number of the first token at or behind it, in pre-order; and the number of all
    texts: list[str] = field(default_factory=list)  # token -> text
    identifiers: list[bool] = field(default_factory=list)  # token -> is it a name
    same_place: dict[int, int] = field(default_factory=dict)  # token that stands for another -> the other


def number_tokens(tree: SyntaxTree, code: str, exact: bool) -> Tokens:
    """The tokens of `tree`.

    Args:
        code: the source of the tree.
        exact: see `TokenText`.
    """
    text = TokenText(code, tree.source, exact)
    python, kinds, stops = grammar(), tree.kinds, tree.stops
    present = set(kinds)
    names = {kind: python.kind_name(kind) for kind in present}
    comments = {kind for kind, name in names.items() if name == "comment"}
    identifiers = {kind for kind, name in names.items() if name == "identifier"}
    # Where texts are read at their place, an operator or keyword reads as its kind. Not those of two words:
    # `not` and `in` are both of the kind `not in`, and so count as tokens, as in the reference.
    plain = {
        kind
        for kind, name in names.items()
        if text.at_place and " " not in name and not python.is_named(kind)
    }
    tokens = Tokens([])
    is_token = bytearray(len(kinds) + 1)
    empty: dict[int, list[int]] = {}
    behind_string = 0  # the first node behind the string last seen: what it holds is no token
    for node, start, end in tree.texts:
        kind = kinds[node]
        if (kind in plain and start < end) or node < behind_string or kind in comments:
            continue
        if kind in python.strings:
            behind_string = stops[node]
        token = text.between(start, end)
        if token != names[kind]:
            is_token[node] = 1
            tokens.texts.append(token)
            tokens.identifiers.append(kind in identifiers)
            if start == end:
                empty.setdefault(start, []).append(len(tokens.texts) - 1)
    # Tokens that the parser supplied at one place are one token, the last.
    tokens.same_place = {token: group[-1] for group in empty.values() for token in group}
    tokens.first = [0, *accumulate(is_token)]
    return tokens


class TokenText:
    """The text of tokens by their byte offsets.

    Args:
        code: the source of the tree.
        exact: False repeats what the published score reads: byte columns used on lines of characters,
            which shifts every token behind a non-ASCII character of its line, and no line ends inside a
            token. True is the token's own text.
    """

    def __init__(self, code: str, source: bytes, exact: bool) -> None:
        self._code, self._source, self._exact = code, source, exact
        self._ascii = len(code) == len(source)
        self.at_place = self._ascii or exact  # no token is read at a shifted place
        if not self._ascii and not exact:
            self._lines = code.split("\n")
            self._line_starts = [0, *accumulate(len(line) + 1 for line in source.split(b"\n"))]

    def between(self, start: int, end: int) -> str:
        if self._ascii:
            text = self._code[start:end]
            return text if self._exact else text.replace("\n", "")
        if self._exact:
            return self._source[start:end].decode("utf-8", errors="replace")
        first = bisect_right(self._line_starts, start) - 1
        last = bisect_right(self._line_starts, end) - 1
        begin, stop = start - self._line_starts[first], end - self._line_starts[last]
        if first == last:
            return self._lines[first][begin:stop]
        return "".join([self._lines[first][begin:], *self._lines[first + 1 : last], self._lines[last][:stop]])
