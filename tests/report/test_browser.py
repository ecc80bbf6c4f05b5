"""The page as a person has it: opened from a file in a real browser, filtered, sorted, clicked.

Playwright drives whatever Chromium or Chrome is installed, or its own; without any the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.making import CHANGED, REFERENCE, hostile, sample, write_run
from wfllm.report.write import write_report

pytestmark = pytest.mark.slow
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
COUNT = 300


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    with api.sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        if found is None and not own.is_file():
            pytest.skip("no Chromium or Chrome is installed, nor playwright's own")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=found or str(own), args=root)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a run with many samples, one of them hostile in every field."""
    categories = ["Games" if i % 10 == 0 else "Utilities" for i in range(COUNT)]
    before = [(sample(f"p{i}", None, category=categories[i]), {"codebleu": 0.0}) for i in range(3)]
    after = []
    for i, category in enumerate(categories):
        code = CHANGED if i % 3 == 1 else REFERENCE if i % 3 else None
        after.append((sample(f"p{i}", code, category=category), {"codebleu": i / COUNT}))
    after.append((hostile("bad"), {"codebleu": 0.5}))
    votes = [{"passes": False, "reason": "It greets <b>nobody</b>."}]
    run = write_run(
        tmp_path_factory.mktemp("runs"),
        {("before", "id"): before, ("after", "id"): after},
        {"after-id": [{"id": "p1", "passes": False, "votes": votes}]},
    )
    return write_report(run, max_charts=COUNT + 1).path.as_uri()


class Opened:
    """The page in a tab of its own, with everything it complained of and asked for."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        self.noise: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector("#detail .diff")

    def count(self) -> int:
        return int(self.page.inner_text("#count").split(" ")[0])

    def requests(self) -> list[str]:
        """What the list shows on top."""
        return list(self.page.locator(".item b").all_inner_texts())

    def open(self, text: str) -> None:
        """Search for a sample and choose it."""
        self.page.fill("#text", text)
        self.page.locator(".item").first.click()
        self.page.wait_for_selector("#detail .diff")


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Opened]:
    tab = Opened(browser, address)
    yield tab
    assert tab.noise == []
    assert tab.asked == [address]
    tab.page.close()


def test_a_sample_is_shown_with_difference_findings_verdict_and_charts(opened: Opened) -> None:
    opened.open("greet p1 ")
    page = opened.page
    page.wait_for_selector(".charts svg")
    assert page.inner_text(".request") == "Greet p1 who is at the door."
    marked = page.locator(".gone mark").all_inner_texts()
    assert "WFAlertActionTitle" in marked
    assert "WFAlertTitle" in page.locator(".new mark").all_inner_texts()
    assert "unknown-parameter" in page.inner_text("#R7 ~ .fi")
    assert "It greets <b>nobody</b>." in page.inner_text(".verdict")
    chart = page.locator(".charts svg").first
    assert chart.bounding_box()["height"] > 100
    assert "Speak" in (chart.text_content() or "")
    page.locator(".charts svg a").first.click()
    assert page.evaluate("location.hash").startswith("#L")


def test_filters_leave_what_they_say(opened: Opened) -> None:
    page = opened.page
    assert opened.count() == COUNT + 1
    page.select_option("#category", "=Games")
    assert opened.count() == COUNT // 10
    page.select_option("#category", "")
    page.fill("#bound", "10")
    assert opened.count() == COUNT // 10
    page.select_option("#relation", "above")
    assert opened.count() == COUNT + 1 - COUNT // 10 - 1  # that of 10 % itself is neither below nor above
    page.fill("#bound", "")
    page.select_option("#rule", label="unknown-parameter")
    assert opened.count() == COUNT // 3
    page.select_option("#rule", "")
    page.select_option("#verdict", "0")
    assert opened.count() == 1
    page.select_option("#verdict", "")
    page.fill("#text", "no such words")
    assert opened.count() == 0
    page.fill("#text", "")
    page.select_option("#when", label="before training")
    assert opened.count() == 3


def test_sorting_puts_the_best_or_the_worst_on_top(opened: Opened) -> None:
    page = opened.page
    page.select_option("#sort", label="CodeBLEU")
    assert opened.requests()[0].startswith("Greet p0 ")
    page.select_option("#order", "-1")
    assert opened.requests()[0].startswith(f"Greet p{COUNT - 1} ")
    page.select_option("#sort", "f")
    assert page.locator(".item span").first.inner_text().split(" · ")[1] != "0 rules broken"


def test_only_rows_in_sight_are_elements_and_all_can_be_reached(opened: Opened) -> None:
    page = opened.page
    assert page.locator(".item").count() < 60
    page.evaluate("document.getElementById('list').scrollTop = 1e9")
    page.locator("#rows", has_text=f"Greet p{COUNT - 1} ").wait_for()
    assert page.locator(".item").count() < 60
    page.focus("#list")
    page.evaluate("document.getElementById('list').scrollTop = 0")
    page.keyboard.press("ArrowDown")
    page.locator(".request", has_text="Greet p1 ").wait_for()


def test_a_hostile_sample_is_text(opened: Opened) -> None:
    opened.open("bad</script>")
    page = opened.page
    page.wait_for_selector(".charts svg")
    assert page.evaluate("window.owned") is None
    assert "<img src=x onerror=window.owned=1>" in page.inner_text(".request")
    assert "<svg onload=window.owned=1>" in page.inner_text("#detail pre")
    assert page.locator("#detail img, #detail script, [onload], [onerror]").count() == 0
    assert "␛[2J" in page.inner_text(".request")


def test_tables_and_plots_stand_without_scripts(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert "WorkflowLlama 8B" in page.inner_text("#paper")
    assert page.locator("svg.plot").count() >= 2
    assert page.locator("noscript").count() == 1
    context.close()
