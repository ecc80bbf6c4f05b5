"""The real files: every one is read, transcribed and parses; what the code says is what the file holds."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.shortcuts.meaning import meaning
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.stats import stats_of, stats_of_code
from wfllm.shortcuts.syntax import blocks_of, preorder
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.unparse import escape_newer


@pytest.fixture(scope="module", params=[10, pytest.param(1, marks=pytest.mark.slow)])
def sources(shared_data: Path, request: pytest.FixtureRequest) -> list[Source]:
    """Every tenth file, or all."""
    paths = find(str(shared_data / "shortcuts"))[:: request.param]
    found = [source for path in paths for source in read(path)]
    assert len(found) == {1: 356, 10: 36}[request.param]
    assert [s.error for s in found if s.error] == []
    return found


@pytest.fixture(scope="module")
def transcripts(sources: list[Source]) -> list[Transcript]:
    return [transcribe(build_tree(s.plist, s.name)) for s in sources if s.plist is not None]


def test_every_code_parses_and_is_what_ast_prints(transcripts: list[Transcript]) -> None:
    for made in transcripts:
        tree = ast.parse(made.code)
        lines = made.code.split("\n")
        for placed in preorder(tree):
            if not blocks_of(placed.node):
                line = lines[placed.node.lineno - 1].strip()
                assert line == escape_newer(ast.unparse(placed.node)), made.workflow.name


def test_every_action_has_its_statement(transcripts: list[Transcript]) -> None:
    for made in transcripts:
        seen = [p.index for p in made.statements if p.index >= 0]
        assert sorted(seen) == list(range(len(made.workflow.actions))), made.workflow.name
        lines = made.code.splitlines()
        assert all(lines[p.line - 1].strip() for p in made.statements)


def test_raw_is_rare(transcripts: list[Transcript]) -> None:
    kinds = [kind for made in transcripts for kind in made.raws]
    assert len(kinds) <= 10, kinds


def test_counts_of_code_are_counts_of_the_file(transcripts: list[Transcript]) -> None:
    for made in transcripts:
        if made.notes:
            continue  # a block that is never closed counts as closed in code
        of_file, of_code = stats_of(made.workflow), stats_of_code(made.code)
        assert of_code is not None
        assert (of_code.ifs, of_code.loops) == (of_file.ifs, of_file.loops), made.workflow.name


def test_code_and_sidecar_give_the_identical_file(
    transcripts: list[Transcript], sources: list[Source]
) -> None:
    for made, source in zip(transcripts, sources, strict=True):
        sidecar = json.loads(json.dumps(made.sidecar))
        assert same(compile_code(made.code, sidecar, made.data), source.plist), source.name


def test_code_alone_reads_as_the_same_code(transcripts: list[Transcript]) -> None:
    for made in transcripts:
        alone = compile_code(made.code, None, made.data)
        again = transcribe(build_tree(alone, made.workflow.name))
        assert again.code == made.code, made.workflow.name


def test_code_alone_means_the_same(transcripts: list[Transcript], sources: list[Source]) -> None:
    apis = load_catalogue()
    for made, source in zip(transcripts, sources, strict=True):
        assert source.plist is not None
        alone = compile_code(made.code, None, made.data)
        assert meaning(alone, apis) == meaning(source.plist, apis), source.name
