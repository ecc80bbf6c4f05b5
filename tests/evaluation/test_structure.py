"""The metrics of structure: the right workflow scores 1, each planted error lowers what is about it."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.config import schema as s
from wfllm.evaluation.metrics import DETAILS, FAMILIES, LESS_IS_BETTER, Family
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.structure import compared, nesting_errors, structure
from wfllm.evaluation.structure.read import read_steps, steps_of
from wfllm.evaluation.structure.steps import Steps
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.names import LOOP_VARIABLE, RESULT
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

CATALOGUE = load_catalogue()
STARTER = sorted((Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter").rglob("*.py"))
REFERENCE = """\
city = input("Which city?")
weather = is_workflow_actions_weather_currentconditions(WFWeatherCustomLocation=city)
page = is_workflow_actions_downloadurl(WFURL="https://example.org/news")
note = f"Weather: {weather}"
is_workflow_actions_notification(WFNotificationActionBody=note, WFNotificationActionTitle="Morning")
if weather:
    is_workflow_actions_alert(WFAlertActionMessage=weather, WFAlertActionTitle="Look out")
else:
    is_workflow_actions_vibrate()
for Repeat_Index, Repeat_Item in enumerate(page, start=1):
    is_workflow_actions_openurl(WFInput=Repeat_Item)
    words = is_workflow_actions_count(Input=Repeat_Item, WFCountType="Words")
    Total.append(words)
