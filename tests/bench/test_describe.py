"""The dataset in numbers: right, the same every time, and safe to look at."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.bench.describing import built, item, usage, with_synthetic
from wfllm.bench.describe import plots
from wfllm.bench.describe.facts import Lengths, gather
from wfllm.bench.describe.paper import paper_table
from wfllm.bench.describe.settings import flat, who
from wfllm.bench.describe.table import markdown
from wfllm.bench.describe.tables import tables
from wfllm.bench.sources.records import record_files
from wfllm.bench.sources.starter import load_starter
from wfllm.bench.stages.assemble import assemble
from wfllm.bench.stages.describe import Describing
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Dropped
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.catalogue.render import render
from wfllm.shortcuts.stats import stats_of_code

FILES = ("README.md", "describe.csv", "describe.html", "describe.json")
HOSTILE = "</style><script>alert(1)</script>\u202e\x00\x1b[31m$x_1^{$ & \"'` |\n# *bold* [a](b) 漢字 🙂"


def rows(build: Build, name: str, sources: Iterable[str] = ("split",), **more: Any) -> dict[Any, Any]:
    """A table as row name → column → value."""
    for table in tables(gather(build, list(sources), **more)):
        if table.name == name:
            return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    return {}


def depth(node: ast.AST) -> int:
    inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
    return inner + isinstance(node, (ast.If, ast.For, ast.Match))


@pytest.mark.slow
def test_numbers_of_the_starter_corpus_are_those_of_a_plain_recount(tmp_path: Path) -> None:
    records = load_starter()
    build = built(tmp_path, split=[record.as_json() for record in records])
    found = rows(build, "table1")
    catalogue = load_catalogue()
    for part, splits in (("seed", {"train", "dev", "id", "ood"}), ("train", {"train"}), ("test", {"id"})):
        own = [record for record in records if record.split in splits]
        trees = [ast.parse(record.annotated_code) for record in own]
        stats = [stats_of_code(record.annotated_code) for record in own]
        apis = {api for record in own for api in record.apis}
        apps = {a.rpartition(".")[0] for a in apis if not a.startswith("is.workflow.actions.")}
        nodes = [node for tree in trees for node in ast.walk(tree)]
        here = {name: row[f"{part}|here"] for name, row in found.items()}
        assert here == {
            "instances": len(own),
            "apps": len(apps),
            "APIs": len(apis),
            "actions": pytest.approx(sum(s.actions for s in stats if s) / len(own)),
            "if": pytest.approx(sum(isinstance(node, ast.If) for node in nodes) / len(own)),
            "loop": pytest.approx(sum(isinstance(node, ast.For) for node in nodes) / len(own)),
            "nested depth": pytest.approx(sum(map(depth, trees)) / len(own)),
        }
    categories = Counter(record.category for record in records)
    assert {name: row["real"] for name, row in rows(build, "categories").items()} == categories
    uses = Counter(api for record in records for api in set(record.apis))
    assert {name: row["real"] for name, row in rows(build, "apis").items()}.items() <= uses.items()
    prompts = [
        len(record.query)
        + sum(len(render(catalogue[a])) + 1 for a in set(record.apis) if catalogue[a].called)
        for record in records
    ]
    lengths = rows(build, "lengths")
    assert lengths["prompt"]["largest"] == round(max(prompts) / 3)
    assert lengths["prompt"]["mean"] == round(sum(prompts) / len(prompts) / 3)
    above = sum(len(r.task_plan) + len(r.annotated_code) > 3 * 2048 for r in records)
    assert lengths["answer"]["> 2k, %"] == pytest.approx(100 * above / len(records))


def test_the_paper_stands_beside(tmp_path: Path) -> None:
    assert paper_table()["actions"] == {"seed": 70.4, "train": 78.5, "test": 41.7, "synthetic": 79.3}
    assert paper_table()["apps"]["synthetic"] is None
    found = rows(with_synthetic(tmp_path), "table1", ("split", "confirm"))
    assert found["instances"] == {
        "": "instances",
        "seed|paper": 14771, "seed|here": 8,
        "train|paper": 105573, "train|here": 5,
        "test|paper": 1190, "test|here": 2,
        "synthetic|paper": 91992, "synthetic|here": 3,
    }  # fmt: skip
    assert found["actions"]["synthetic|here"] == 30
    assert found["apps"]["synthetic|here"] == 1


def test_drops_and_duplicates_are_told_by_stage_and_rule(tmp_path: Path) -> None:
    build = with_synthetic(tmp_path)
    stages = rows(build, "stages")
    assert [(s["kept"], s["dropped"], s["model"]) for s in stages.values()] == [
        (8, 2, "m-1"),
        (8, 0, "m-1"),
        (3, 1, "m-1"),
    ]
    assert {name: (d["rule"], d["dropped"]) for name, d in rows(build, "drops").items()} == {
        "thoughts": ("duplicates", 2),
        "confirm": ("no_code", 1),
    }
    assert rows(build, "duplicates")["duplicates"]["dropped"] == 2


def test_costs_are_of_every_item_once_kept_or_dropped(tmp_path: Path) -> None:
    build = with_synthetic(tmp_path)
    found = rows(
        build, "cost", ("split", "confirm"), prices={"thoughts": (1.0, 100.0), "confirm": (None, 2.0)}
    )
    thoughts, confirm, everything = found["thoughts"], found["confirm"], found["all"]
    assert (thoughts["purpose"], thoughts["items"], thoughts["questions"]) == ("plan", 10, 10)
    assert (thoughts["tokens read"], thoughts["tokens written"]) == (8 * 100 + 2 * 1000, 80)
    assert thoughts["USD"] == pytest.approx((2800 * 1.0 + 80 * 100.0) / 1e6)
    assert (confirm["tokens read"], confirm["tokens written"], confirm["USD"]) == (22, 16, None)
    assert (everything["questions"], everything["tokens read"], everything["USD"]) == (14, 2822, None)


def test_requests_that_nobody_answers_cost_all_the_same(tmp_path: Path) -> None:
    asked = [item("q", meta={"synthetic": True, **usage(expand=(50, 5))})]
    build = built(tmp_path, split=[item("a", meta=usage(plan=(1, 1)))], expand=asked)
    assert rows(build, "sizes")["all"]["records"] == 1
    assert rows(build, "cost")["expand"]["tokens read"] == 50
    assert rows(build, "cost")["all"]["tokens read"] == 51


def test_a_stage_that_is_not_complete_is_no_part_of_it_and_later_changes_its_key(tmp_path: Path) -> None:
    build = built(tmp_path, split=[item("a")], expand=[item("q")])
    whole = Describing(build, ["split"]).key
    folder = build.folders["expand"]
    folder.write_info({"key": build.keys["expand"], "complete": False})
    assert list(rows(build, "stages")) == ["split"]
    assert Describing(build, ["split"]).key != whole


def test_the_same_build_gives_the_same_bytes_wherever_it_lies(tmp_path: Path, no_plots: None) -> None:
    found = []
    for name in ("a", "elsewhere"):
        folder = tmp_path / name / "out"
        folder.mkdir(parents=True)
        Describing(with_synthetic(tmp_path / name), ["split", "confirm"])(folder)
        found.append([(folder / file).read_bytes() for file in FILES])
    assert found[0] == found[1]
    assert str(tmp_path).encode() not in b"".join(found[0])
    assert b"10.0.0.7" not in b"".join(found[0])
    assert not re.search(rb"\b20[23]\d-\d\d-\d\d", b"".join(found[0]))


def test_a_plot_has_the_same_bytes_whatever_was_drawn_before(tmp_path: Path) -> None:
    import matplotlib

    facts = gather(with_synthetic(tmp_path), ["split", "confirm"])
    before = plots.actions_plot(facts)
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None, "axes.grid": False}):
        assert plots.actions_plot(facts) == before
    assert before.count("f-real") == before.count("f-made")


def test_the_page_loads_nothing_runs_nothing_and_is_whole(tmp_path: Path) -> None:
    bad = item("bad", category=HOSTILE, apis=[f"com.{HOSTILE}.Go", "x" * 10_000, "$$"], split="id")
    bad["meta"] = {"synthetic": HOSTILE, "usage": {HOSTILE: {"asked": 10**4000}, "b": 3}}
    worse = item("worse", meta={"usage": ["no", "usage"]}, category="=1+1")
    drop = Dropped(item("d"), f"=cmd|{HOSTILE}", HOSTILE)
    build = built(tmp_path / "build", split=[bad, worse, drop])
    Describing(build, ["split"])(tmp_path)
    text = (tmp_path / "describe.html").read_text("utf-8")
    page = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    tags = Counter(element.tag.rpartition("}")[2] for element in page.iter())
    assert tags["svg"] >= 5
    assert not {"script", "img", "image", "link", "iframe", "object", "foreignObject", "use", "a"} & set(tags)
    names = {name.rpartition("}")[2] for element in page.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on")} | ({"style", "href", "src"} & names)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "url(" not in text
    assert not {"\u202e", "\x00", "\x1b"} & set(text)
    cells = list(csv.reader(io.StringIO((tmp_path / "describe.csv").read_text("utf-8"))))
    assert {len(row) for row in cells} == {4}
    assert not [cell for row in cells for cell in row if cell[:1] in ("=", "@", "+")]
    assert json.loads((tmp_path / "describe.json").read_bytes())["sizes"][-1]["records"] == 2
    card = (tmp_path / "README.md").read_text("utf-8")
    assert "<script" not in card.replace("\\<script", "")


def test_a_build_of_nothing_is_described_too(tmp_path: Path, no_plots: None) -> None:
    build = built(tmp_path / "build", collect=[], split=[])
    Describing(build, ["split"])(tmp_path)
    assert ElementTree.parse(tmp_path / "describe.html").getroot() is not None
    found = rows(build, "table1")
    assert [row["seed|here"] for row in found.values()] == [None] * 7
    assert {row["records"] for row in rows(build, "sizes").values()} == {0}


def test_without_a_synthetic_part_nothing_is_said_of_one(tmp_path: Path, no_plots: None) -> None:
    build = built(tmp_path / "build", split=[item("a"), item("b", category=None)])
    Describing(build, ["split"])(tmp_path)
    assert all(row["synthetic|here"] is None for row in rows(build, "table1").values())
    assert rows(build, "cost") == {}
    assert "are synthetic" not in (tmp_path / "README.md").read_text("utf-8")


def test_code_that_cannot_be_read_is_counted_and_not_averaged(tmp_path: Path) -> None:
    bad = item("bad", annotated_code="if x\n")
    del bad["measured"]
    found = rows(built(tmp_path, split=[item("a", actions=9), bad]), "actions")
    assert (found["seed"]["unread"], found["seed"]["largest"], found["seed"]["5th"]) == (1, 9, 9)
    assert rows(built(tmp_path, split=[item("a", actions=9), bad]), "table1")["actions"]["seed|here"] == 9


def test_a_tokenizer_counts_in_place_of_characters(tmp_path: Path) -> None:
    build = built(tmp_path, split=[item("a", query="a b c", apis=[])])
    lengths = Lengths(lambda text: len(text.split()), "words", "words-1")
    assert rows(build, "lengths", lengths=lengths)["prompt"]["largest"] == 3
    assert Describing(build, [], lengths).key != Describing(build, []).key
    assert Describing(build, [], prices={"thoughts": (1, 2)}).key != Describing(build, []).key


def test_the_description_appears_with_the_dataset_and_is_no_part_of_its_records(
    tmp_path: Path, no_plots: None
) -> None:
    build = with_synthetic(tmp_path)
    describing = Describing(build, ["split", "confirm"])
    items = [*build.items("split"), *build.items("confirm")]
    assemble(tmp_path, items, (), ["key", describing.key], describing)
    folder = tmp_path / "dataset"
    assert all((folder / name).is_file() for name in FILES)
    card = (folder / "README.md").read_text("utf-8")
    assert card.startswith("---\n")
    assert "## How it was made" in card
    assert {path.name for path in record_files(folder)} == {
        f"{s}.jsonl" for s in ("train", "dev", "id", "ood")
    }
    before = (folder / "describe.html").stat().st_mtime_ns
    assemble(tmp_path, items, (), ["key", describing.key], describing)
    assert (folder / "describe.html").stat().st_mtime_ns == before


def test_settings_name_no_place_of_anybodys_machine() -> None:
    settings = {
        "llm": {"base_url": "http://10.1.2.3/v1", "model": "m", "seed": 3},
        "parts": [{"path": "somewhere/deep/mine", "files": "ab" * 32}],
        "prompts": {"user": "long " * 100},
        "unseen": None,
    }
    told = dict(flat(settings))
    assert told.keys() == {"llm.model", "llm.seed", "parts.path", "parts.files", "prompts.user"}
    assert told["parts.path"] == "mine"
    assert told["parts.files"] == "abababababab…"
    assert told["prompts.user"].startswith("500 characters, sha256 ")
    assert who(settings) == "m"
    assert who({"weights": "ab"}) == "checkpoint"
    assert who({}) == ""


def test_markdown_says_just_the_text() -> None:
    assert markdown("a|b\n<i> *x* `y` [z](u) $m$") == r"a\|b \<i\> \*x\* \`y\` \[z\](u) \$m\$"


def test_usage_of_many_purposes_is_told_together(tmp_path: Path) -> None:
    many = usage(**{f"p{n}": (1, 1) for n in range(100)})
    found = [
        r
        for r in tables(gather(built(tmp_path, split=[item("a", meta=many)]), ["split"]))
        if r.name == "cost"
    ]
    assert len(found[0].rows) < 50
    assert found[0].rows[-1][4] == 100
