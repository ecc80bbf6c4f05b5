"""Where the comments, strings and line joins of Python source are, the same on every Python version.

CodeBLEU as published drops comments and docstrings with `tokenize` of Python 3.11 and earlier. From 3.12 on
that module reads f-strings differently, so scores would depend on the interpreter. This scanner follows
the older rules (docs.python.org/3.11/library/tokenize.html) and reports only what has to change in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

COMMENT, DOCSTRING, BLANKS, JOIN = "comment", "docstring", "blanks", "join"

_BLANKS = re.compile(r"[ \t\f]*")
_PLAIN = re.compile(r"""[^'"#()\[\]{}\\\r\n\t\f]*""")
_INLINE_COMMENT = re.compile(r"#[^\r\n]*")
_NEWLINE = re.compile(r"\r?\n")
_JOIN = re.compile(r"\\\r?\n")
_STARTS_TOKEN = re.compile(r"""\w|[-+*/%&|^~<>=:;,.@()\[\]{}#]|!=|\\?\r?\n""")
_PREFIXES = {"", "b", "r", "u", "f", "br", "rb", "fr", "rf"}
_TRIPLE_REST = {
    "'": re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
    '"': re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
}
# A one-line string ends in its quote, or in a backslash that carries it over to the next line.
_SINGLE_REST = {
    "'": re.compile(r"[^\n'\\]*(?:\\.[^\n'\\]*)*('|\\\r?\n)"),
    '"': re.compile(r'[^\n"\\]*(?:\\.[^\n"\\]*)*("|\\\r?\n)'),
}
_CARRIED_REST = {
    "'": re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'"),
    '"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"'),
}


class Mark(NamedTuple):
    """A stretch `source[start:end]` that the CodeBLEU clean-up may replace, and why."""

    start: int
    end: int
    kind: str


class DoesNotTokenise(ValueError):  # noqa: N818 - says what happened
    """A bracket or triple-quoted string never ends, or an indentation fits no enclosing block."""


