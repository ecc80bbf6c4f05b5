"""What we compile has the shapes of real files: no parameter holds a kind of value that no file has there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.shortcuts.build import act, att, plist, txt, var
from tests.shortcuts.shapes import Shapes
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

STARTER = Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter"
NUMBER = (
    "fields of numbers hold a number, a text that spells it, or a reference; seldom all three in a few files"
)
SWITCH = "property lists hold a switch as true or as 1; both are the same number to who reads them"
CONSTANT = "a choice where the files at hold a variable"
EXPLAINED: list[tuple[str, str]] = [
    (r" (rss|searchpodcasts) \w+: int, not float", NUMBER),
    (r" image\.crop WFImageCrop(Width|Height): int, not ", NUMBER),
    (r" text\.match\.getgroup WFGroupIndex: int, not float or str", NUMBER),
    (r" math WF\w+: int, not ", NUMBER),
    (r" makegif WFMakeGIFActionDelayTime: float, not ", NUMBER),
    (r" number\.random WFRandomNumberMaximum: WFTextTokenAttachment, not int or str", NUMBER),
    (r" com\.sindresorhus\.Actions\.\w+Intent (width|height|length|maximumLength): \w+, not str", NUMBER),
    (r" fm\.overcast\.overcast\.OCPlaybackSpeedIntent speed: int, not WFTextTokenAttachment", NUMBER),
    (r" (dnd|bluetooth|wifi)\.set (Enabled|OnValue): bool, not int", SWITCH),
    (r" overlaytext WFTextPosition: str, not WFTextTokenAttachment", CONSTANT),
    (r" addnewevent WFCalendarItemAllDay: bool, not WFTextTokenAttachment", CONSTANT),
    (r" selectphoto WFPhotoPickerTypes(\[\])?: ", "one type is a text, several are a list"),
    (
        r" getdistance WFGetDistanceDestination: WFTextTokenAttachment, not dict",
        "a place, or a reference to one",
    ),
    (
        r" addnewreminder WFCalendarItemNotes: WFTextTokenString, not str",
        "a text with tokens in a field of text",
    ),
    (r" @token Ask\.Prompt: str, not there", "the question of a token that asks; other files have it"),
    (
        r" health\.workout\.log \w+\.Value\.Magnitude: token ActionOutput, not token Variable",
        "either reference",
    ),
]
"""Where starter workflows are beside what the files at hand show, with the reason why that is right."""
OF_COMPILERS = re.compile(r"\d+ is\.workflow\.actions\.downloadurl @item 1\.WFValue\.Value")
"""Test files of a Swift library, which hold an item where a dictionary belongs, wrapped in other ways."""
PUBLISHED = {
    17: ["53 is.workflow.actions.image.resize WFImage: str, not WFTextTokenAttachment"],
    63: ["13 is.workflow.actions.getvariable WFVariable: str, not WFTextTokenAttachment"],
}
"""Published samples: loop variables are printed as texts there."""


@pytest.fixture(scope="module")
def sources(shared_data: Path) -> list[Source]:
    return [source for path in find(str(shared_data / "shortcuts")) for source in read(path)]


@pytest.fixture(scope="module")
def shapes(sources: list[Source]) -> Shapes:
    return Shapes(source.plist for source in sources if source.plist is not None)


def short(misfits: Iterable[str]) -> list[str]:
    return [m.replace(" is.workflow.actions.", " ") for m in misfits]


def test_shapes_tell_kinds_apart() -> None:
    seen = Shapes([plist(act("a", X=txt("\ufffc", at0=var("v")), N=3, L=["x"], Q={"A": 1}))])
    same = plist(act("a", UUID="U", X="plain", N=4, L=["y", "z"], Q={"A": 2}))
    assert seen.misfits(same) == ([], [])
    other = plist(act("a", X=att(var("v")), N=3.0, L=[1], Q={"B": 1}, Z=1), act("b", X="x"))
    wrong, unseen = seen.misfits(other)
    places = [w.partition(":")[0] for w in short(wrong)]
    assert [p for p in places if "@" not in p] == ["0 a X", "0 a N", "0 a L[]", "0 a Q.B"]
    assert short(wrong)[0] == "0 a X: WFTextTokenAttachment, not WFTextTokenString"
    assert [u.split(" ", 1)[1] for u in unseen] == ["Z int", "X str"]
    assert seen.misfits({**same, "WFWorkflowTypes": []})[0] == ["WFWorkflowTypes: list"]


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_code_alone_compiles_to_shapes_of_real_files(
    sources: list[Source], shapes: Shapes, step: int
) -> None:
    for source in sources[::step]:
        assert source.plist is not None
        made = transcribe(build_tree(source.plist, source.name))
        wrong, _ = shapes.misfits(compile_code(made.code, None, made.data))
        assert [w for w in wrong if not OF_COMPILERS.match(w)] == [], source.name


def test_starter_workflows_compile_to_shapes_of_real_files(shapes: Shapes) -> None:
    used: set[str] = set()
    for file in sorted(STARTER.rglob("*.py")):
        for misfit in short(shapes.misfits(compile_code(file.read_text(encoding="utf-8")))[0]):
            reasons = {pattern for pattern, _ in EXPLAINED if re.search(pattern, misfit)}
            assert reasons, f"{file.name}: {misfit}"
            used |= reasons
    assert used == {pattern for pattern, _ in EXPLAINED}, "an explanation that explains nothing"


def test_published_samples_compile_to_shapes_of_real_files(shapes: Shapes, shared_data: Path) -> None:
    rows = json.loads((shared_data / "workflowbench" / "data_samples.json").read_text("utf-8"))
    for number in (8, 14, 17, 22, 26, 28, 63):
        wrong, _ = shapes.misfits(compile_code(rows[number]["annotated_code"]))
        assert wrong == PUBLISHED.get(number, []), number
