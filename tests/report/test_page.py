"""The page: whole, bounded, the same each time, and nothing in it that a hostile answer could use."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.report.making import CHANGED, REFERENCE, hostile, sample, write_run
from wfllm.errors import WfllmError
from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.predictions import Prediction
from wfllm.report.sample import MAX_ANSWER, MAX_CODE
from wfllm.report.write import Written, write_report
from wfllm.tracking.run_folder import RunFolder

HTML = "{http://www.w3.org/1999/xhtml}"
ALLOWED = re.compile(r"[\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


HUGE = f'x = "{"a" * 50_000}"\n'


def blocks(html: str) -> dict[str, str]:
    """Data blocks by id."""
    scripts = ET.fromstring(html).iter(f"{HTML}script")
    return {e.attrib["id"]: e.text or "" for e in scripts if "id" in e.attrib}


def packed(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(text)))


def write(run: RunFolder, charts: int = 9, max_bytes: int = 10**7) -> tuple[Written, str, dict[str, str]]:
    made = write_report(run, max_charts=charts, max_bytes=max_bytes)
    html = made.path.read_text(encoding="utf-8")
    return made, html, blocks(html)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Right, changed, empty, hostile and huge answers."""
    codes = [REFERENCE, CHANGED, None, "if (", HUGE]
    after: list[tuple[Prediction, Scores]] = [(hostile("h"), {"codebleu": 0.3, "parses": None})]
    for number, code in enumerate(codes):
        after.insert(number, (sample(f"p{number}", code), {"codebleu": number / 10, "parses": 1.0}))
    before = [(sample("p0", "x = 1\n"), {"codebleu": 0.1, "parses": 0.0})]
    votes = [{"passes": True, "reason": "It greets."}, {"passes": False, "reason": "</script>"}]
    verdicts = {"after-id": [{"id": "p0", "passes": True, "votes": votes}]}
    return write_run(
        tmp_path_factory.mktemp("runs"), {("before", "id"): before, ("after", "id"): after}, verdicts
    )


@pytest.fixture(scope="module")
def page(run: RunFolder) -> tuple[Written, str, dict[str, str]]:
    return write(run)