def scan(source: str) -> list[Mark]:
    """Marks of `source` in order, none overlapping.

    COMMENT: from `#` to the end of the line. DOCSTRING: a string that begins its line in column 0, or
    begins a statement that follows a line end or a deeper indentation (prefix included). BLANKS: white
    space holding a tab or form feed that is not a new indentation. JOIN: backslash-newline with the blanks
    before it.

    Raises:
        DoesNotTokenise: the source has no complete token stream.
    """
    return _Scanner(source).run()


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.marks: list[Mark] = []
        self.depth = 0  # of brackets; below zero after a stray closing one, as tokenize counts
        self.joined = False  # the line before ended in a backslash
        self.fresh = True  # the last token was a statement's end or a deeper indentation
        self.unfinished = False  # a string carried over to another line broke off there
        self.indents = [0]
        self.open_ended = {"'": -1, '"': -1}  # quote -> end of the line where it is known to have no partner

    def run(self) -> list[Mark]:
        position, end = 0, len(self.source)
        while position < end:
            position = self._line(position)
        if self.depth or self.joined:
            raise DoesNotTokenise("the last statement never ends")
        return self.marks

    def _line(self, start: int) -> int:
        """Scan one line (more where a string or an unfinished token carries on); where the next begins."""
        source = self.source
        begin = self._skip_blanks(start)
        if self.depth or self.joined:
            self.joined = False
            self._mark_blanks(start, begin, before_token=self._token_at(begin))
            return self._tokens(start, begin, start)
        if begin == len(source):
            return begin
        first = source[begin]
        if first in "#\r\n":
            self.fresh = False
            stop = self._line_end(begin)
            self._mark_blanks(start, begin)
            if first == "#":
                self.marks.append(Mark(begin, begin + len(source[begin:stop].rstrip("\r\n")), COMMENT))
            return stop
        before = self.indents[-1]
        self._indentation(source[start:begin])
        if self.indents[-1] <= before:
            self._mark_blanks(start, begin)
        # A changed indentation is a token of its own, which stays even where a line join follows at once.
        return self._tokens(start, begin, start if self.indents[-1] == before else begin)

    def _indentation(self, blanks: str) -> None:
        """Account for a statement's leading white space."""
        column = 0
        for blank in blanks:
            column = 0 if blank == "\f" else (column // 8 + 1) * 8 if blank == "\t" else column + 1
        if column > self.indents[-1]:
            self.indents.append(column)
            self.fresh = True
        while column < self.indents[-1]:
            self.indents.pop()
            if column > self.indents[-1]:
                raise DoesNotTokenise("an indentation fits no enclosing block")
            self.fresh = False

    def _tokens(self, line_start: int, position: int, join_floor: int) -> int:
        """Scan from the first token of a line; white space before `join_floor` outlives a line join."""
        source, end = self.source, len(self.source)
        begin = position  # of the line's first token
        while position < end:
            plain_end = _PLAIN.match(source, position).end()  # type: ignore[union-attr]
            at_first = position == begin
            plain_start, position = position, plain_end
            if position == end:
                break
            char = source[position]
            if char in "'\"":
                stop, is_string = self._string(position)
                if is_string and at_first and source[plain_start:plain_end].lower() in _PREFIXES:
                    if self.fresh or plain_start == line_start:
                        self.marks.append(Mark(plain_start, stop, DOCSTRING))
                elif not is_string and stop > position + 1:
                    self.fresh = False
                    return stop  # an unfinished string takes its whole last line with it
                position = stop
            elif char in "([{":
                self.depth += 1
                position += 1
            elif char in ")]}":
                self.depth -= 1
                position += 1
            elif char in "\r\n" and (newline := _NEWLINE.match(source, position)):
                self.fresh = self.depth <= 0
                return newline.end()
            elif char == "\\" and (join := _JOIN.match(source, position)):
                self._mark_join(join_floor, position, join.end())
                self.joined = True
                self.fresh = self.fresh and position == begin  # a line join is no token
                return join.end()
            elif char == "#":
                stop = _INLINE_COMMENT.match(source, position).end()  # type: ignore[union-attr]
                self.marks.append(Mark(position, stop, COMMENT))
                position = stop
            elif char in "\t\f":
                stop = self._skip_blanks(position)
                self._mark_blanks(position, stop, before_token=self._token_at(stop))
                position = stop
            else:  # a stray backslash or carriage return
                position += 1
            self.fresh = False
        return end

    def _string(self, quote_at: int) -> tuple[int, bool]:
        """Where the string that a quote opens stops, and whether it is one; a stray quote stops at once."""
        source, quote = self.source, self.source[quote_at]
        if source.startswith(quote * 3, quote_at):
            triple = _TRIPLE_REST[quote].match(source, quote_at + 3)
            if self.unfinished and (triple is None or "\n" in triple.group()):
                return self._carried_string(self._line_end(quote_at), _TRIPLE_REST[quote])
            if triple is None:
                raise DoesNotTokenise("a triple-quoted string never ends")
            return triple.end(), True
        if quote_at < self.open_ended[quote]:
            return quote_at + 1, False
        single = _SINGLE_REST[quote].match(source, quote_at + 1)
        if single is None:
            # Remembered, or a line of escaped quotes would be searched once for each of them.
            self.open_ended[quote] = self._line_end(quote_at)
            return quote_at + 1, False
        if single.group(1) == quote:
            return single.end(), True
        return self._carried_string(single.end(), _CARRIED_REST[quote])

    def _carried_string(self, line_start: int, rest: re.Pattern[str]) -> tuple[int, bool]:
        """Follow a string that every line but its last carries on with a backslash at its end.

        After one that breaks off, tokenize holds the next triple-quoted string over several lines to the
        same rule; so does this.
        """
        while line_start < len(self.source):
            line_end = self._line_end(line_start)
            closing = rest.match(self.source, line_start, line_end)
            if closing:
                self.unfinished = False
                return closing.end(), True
            if not self.source.endswith(("\\\n", "\\\r\n"), line_start, line_end):
                self.unfinished = True
                return line_end, False
            line_start = line_end
        raise DoesNotTokenise("a string never ends")

    def _token_at(self, position: int) -> bool:
        char = self.source[position : position + 1]
        if char and char in "'\"":
            return position >= self.open_ended[char] and (
                self.source.startswith(char * 3, position)
                or _SINGLE_REST[char].match(self.source, position + 1) is not None
            )
        return _STARTS_TOKEN.match(self.source, position) is not None

    def _mark_blanks(self, start: int, end: int, before_token: bool = True) -> None:
        # tokenize reads blanks before a character it does not know as tokens of their own: they stay.
        if start < end and before_token and self.source[start:end].strip(" "):
            self.marks.append(Mark(start, end, BLANKS))

    def _mark_join(self, floor: int, backslash: int, end: int) -> None:
        last = self.marks[-1] if self.marks else None
        if last and last.kind == BLANKS and last.end == backslash and last.start >= floor:
            backslash = self.marks.pop().start
        floor = max(floor, self.marks[-1].end if self.marks else 0)
        blanks = len(self.source[floor:backslash]) - len(self.source[floor:backslash].rstrip(" \t\f"))
        self.marks.append(Mark(backslash - blanks, end, JOIN))

    def _skip_blanks(self, position: int) -> int:
        return _BLANKS.match(self.source, position).end()  # type: ignore[union-attr]

    def _line_end(self, position: int) -> int:
        newline = self.source.find("\n", position)
        return len(self.source) if newline < 0 else newline + 1