is_workflow_actions_showresult(Text=f"{Total}")
"""
APIS = {"api_precision", "api_recall", "api_f1"}
ORDER = {"order_precision", "order_recall", "order_f1"}
FLOW = {"control_flow", "nest_selection", "nest_order"}
NESTED = {"nest_parameters", "nest_references"}
SHARES = set(FAMILIES["structure"]) - LESS_IS_BETTER


def scores(code: str | None, reference: str = REFERENCE) -> dict[str, float | None]:
    found = compared(reference, code, CATALOGUE)
    assert found.keys() == FAMILIES["structure"].keys()
    assert all(value is None or 0 <= value <= 1 for value in found.values())
    return found


def changed(old: str, new: str) -> str:
    assert REFERENCE.count(old) == 1
    return REFERENCE.replace(old, new)


def perfect(found: dict[str, float | None]) -> bool:
    return all(value in (None, 0.0 if name in LESS_IS_BETTER else 1.0) for name, value in found.items())


VIBRATE, DOWNLOAD = (
    "is_workflow_actions_vibrate()",
    'page = is_workflow_actions_downloadurl(WFURL="https://example.org/news")\n',
)
WEATHER = "weather = is_workflow_actions_weather_currentconditions(WFWeatherCustomLocation=city)\n"
BODY = REFERENCE[REFERENCE.index("for Repeat") : REFERENCE.index("is_workflow_actions_showresult")]
FLAT = BODY.partition("\n")[2].replace("    ", "").replace("Repeat_Item", "page")
PLANTED = {
    "an API swapped": (changed(VIBRATE, "is_workflow_actions_lockscreen()"), APIS | ORDER | FLOW),
    "a call dropped": (
        changed(VIBRATE, "pass"),
        {"api_recall", "api_f1", "order_recall", "order_f1"} | FLOW,
    ),
    "a call added": (
        changed(VIBRATE, f"{VIBRATE}\n    {VIBRATE}"),
        {"api_precision", "api_f1", "order_precision", "order_f1"} | FLOW,
    ),
    "two calls in another order": (
        changed(WEATHER + DOWNLOAD, DOWNLOAD + WEATHER),
        ORDER | {"control_flow", "nest_order"},
    ),
    "another value": (changed('"Morning"', '"Evening"'), {"nest_parameters"}),
    "another value of a step of the dialect": (changed("Which city?", "Where to?"), {"nest_parameters"}),
    "another parameter": (changed("WFNotificationActionTitle=", "Title="), {"nest_parameters"}),
    "a reference to something else": (changed("Message=weather", "Message=page"), NESTED),
    "a reference to something else in a text": (changed("{weather}", "{page}"), NESTED),
    "a test of something else": (changed("if weather", "if page"), NESTED),
    "the item of a repeat for its number": (changed("WFInput=Repeat_Item", "WFInput=Repeat_Index"), NESTED),
    "a value for a reference": (changed("Message=weather", 'Message="weather"'), NESTED),
    "a reference for a value": (changed('Title="Morning"', "Title=city"), NESTED),
    "a reference left out": (changed("WFAlertActionMessage=weather, ", ""), NESTED),
    "a branch removed": (
        changed(f"else:\n    {VIBRATE}\n", ""),
        {"api_recall", "api_f1", "order_recall", "order_f1"} | FLOW,
    ),
    "a loop flattened": (REFERENCE.replace(BODY, FLAT), FLOW | NESTED),
}  # fmt: skip


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_lowers_what_is_about_it_and_nothing_else(error: str) -> None:
    code, lowered = PLANTED[error]
    found = scores(code)
    assert {name for name in SHARES if found[name] != 1} == lowered
    assert perfect(scores(code, reference=code))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("a reference left out", "omission"),
        ("a value for a reference", "literal"),
        ("a reference to something else", "wrong"),
        ("a reference for a value", "hallucination"),
    ],
)
def test_each_error_of_nesting_is_counted_as_its_kind(error: str, kind: str) -> None:
    code = PLANTED[error][0]
    counted = nesting_errors(REFERENCE, code, CATALOGUE)
    right = nesting_errors(REFERENCE, REFERENCE, CATALOGUE)
    assert counted is not None
    assert right is not None
    kinds = ("omission", "literal", "wrong", "hallucination")
    assert {k: getattr(counted, k) for k in kinds} == {**dict.fromkeys(kinds, 0), kind: 1}
    assert [getattr(right, k) for k in kinds] == [0] * 4
    of = right.plain if kind == "hallucination" else right.nested
    assert scores(code)[f"nest_{kind}"] == 1 / of


def test_a_worse_error_lowers_a_score_further() -> None:
    alike, other = (scores(changed("Which city?", text)) for text in ("Which town?", "Tell me."))
    assert (alike["nest_parameters"] or 0) > (other["nest_parameters"] or 0)
    one = changed("Message=weather", "Message=page")
    two = one.replace("{weather}", "{page}")
    assert (scores(one)["nest_references"] or 0) > (scores(two)["nest_references"] or 0) > 0


@pytest.mark.parametrize(
    "code", [None, "", "no code", "if x:", "(" * 5000, "x = 1\n" * 100_000, "#" * 10_000_000, "\ud800"]
)
def test_code_that_cannot_be_read_scores_nothing(code: str | None) -> None:
    found = scores(code)
    assert {found[name] for name in SHARES} == {0}
    assert {name: found[name] for name in LESS_IS_BETTER} == {
        "nest_omission": 1, "nest_literal": 0, "nest_wrong": 0, "nest_hallucination": 0,
    }  # fmt: skip


def test_a_reference_that_cannot_be_read_says_nothing() -> None:
    assert set(scores(REFERENCE, reference="if x:").values()) == {None}
    assert nesting_errors("if x:", REFERENCE, CATALOGUE) is None


def test_the_table_a_run_ends_with_is_short() -> None:
    default: list[Family] = ["codebleu", "checks", "structure"]
    shown = [m for family in default for m in FAMILIES[family] if m not in DETAILS]
    assert len(shown) <= 12
    assert not LESS_IS_BETTER - DETAILS  # it colours a gain green


@pytest.mark.slow
def test_processes_change_no_score() -> None:
    codes = [code for code, _ in PLANTED.values()]
    predictions = [Prediction(str(i), "", [], "", code, REFERENCE) for i, code in enumerate(codes)]
    alone = structure(predictions, CATALOGUE, s.Metrics(name="test"))
    assert structure(predictions, CATALOGUE, s.Metrics(name="test", n_jobs=2)) == alone
    assert alone == [scores(code) for code in codes]


def test_none_where_the_reference_has_nothing_of_the_kind() -> None:
    found = scores(REFERENCE, reference="is_workflow_actions_vibrate()\n")
    assert {name for name, value in found.items() if value is None} == {
        "nest_order", "nest_parameters", "nest_references", *LESS_IS_BETTER,
    }  # fmt: skip
    assert {name for name, v in scores("pass", reference='x = "a"\n').items() if v is None} >= APIS | ORDER
    assert set(scores(REFERENCE, reference="# nothing\n'a remark'\n").values()) == {None}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("for x in page:\n f_a(X=x)\n", "for i, Item in enumerate(page, start=1):\n f_a(X=Item)\n"),
        ("for Repeat_Index in range(1, n + 1):\n f_a(X=Repeat_Index)\n", "for i in range(n):\n f_a(X=i)\n"),
        ('x = "a" + str(y)\n', 'x = f"a{y}"\n'),
        ("f_a(X=g_b())\n", "y = g_b()\nf_a(X=y)\n"),
        ("y = g_b()\nName = y\nf_a(X=Name)\nName = y\n", "y = g_b()\nName = y\nf_a(X=y)\nName = y\n"),
        ("f_a(**{'X': 3})\n", "f_a(X=3.0)\n"),
        ("if a:\n    f_a()\nelif b:\n    g_b()\n", "if a:\n    f_a()\nelse:\n    if b:\n        g_b()\n"),
    ],
)  # fmt: skip
def test_ways_of_writing_the_same_are_the_same(one: str, other: str) -> None:
    assert perfect(scores(one, other))
    assert perfect(scores(other, one))


@pytest.mark.parametrize(
    ("code", "sources"),
    [
        ("x = f_a()\nif x:\n    y = g_b()\nh_c(Z=y)\n", {2}),
        ("x = f_a()\ny = x\nif x:\n    y = g_b()\nh_c(Z=y)\n", {0, 3}),
        ("x = f_a()\nif x:\n    y = x\nelse:\n    y = g_b()\nh_c(Z=y)\n", {0, 3}),
        ("x = f_a()\nfor i in x:\n    h_c(Z=y)\n    y = g_b()\n", {3}),
        ("y = f_a()\nfor i in y:\n    for j in y:\n        h_c(Z=y)\n    y = g_b()\n", {0, 4}),
        ("y = f_a()\nfor i in y:\n    y = g_b()\n    h_c(Z=y)\n", {2}),
        ("x = f_a()\nif x:\n    If_Result = x\nelse:\n    If_Result = g_b()\nh_c(Z=If_Result)\n", {0, 2}),
        ("a = f_a()\nName.append(a)\nb = g_b()\nName.append(b)\nh_c(Z=Name)\n", {0, 2}),
    ],
)
def test_a_reference_is_to_all_that_a_name_may_hold(code: str, sources: set[int]) -> None:
    steps = read_steps(code, CATALOGUE)
    assert steps is not None
    assert {output.step for output, _, name in steps.edges() if name == "Z"} == sources


def renamed(code: str, seed: int) -> Steps | None:
    """The steps of code in which every name of a variable or an output is another."""
    tree = ast.parse(code)
    functions = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    places = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in functions]
    old = sorted({n.id for n in places if not RESULT.fullmatch(n.id) and not LOOP_VARIABLE.fullmatch(n.id)})
    new = [f"other_{i}" for i in range(len(old))]
    random.Random(seed).shuffle(new)
    table = dict(zip(old, new, strict=True))
    for node in places:
        node.id = table.get(node.id, node.id)
    return steps_of(tree, CATALOGUE)


@settings(max_examples=25)
@given(st.sampled_from(STARTER), st.integers(0, 2**32))
def test_renaming_variables_changes_no_step(path: Path, seed: int) -> None:
    code = path.read_text(encoding="utf-8")
    assert renamed(code, seed) == read_steps(code, CATALOGUE)


def test_renaming_variables_moves_no_score() -> None:
    other = PLANTED["a reference to something else"][0]
    for code in (REFERENCE, other):
        text = code
        for old, new in (
            ("weather", "a"),
            ("page", "weather"),
            ("city", "page"),
            ("Total", "b"),
            ("note", "c"),
        ):
            text = re.sub(rf"(?<![\w\"]){old}(?=[,)}}:]| =|\.append)", new, text)
        assert text != code
        assert scores(text) == scores(code)


@pytest.mark.parametrize("part", range(8))
def test_every_starter_workflow_is_like_itself(part: int) -> None:
    for path in STARTER[part :: 8 * 4]:  # a quarter; the slow test has the real ones
        code = path.read_text(encoding="utf-8")
        assert perfect(scores(code, reference=code)), path.name


@pytest.mark.slow
def test_every_workflow_is_like_itself_whatever_its_names(shared_data: Path) -> None:
    real = [
        transcribe(build_tree(source.plist, source.name)).code
        for path in find(str(shared_data / "shortcuts"))
        for source in read(path)
        if source.plist is not None
    ]
    assert len(real) == 356
    for number, code in enumerate([*real, *(path.read_text(encoding="utf-8") for path in STARTER)]):
        assert perfect(scores(code, reference=code)), number
        assert renamed(code, number) == read_steps(code, CATALOGUE), number


HOSTILE = {
    "many calls": "x_a(Y='z w', Z=1)\n" * 4_500,
    "many names in branches": "if a:\n    x = f_a()\n" * 2_000 + "g_b(X=x)\n" * 2_000,
    "a text that doubles": "x = f_a()\n" + 'x = f"{x}{x}"\n' * 3_000,
    "deep blocks": "".join(f"{' ' * i}for x in y:\n" for i in range(90)) + " " * 90 + "f_a(X=x)\n",
    "a chain of elif": "if a == 1:\n f_a()\n" + "".join(f"elif a == {i}:\n f_a()\n" for i in range(600)),
    "a long sum": "x = " + "+".join(["a"] * 20_000) + "\n",
    "long texts": ("f_a(X='" + "word " * 40_000 + "')\n") * 9,
    "all of Python": "class A:\n  def f(self, *a): return [x async for x in y if (z := x)]\nimport os\n"
    "with open('f') as g:\n  del g\ntry:\n  raise 1\nexcept E as e:\n  a, *b = e[1:2]\nlambda: (yield)\n",
}  # fmt: skip


QUICK = ("all of Python", "deep blocks")


@pytest.mark.parametrize(
    "kind", [k if k in QUICK else pytest.param(k, marks=pytest.mark.slow) for k in HOSTILE]
)
def test_hostile_code_is_scored_in_bounds(kind: str) -> None:
    for code in (HOSTILE[kind], f"{HOSTILE[kind]}f_a(X='more')\n"):
        scores(code)
        scores(code, reference=HOSTILE[kind])