def test_the_page_is_well_formed_and_runs_nothing_but_its_own_script(
    page: tuple[Written, str, dict[str, str]],
) -> None:
    _, html, _ = page
    root = ET.fromstring(html)
    (policy,) = (e.attrib["content"] for e in root.iter(f"{HTML}meta") if "http-equiv" in e.attrib)
    scripts = [
        e
        for e in root.iter(f"{HTML}script")
        if e.attrib.get("type") not in ("application/json", "text/plain")
    ]
    (own,) = scripts
    digest = base64.b64encode(hashlib.sha256(_source(html).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert own.attrib == {}
    assert "unsafe" not in policy
    assert not [e.tag for e in root.iter() if any(k.startswith("on") or k == "style" for k in e.attrib)]


def _source(html: str) -> str:
    return html.split("<script>")[1].split("</script>")[0]


def test_nothing_of_a_hostile_answer_is_markup(page: tuple[Written, str, dict[str, str]]) -> None:
    _, html, data = page
    body = html.split("<body>")[1].replace(_source(html), "")
    assert "<img" not in body
    assert body.count("</script>") == body.count("<script")
    assert set(data["index"]) <= set(map(chr, range(0x20, 0x7F))) - set("<>&'")
    for name, text in data.items():
        if name != "index":
            assert re.fullmatch(r"[A-Za-z0-9+/=]+", text), name
    assert ALLOWED.fullmatch(html)


def test_control_characters_are_shown_as_what_they_are(page: tuple[Written, str, dict[str, str]]) -> None:
    _, _, data = page
    index = json.loads(data["index"])
    place = next(i for i, row in enumerate(index["rows"]) if row["id"].startswith("h"))
    told = packed(data[f"d{place}"])
    for text in (index["rows"][place]["q"], told["request"], told["answers"][1]["answer"], told["apis"][0]):
        assert "␛[2J" in text
        assert "[U+202E]" in text
        assert "[U+D800]" in text
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\u2028\ud800-\udfff]", text)


def test_the_list_has_scores_findings_and_verdicts(page: tuple[Written, str, dict[str, str]]) -> None:
    _, _, data = page
    index = json.loads(data["index"])
    assert [name for name, _ in index["metrics"]] == ["codebleu", "parses"]
    assert [when for when, _ in index["whens"]] == ["before", "after"]
    first, second, third = index["rows"][:3]
    assert [answer[0] for answer in first["a"]] == [[0.1, 0.0], [0.0, 1.0]]
    assert [answer[2] for answer in first["a"]] == [None, 1]
    assert second["a"][0] is None
    assert "unknown-parameter" in [index["rules"][r] for r in second["a"][1][1]]
    assert third["a"][1][0] == [0.2, 1.0]


def test_a_sample_has_both_codes_their_difference_and_their_charts(
    page: tuple[Written, str, dict[str, str]],
) -> None:
    _, _, data = page
    told, charts = packed(data["d1"]), packed(data["c1"])
    assert ["".join(line[1::2]) for line in told["reference"]["lines"]] == REFERENCE.splitlines()
    assert ["".join(line[1::2]) for line in told["answers"][1]["lines"]] == CHANGED.splitlines()
    assert [row[2] for row in told["answers"][1]["rows"]].count(1) == 2
    assert told["answers"][0] is None
    assert [7, "unknown-parameter"] in [finding[:2] for finding in told["answers"][1]["findings"]]
    assert charts["reference"][0].startswith("<svg")
    assert 'href="#L2"' in charts["reference"][0]
    svg, why = packed(data["c3"])["answers"][1]
    assert svg == ""
    assert "no workflow" in why
    votes = packed(data["d0"])["answers"][1]["verdict"]["votes"]
    assert votes == [[True, "It greets."], [False, "</script>"]]


def test_an_answer_without_code_has_the_reference_alone(page: tuple[Written, str, dict[str, str]]) -> None:
    _, _, data = page
    told = packed(data["d2"])["answers"][1]
    assert told["lines"] == []
    assert told["answer"] == "No idea."
    assert [row[1] for row in told["rows"]] == [-1] * len(REFERENCE.splitlines())


def test_a_huge_answer_is_cut_and_says_so(page: tuple[Written, str, dict[str, str]]) -> None:
    _, _, data = page
    told = packed(data["d4"])["answers"][1]
    assert told["cut"] == len(HUGE) - MAX_CODE
    assert len(told["answer"]) < MAX_ANSWER + 40


def test_the_same_run_gives_the_same_bytes_and_tables(
    run: RunFolder, page: tuple[Written, str, dict[str, str]]
) -> None:
    made, html, _ = page
    assert made.page.samples == made.page.detailed == made.page.charted == 6
    tables = made.tables.read_bytes()
    assert write(run)[1] == html
    assert made.tables.read_bytes() == tables
    by = (run.path / "predictions" / "after-id.by.csv").read_text(encoding="utf-8").splitlines()
    assert by[0] == "by,bin,metric,n,mean,low,high"
    assert any(line.startswith("all,all,codebleu,6,") for line in by)


def test_a_full_page_says_so_and_keeps_every_score(run: RunFolder) -> None:
    made, html, data = write(run, charts=2, max_bytes=2000)
    assert 0 < made.page.detailed < made.page.samples == 6
    assert made.page.charted <= 2
    assert len(json.loads(data["index"])["rows"]) == 6
    assert sum(len(text) for name, text in data.items() if name != "index") <= 2000
    assert "The page is full" in html
    assert "Flow charts:" in html


def test_a_folder_without_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="no scored answers"):
        write_report(write_run(tmp_path, {}), max_charts=1)
