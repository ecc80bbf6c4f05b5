"""What `check` finds no error in compiles, and what compiles without a word has no error for `check`."""

from __future__ import annotations

import plistlib
import re

from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import CompileError, compile_noted

BEFORE = 'a = input("?")\nb = input("!")\nd = {"k": 1}\nxs = ["a"]\nn = 3\n'
LINES = r"""
x = len(a) ¦ x = len(xs) ¦ x = str(n) ¦ x = "Hi " + a ¦ a += "x" ¦ n += 1 ¦ x = "Hi {}".format(a)
x = d.get("k") ¦ x = d.get("k", 3) ¦ x = int(a) ¦ x = float(input("n")) ¦ x = "a", "b"
x = {"a","b"} ¦ x = 3j ¦ x = b"x" ¦ x = ... ¦ x = None ¦ x = True ¦ x = -3 ¦ x = +3 ¦ x = not a
x: str = "x" ¦ x: str ¦ x = y = "a" ¦ x, y = a, b ¦ d["k"] = a ¦ del a ¦ assert a ¦ pass ¦ ... ¦ a
"text" ¦ f"{a}" ¦ x = f"{a:>3}" ¦ x = f"{a!r}" ¦ x = a.upper() ¦ x = a.get() ¦ x = a[0] ¦ x = a[b]
x = a["k"]["l"] ¦ x = a[1:2] ¦ x = a[-1] ¦ xs.append(a) ¦ xs.append("x") ¦ xs.append()
xs.append(a, b) ¦ x = xs.append(a) ¦ xs.extend(a) ¦ x = d.keys() ¦ x = d.keys(1) ¦ x = [d.values()]
x = {"a": a, "b": [1, b], **d} ¦ x = {a: 1} ¦ x = {1: 2} ¦ x = [*xs] ¦ x = (a) ¦ x = lambda: 1
x = [i for i in xs] ¦ x = a if b else n ¦ x = a or b ¦ x = a and b ¦ x = a == b ¦ x = a is None
x = a % b ¦ x = "%s" % a ¦ x = a * 2 ¦ x = "a" * 3 ¦ x = 1 + 2 ¦ x = n + 1 ¦ x = a + b
x = a + "x" + b ¦ x = a + 1 ¦ print(a) ¦ print("x") ¦ x = round(a) ¦ x = sorted(xs) ¦ x = abs(n)
x = sum(xs) ¦ x = max(a, b) ¦ x = bool(a) ¦ x = list(xs) ¦ x = dict(a=1) ¦ x = type(a)
x = range(3) ¦ x = enumerate(xs) ¦ x = open("x") ¦ x = a() ¦ x = a.b ¦ x = a.b.c() ¦ import os
from x import y ¦ return a ¦ raise a ¦ global a ¦ break ¦ input("a", "b") ¦ x = input(a)
x = input(["a"]) ¦ x = input({"a": 1}) ¦ x = ask("a", type="Number") ¦ x = ask("a", "b")
exit_shortcut() ¦ exit_shortcut(["a"]) ¦ output(["a"]) ¦ output("a") ¦ output() ¦ output(d)
x = number(a) ¦ x = number("3") ¦ x = number(xs) ¦ x = number(["a"]) ¦ x = int("3") ¦ x = str(["a"])
x = str("a") ¦ x = f"{[1]}" ¦ x = f"{len(a)}" ¦ x = run_shortcut("N", ["a"])
x = run_shortcut("N", {"a": 1}) ¦ x = run_shortcut(["a"]) ¦ run_this_shortcut("a")
x = get_variable(["a"]) ¦ x = get_property(["a"], "Name") ¦ x = ["a"]["k"] ¦ x = {"a": 1}["a"]
x = "abc"["k"] ¦ x = clipboard() ¦ x = clipboard(1) ¦ x = current_date().isoformat()
x = datetime("2024-01-31T12:00:00+02:00") ¦ x = datetime("2024-01-31") ¦ x = datetime("x")
x = is_workflow_actions_alert(WFAlertActionMessage=datetime("2024-01-31T12:00:00Z"))
is_workflow_actions_alert(WFAlertActionMessage=["a"])
is_workflow_actions_alert(WFAlertActionMessage=len(a)) ¦ is_workflow_actions_alert("x")
is_workflow_actions_alert(WFAlertActionMessage={"a": 1})
is_workflow_actions_alert(WFAlertActionMessage=a, WFAlertActionMessage2=b)
is_workflow_actions_alert(**d) ¦ is_workflow_actions_alert(*xs)
is_workflow_actions_count(Input=["a"]) ¦ is_workflow_actions_show_result(Text="x") ¦ showAlert("x")
x = is_workflow_actions_conditional() ¦ x = is_workflow_actions_gettext(WFTextActionText=["a"])
is_workflow_actions_setvariable(WFVariableName="x", WFInput="a") ¦ x = quantity(3, "km")
x = date("2024-01-01") ¦ x = choice("a") ¦ x = all_of() ¦ x = raw("WFx", 1) ¦ x = no_value()
x = previous_output() ¦ x = missing_output("a") ¦ x = shortcut_input() ¦ x = variable(a)
x = variable("a") ¦ x = variable(["a"]) ¦ x = join_text("a", ["b"]) ¦ x = join_text()
x = coerce("a", "WFDateContentItem") ¦ x = format_date("a", "Short") ¦ x = is_today(a)
x = rule("a", "is") ¦ x = item("text", "a") ¦ x = file(a) ¦ x = boolean(a) ¦ x = {"a": boolean(a)}
x = data("sha256:x") ¦ x = menu("a", ["b"]) ¦ accepts("URLs") ¦ x = state("a", 1) ¦ x = bare(a)
x = name_of(a) ¦ x = uuid_of(a) ¦ x = condition(a, "is") ¦ x = dictionary_of(a) ¦ x = contacts(a)
x = time_offset(a) ¦ x = rules(a) ¦ x = any_of(rule("Name", "is", String="x"))
x = with_unit(n, "km", "Length") ¦ x = with_fields(a, X=1) ¦ x = aggrandize(a, "T")
x = device_details("Device Name") ¦ x = ask_each_time() ¦ x = current_app()
x = 99999999999999999999999 ¦ x = 1e999 ¦ x = "" ¦ x = [] ¦ x = {} ¦ x = undefined
x = f"{undefined}" ¦ x = "a" "b" ¦ x = a.strip() ¦ x = a.split(",") ¦ x = ",".join(xs)
x = a.replace("a", "b") ¦ x = a.startswith("a") ¦ x = a.lower() == "a" ¦ x = json.loads(a)
x = com_example_app_RunIntent(a=1) ¦ x = a; y = b ¦ x = (yield) ¦ x = await a ¦ x = a @ b ¦ x = ~n
x = -n ¦ x = -a ¦ x = d | d ¦ x = a[b:] ¦ x = "a" if True else "b" ¦ x = f"{n + 1}" ¦ x = f"{a + b}"
x = f'{d["k"]}' ¦ x = d["k"] ¦ x = xs[0] ¦ x = xs[n] ¦ x = [a, b][0] ¦ x = str(a, b) ¦ x = len()
x = int(a, 2) ¦ x = float("nan")
"""
HEADS = r"""
for x in xs: ¦ for x in ["a"]: ¦ for x in ("a", "b"): ¦ for x in {"a"}: ¦ for x in "abc":
for x in d: ¦ for k, v in d.items(): ¦ for k in d.keys(): ¦ for x in 3: ¦ for i, x in enumerate(xs):
for i, x in enumerate(xs, start=1): ¦ for i, x in enumerate(["a"], 1):
for i, x in enumerate("a", 1): ¦ for x in enumerate(xs, 1): ¦ for i in range(3):
for i in range(n): ¦ for i in range(1, n + 1): ¦ for i in range(1, len(xs) + 1):
for i in range(len(xs)): ¦ for i in range(1, 4): ¦ for i in range(0, 4): ¦ for i in range(1, 10, 2):
for i in range("3"): ¦ for i in range(xs): ¦ for i in range(["a"]): ¦ for i in range(3.5):
for i in range(-1): ¦ for i, j in range(3): ¦ for x, y in xs: ¦ for x in zip(xs, xs):
for x in reversed(xs): ¦ for x in sorted(xs): ¦ for x in None: ¦ for x in input("a"):
for x in a.split(","): ¦ for x in f"{a}": ¦ for x[0] in xs: ¦ for x in xs + xs:
for x in [a, b] + xs: ¦ for x in quantity(3, "km"): ¦ for x in raw("A", 1):
for x in datetime("2024-01-01"): ¦ for x in is_workflow_actions_count(Input=xs):
for x in is_today(a): ¦ for x in not a: ¦ for x in a == b: ¦ if a: ¦ if not a: ¦ if a == "x":
if a == b: ¦ if a == n: ¦ if a != 3: ¦ if a < 3: ¦ if a < "3": ¦ if a < b: ¦ if a < "b":
if "a" < "b": ¦ if 1 < 2: ¦ if True: ¦ if 1: ¦ if "a": ¦ if None: ¦ if f"{a}": ¦ if ["a"]:
if {"a": 1}: ¦ if a == ["x"]: ¦ if a == {"x": 1}: ¦ if a == {"x"}: ¦ if a == ("x",):
if a in ["x", "y"]: ¦ if a not in ("x", "y"): ¦ if a in {"x": 1}: ¦ if a in xs: ¦ if "x" in a:
if "x" not in a: ¦ if 3 in a: ¦ if n in a: ¦ if n in [1, 2]: ¦ if a in "abc": ¦ if a in []:
if a in [b, 3, None, True]: ¦ if a in [["x"]]: ¦ if a is None: ¦ if a is not None: ¦ if a is b:
if a is "x": ¦ if a == None: ¦ if None == a: ¦ if a == True: ¦ if a is True: ¦ if not a == "x":
if not (a == "x"): ¦ if not (a and b): ¦ if not (a == "x" and b): ¦ if a and b: ¦ if a or b:
if a and b or n: ¦ if a and (b or n): ¦ if (a or b) or n: ¦ if 1 <= n <= 5: ¦ if 1 < n < 5:
if 5 >= n >= 1: ¦ if a == "x" == "y": ¦ if a == b == n: ¦ if 1 <= "3" <= 5: ¦ if "a" <= n <= "b":
if 1 <= n <= a <= 5: ¦ if len(a) > 3: ¦ if len(xs) == 0: ¦ if a and len(xs) > 3:
if a and input("x"): ¦ if input("x") == "y": ¦ if input("x") in ["y", "n"]: ¦ if a.startswith("x"):
if not a.startswith("x"): ¦ if a.startswith(["x"]): ¦ if a.startswith("x", 1):
if ["a"].startswith("x"): ¦ if "a".startswith("x"): ¦ if a.upper() == "X":
if a.lower() in ["x", "y"]: ¦ if a.contains("x"): ¦ if a + b == "x": ¦ if a + "b" == "x":
if n % 2 == 0: ¦ if n + 1 > 3: ¦ if d["k"] == "x": ¦ if d.get("k"): ¦ if d.get("k") == 3:
if "k" in d: ¦ if "k" in d.keys(): ¦ if a == d["k"]: ¦ if a == 3j: ¦ if a == b"x":
if a == lambda: 1: ¦ if (a := b): ¦ if is_today(a): ¦ if is_today("x"): ¦ if is_today(["x"]):
if in_last(a, 3, "days"): ¦ if in_last(a, n, "days"): ¦ if a == quantity(3, "km"):
if a > date("2024-01-01"): ¦ if a > datetime("2024-01-01"): ¦ if a == choice("x"):
if quantity(3, "km"): ¦ if quantity(3, "km") == a: ¦ if datetime("2024-01-01"):
if a == datetime("2024-01-01"): ¦ if condition(a, "is", WFNumberValue=3):
if condition(["a"], "is"): ¦ if raw("A", 1): ¦ if a == raw("A", 1): ¦ if a == dict(a=1):
if dict(a=1): ¦ if a == all_of(): ¦ if number(a) == 3: ¦ if number(a) > number(b):
if a == number(b): ¦ if int(a) > 3: ¦ if int(a) == int(b): ¦ if str(n) == "3": ¦ if float(a) <= 3.5:
if a == -3: ¦ if a == +3: ¦ if a == -n: ¦ if not not a: ¦ if a != a:
if is_workflow_actions_count(Input=xs) > 3: ¦ if is_workflow_actions_show_result(Text="x"):
if isinstance(a, str): ¦ if any(xs): ¦ if all([a, b]): ¦ if bool(a): ¦ if clipboard() == "x":
if shortcut_input(): ¦ if previous_output(): ¦ if previous_output() == "x":
if a == previous_output(): ¦ if a == no_value(): ¦ if undefined: ¦ if a == undefined:
if a == "x" and b == "y" and n > 3: ¦ if (a, b): ¦ if a if b else n: ¦ if a == "x" if b else n:
"""
MENUS = r"""
match menu("?", ["A"]): case "A": ¦ match input("?"): case "A": ¦ match a: case "A":
match menu("?", ["A"]): case "B": ¦ match menu("?", ["A"]): case _: ¦ match menu("?", xs): case "A":
match menu(["?"], ["A"]): case "A": ¦ match menu({"a": 1}, ["A"]): case "A":
match menu(3, ["A"]): case "A": ¦ match menu(a, ["A"]): case "A":
match menu("?", ("A", "B")): case "A": ¦ match menu("?", [1, 2]): case 1:
match menu("?", [a, b]): case 1: ¦ match menu("?", [["A"]]): case 1: ¦ match menu("?"): case "A":
match menu("?", ["A"]): case "A" | "B": ¦ match menu("?", ["A"]): case "A" if a:
match menu("?", ["A"]): case x: ¦ match menu(): case "A": ¦ match menu("?", ["A"]): case 3.5:
match menu("?", ["A"]): case True: ¦ match menu("?", ["A"]): case ["A"]:
match menu("?", ["A"]): case -1:
"""
BLOCKS = [
    'with a:\n    z = "1"',
    'while a:\n    z = "1"',
    'while True:\n    z = "1"',
    "try:\n    pass\nexcept E:\n    pass",
    'def f():\n    z = "1"',
    'class A:\n    z = "1"',
    'async def f():\n    z = "1"',
    'match menu("?", ["A", "A"]):\n    case "A":\n        z = "1"\n    case "A":\n        z = "2"',
    'if a:\n    z = "1"\nelif b in ["x", "y"]:\n    z = "2"\nelse:\n    z = "3"',
    'for x in xs:\n    z = "1"\nelse:\n    z = "2"',
    "if a:\n    break",
    "for x in xs:\n    continue",
]
"""What models write, and what they might."""
NAMES = {"undefined-name"}
"""Rules of the check alone: the app reads a name that nothing sets as empty, so compiling goes on."""


def several(text: str) -> list[str]:
    return [part for part in re.split(r" ¦ |\n", text) if part]


def codes() -> list[str]:
    heads = [f"{head}\n    z = 'a'" for head in several(HEADS)]
    menus = [re.sub(r": case (.*):$", r":\n    case \1:\n        z = 'a'", menu) for menu in several(MENUS)]
    return [*several(LINES), *heads, *menus, *BLOCKS]


def disagreement(code: str) -> str:
    catalogue = load_catalogue()
    errors = [f for f in check(BEFORE + code, catalogue) if f.severity == "error"]
    try:
        made, notes = compile_noted(BEFORE + code, catalogue=catalogue)
        plistlib.dumps(made, fmt=plistlib.FMT_BINARY)
    except CompileError as fault:
        return "" if errors else f"{code!r}: only compile says {fault}"
    told = [f for f in errors if f.rule not in NAMES]
    return "" if bool(told) == bool(notes) else f"{code!r}: check says {told}, compile {notes}"


def test_check_and_compile_agree() -> None:
    assert len(codes()) > 300
    assert [said for code in codes() if (said := disagreement(code))] == []
