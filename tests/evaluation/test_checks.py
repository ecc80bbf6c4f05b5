"""The checks: each fault moves the check that is about it, and hostile code is scored like any other."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pytest

from wfllm.bench.record import Record
from wfllm.bench.sources import load_records
from wfllm.config import schema as s
from wfllm.evaluation import checks as module
from wfllm.evaluation.checks import checks
from wfllm.evaluation.findings import SUFFIX, findings, write_findings
from wfllm.evaluation.metrics import FAMILIES
from wfllm.evaluation.predictions import Prediction
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.checker import Finding, check

URL, NOTE = "is.workflow.actions.downloadurl", "is.workflow.actions.notification"
GOOD = """page = is_workflow_actions_downloadurl(WFURL="https://example.org")
is_workflow_actions_notification(WFNotificationActionBody=page)
"""
METRICS = s.Metrics(name="test")


def scores(code: str | None, apis: tuple[str, ...] = (URL, NOTE)) -> dict[str, float | None]:
    (row,) = checks([_prediction(code, apis)], load_catalogue(), METRICS)
    assert row.keys() == FAMILIES["checks"].keys()
    return row


def _prediction(code: str | None, apis: tuple[str, ...] = (URL, NOTE)) -> Prediction:
    return Prediction("1", "Tell me.", list(apis), code or "", code, GOOD)


def _fallen(code: str | None) -> set[str]:
    return {name for name, value in scores(code).items() if value != 1}


@pytest.fixture(scope="module")
def starter() -> list[Record]:
    splits, faults = load_records(s.StarterData(name="starter"))
    assert not faults
    return [record for records in splits.values() for record in records]


def test_every_starter_record_passes_every_check(starter: list[Record]) -> None:
    own = [Prediction(r.id, r.query, r.apis, "", r.annotated_code, r.annotated_code) for r in starter[::4]]
    rows = checks(own, load_catalogue(), METRICS)
    assert [row for row in rows if not set(row.values()) <= {1.0, None}] == []
    told = findings(own, load_catalogue(), METRICS)
    assert [t["id"] for t in told if t["unknown_apis"] or t["unknown_parameters"]] == []


@pytest.mark.parametrize(
    ("old", "new", "fallen"),
    [
        ("", "", set()),
        ("page = ", "page = = ", set(FAMILIES["checks"])),
        ("WFNotificationActionBody=page", "Body=page", {"parameters"}),
        ("WFNotificationActionBody=page", "WFNotificationActionBody=side", {"defined"}),
        ("is_workflow_actions_downloadurl", "fetch_url", {"known_apis", "apis_used"}),
        ("downloadurl(WFURL", "openurl(WFInput", {"known_apis", "apis_used"}),
        ('"https://example.org"', "[x for x in page]", {"compiles", "defined"}),
        ('"https://example.org"', 'raw("Odd", {})', {"compiles"}),
        (
            "is_workflow_actions_downloadurl",
            "shortcut_input().fetch",
            {"known_apis", "compiles", "apis_used"},
        ),
    ],
)
def test_a_fault_moves_the_checks_that_are_about_it(old: str, new: str, fallen: set[str]) -> None:
    assert _fallen(GOOD.replace(old, new, 1)) == fallen


def test_given_apis_that_are_not_used_and_none_given() -> None:
    assert scores(GOOD, (URL, NOTE, "is.workflow.actions.alert"))["apis_used"] == pytest.approx(2 / 3)
    assert scores(GOOD, ())["apis_used"] is None
    assert scores("pass")["apis_used"] == 0


def test_a_syntax_api_and_the_comment_count_as_no_given_api() -> None:
    given = (URL, NOTE, "is.workflow.actions.comment", "is.workflow.actions.gettext")
    assert scores(GOOD, given)["apis_used"] == 1


@pytest.mark.parametrize("code", [None, "", " \n", "def", "(" * 500, "\x00", "\ud800", 'x = "\\ud800"'])
def test_what_is_no_code_scores_nothing(code: str | None) -> None:
    assert _fallen(code) == set(FAMILIES["checks"])
    json.dumps(findings([_prediction(code)], load_catalogue(), METRICS))


def test_what_was_made_up_is_listed() -> None:
    code = (
        GOOD.replace("WFURL=", "Address=") + 'print("done")\nrequests.post(page)\npage.upper()\nlen(page)\n'
    )
    (told,) = findings([_prediction(code)], load_catalogue(), METRICS)
    assert told["unknown_apis"] == ["print", "requests.post", "page.upper"]
    assert told["unknown_parameters"] == ["is_workflow_actions_downloadurl(Address)"]
    assert {"line", "rule", "message", "suggestion", "severity"} == told["findings"][0].keys()
    assert "unknown-parameter" in {finding["rule"] for finding in told["findings"]}


def test_findings_are_a_file_of_lines_beside_the_scores(tmp_path: Path) -> None:
    predictions = [_prediction(GOOD), _prediction("\ud800"), _prediction(None)]
    path = write_findings(tmp_path / "after-id.jsonl", predictions, load_catalogue(), METRICS)
    assert path == tmp_path / f"after-id{SUFFIX}"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows == findings(predictions, load_catalogue(), METRICS)
    assert [row["nesting_errors"]["omission"] for row in rows] == [0, 1, 1]
    plain = METRICS.model_copy(update={"families": ["checks"]})
    assert "nesting_errors" not in findings(predictions, load_catalogue(), plain)[0]


def test_an_api_that_was_given_is_not_made_up_though_no_catalogue_knows_it() -> None:
    code = "com_example_app_DoItIntent(anything=1)\n"
    (told,) = findings([_prediction(code, ("com.example.app.DoItIntent",))], load_catalogue(), METRICS)
    assert told["unknown_apis"] == told["unknown_parameters"] == []
    assert scores(code, ("com.example.app.DoItIntent",))["known_apis"] == 1


def test_too_many_findings_hide_no_fault() -> None:
    many = "fetch_url()\n" * 250 + "is_workflow_actions_downloadurl(WFURL=side)\n"
    assert scores(many)["defined"] == scores(many)["parameters"] == 0


def test_the_same_code_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(code: str, catalogue: Catalogue, *, allowed: Collection[str]) -> list[Finding]:
        calls.append(code)
        return check(code, catalogue, allowed=allowed)

    monkeypatch.setattr(module, "check", counted)
    catalogue, twice = load_catalogue(), [_prediction(GOOD + "pass\n")] * 2
    first = checks(twice, catalogue, METRICS)
    findings(twice, catalogue, METRICS)
    assert len(calls) == 1
    assert first[0] == first[1]


@pytest.mark.parametrize(
    "code",
    ["x = 1\n" * 100_000, "f(" * 80 + ")" * 80, "x = 'a'\n" + "#" * 10_000_000, "x = 'aaaaaaaa'\n" * 700_000],
)
def test_endless_code_scores_nothing(code: str) -> None:
    assert {n for n, v in scores(code).items() if v} <= {"parses", "parameters", "defined"}


@pytest.mark.slow
def test_the_longest_code_that_is_read_is_scored() -> None:
    assert scores("x = 1\n" * 15_000)["parses"] == 1
