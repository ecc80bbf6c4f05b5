"""The documentation as a site: every page in it, every link to something, nothing from a network."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.blocks import ROOT, pages
from tests.report.test_browser import browser  # noqa: F401 - a fixture
from tests.test_words import finds

pytestmark = pytest.mark.slow
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
"""What a browser fetches by itself, and where that stands. A link to a page is fetched by its reader."""
NO_FETCH = {"canonical", "prev", "next", "alternate"}


class Page(HTMLParser):
    """Ids, links and fetched addresses of a page of the site."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in LOADS and LOADS[tag] in given and given.get("rel") not in NO_FETCH:
            self.fetched.append(given[LOADS[tag]])


def build(target: Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(cwd / "docs" / "make_site.py"), str(target)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("no zensical: pip install 'wfllm[docs]'")
    target = tmp_path_factory.mktemp("built") / "site"
    done = build(target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return target


@pytest.fixture(scope="module")
def built(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def html_of(page: Path, site: Path) -> Path:
    """Where a document is in the site."""
    path = site / page.relative_to(ROOT).with_suffix(".html")
    return path.with_name("index.html") if page.stem == "README" else path


def test_every_document_is_a_page_that_the_first_one_leads_to(site: Path, built: dict[Path, Page]) -> None:
    expected = {html_of(page, site) for page in pages()}
    assert set(built) == expected
    first = site / "index.html"
    reached = {(first.parent / unquote(urlsplit(link).path)).resolve() for link in built[first].links}
    assert {page.relative_to(site).as_posix() for page in expected - {first} - reached} == set()


def lost(built: dict[Path, Page]) -> list[str]:
    """Links and pictures that lead to no file of the site, or to no place on its page."""
    found = []
    for path, page in built.items():
        for link in page.links + page.fetched:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{path.name}: {link}")
            elif parts.fragment and target in built and unquote(parts.fragment) not in built[target].ids:
                found.append(f"{path.name}: {link}: no such place on the page")
    return found


def test_every_link_inside_leads_somewhere(built: dict[Path, Page]) -> None:
    assert lost(built) == []


def test_what_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(
        '<p id="b"><a href="#b"></a><a href="a.html#c"></a><a href="x.html"></a><img src="y.svg"></p>'
    )
    assert len(lost({page: Page(page)})) == 3


def test_nothing_is_fetched_from_a_network(site: Path, built: dict[Path, Page]) -> None:
    fetched = [f"{path.name}: {url}" for path, page in built.items() for url in page.fetched if "//" in url]
    assert fetched == []
    styles = [
        f"{path.name}: {url}"
        for path in site.rglob("*.css")
        for url in re.findall(r"(?:url\(|@import\s*)[\"']?(https?:[^\"')]+)", path.read_text("utf-8"))
    ]
    assert styles == []


def test_it_is_searched_from_the_file_system_without_a_network(site: Path, browser: Any) -> None:  # noqa: F811
    page = browser.new_page()
    page.set_default_timeout(60_000)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((site / "docs" / "show.html").as_uri())
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search").fill("blueprints")
    page.get_by_text(re.compile(r"^\d+ results?$")).wait_for()
    assert page.locator("a[href$='docs/build.html#blueprints']").count() == 1
    assert [url for url in asked if not url.startswith("file:")] == []
    assert faults == []
    page.close()


def test_nothing_of_this_machine_is_on_it(built: dict[Path, Page]) -> None:
    faults = [f"{p.name}: {f}" for p in built for f in finds(p.read_text(encoding="utf-8"))]
    assert faults == []


def test_a_broken_link_ends_the_build_and_is_named(tmp_path: Path, site: Path) -> None:
    """The parts of the repository that make the site, with two faults in them."""
    for name in ("docs", "experiments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CONTRIBUTING.md", "LICENSE", "zensical.toml"):
        shutil.copy(ROOT / name, tmp_path)
    with (tmp_path / "README.md").open("a", encoding="utf-8") as file:
        file.write("\n[lost](nowhere.md), [no such place](docs/build.md#nothing-here)\n")
    done = build(tmp_path / "site", tmp_path)
    assert done.returncode == 1
    said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)  # it colours its words
    assert "nowhere.md" in said
    assert "nothing-here" in said
    assert not (tmp_path / "site").exists()
