"""The three ways comments leave code before it is scored."""

from __future__ import annotations

from wfllm.evaluation.codebleu.lexer import BLANKS, COMMENT, DoesNotTokenise, Mark, scan


def strip_comments_paper(code: str) -> str:
    """`code` as the paper's released evaluation strips it: every line cut at its first `#`.

    The cut falls inside strings too (`"#fff"` loses its end), so this is kept only to reproduce the
    paper's numbers. Scores of our own use `strip_comments_fixed`.
    """
    return "\n".join(line.partition("#")[0] for line in code.split("\n"))


def strip_comments_fixed(code: str) -> str:
    """`code` without its comments, everything else as it stands.

    A comment goes with the blanks before it; a line that held nothing else goes whole. A `#` inside a
    string is no comment. Where the code does not tokenise (a bracket or triple quote never closed, an
    indentation that fits no block) no one can tell the two apart for certain; then exactly the lines whose
    first character other than blanks is `#` go, and every other line stays whole.
    """
    try:
        marks = scan(code)
    except DoesNotTokenise:
        return "\n".join(line for line in code.split("\n") if not line.lstrip().startswith("#"))
    kept: list[str] = []
    position = 0
    for mark in marks:
        if mark.kind == COMMENT:
            start, end = _with_its_blanks(code, mark)
            kept.append(code[position:start])
            position = end
    return "".join(kept) + code[position:]


def _with_its_blanks(code: str, comment: Mark) -> tuple[int, int]:
    start, end = comment.start, comment.end
    while start and code[start - 1] in " \t\f":
        start -= 1
    if start == 0 or code[start - 1] == "\n":  # alone on its line: the line end goes too
        newline = code.find("\n", end)
        end = len(code) if newline < 0 else newline + 1
    return start, end


def strip_for_trees(code: str) -> str:
    """`code` as CodeBLEU prepares it for its syntax and data-flow parts (source: package codebleu 0.7.0).

    Comments, docstrings, strings that begin a line in column 0, backslash line joins and blank lines go;
    tabs between tokens become spaces. Code that does not tokenise stays as it is.
    """
    try:
        marks = scan(code)
    except DoesNotTokenise:
        return code
    kept: list[str] = []
    position = 0
    for start, end, kind in marks:
        kept.append(code[position:start])
        position = end
        if kind == BLANKS:
            kept.append(" " * (end - start))
    kept.append(code[position:])
    return "\n".join(line for line in "".join(kept).split("\n") if line.strip())
