"""What every strategy must keep to, asked of each in turn on a tiny Llama."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
import yaml
from torch import Tensor

from tests.training.conftest import make_samples, tiny_llama
from tests.training.test_exactness import KillAt, KilledError
from wfllm.config.groups import option_files
from wfllm.config.registry import SCHEMAS
from wfllm.config.schema import Freeze, Lora, LoraPlus, Optim, Pissa, RsLora, Strategy, TinyModel, Trainer
from wfllm.data.module import WorkflowData
from wfllm.errors import WfllmError
from wfllm.models.load import load_model, meta_model
from wfllm.training.checkpoints import base_of, load_trained, needs_base, save_trained
from wfllm.training.loop import LAST, build_trainer, total_steps
from wfllm.training.module import WorkflowModule
from wfllm.training.resume import PREVIOUS, steps_of
from wfllm.training.strategies import STRATEGIES, apply_strategy, load_to_train
from wfllm.training.strategies.groups import parameter_groups
from wfllm.training.strategies.qlora import stored_bytes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
]
MODEL = TinyModel(name="tiny")
OPTIM = Optim(name="adamw", lr=3e-3)
TRAINER = Trainer(name="default", accelerator="cpu", precision="32-true", accumulate=3, checkpoint_every=1)
IDS = torch.arange(1, 40).unsqueeze(0)
NEEDS_BNB = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)
NAMES = [pytest.param(n, marks=NEEDS_BNB) if n == "qlora" else n for n in STRATEGIES]
each = pytest.mark.parametrize("name", NAMES)


class NoTokenizer:
    def save_pretrained(self, folder: Path) -> None:
        (folder / "tokenizer.json").write_text("{}")


def strategy(name: str, **keys: Any) -> Strategy:
    """A strategy as its option has it, small enough for the tiny model."""
    small = {"freeze": {"last_blocks": 1}}.get(name, {"r": 4} if name != "full" else {})
    found = SCHEMAS["strategy"][name].model_validate({"name": name, **small, **keys})
    assert isinstance(found, Strategy)
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("base")
    tiny_llama().save_pretrained(folder)
    return str(folder)


@torch.no_grad()
def logits(model: Any) -> Tensor:
    found: Tensor = model.eval()(input_ids=IDS).logits
    return found.float()


def rounded(base: str, how: Strategy) -> Any:
    """The base model as the strategy trains on it: QLoRA's is rounded to 4 bits."""
    from wfllm.training.strategies import load_base

    return load_base(base, MODEL, how, accelerator="cpu")


def frozen(model: Any) -> dict[str, Tensor]:
    return {n: p.detach().clone() for n, p in model.named_parameters() if not p.requires_grad}


def train(
    base: str,
    folder: Path,
    how: Strategy,
    *,
    resume: bool = False,
    kill: KillAt | None = None,
    steps: int = 6,
) -> WorkflowModule:
    """A few steps, from the last checkpoint on where it is said; the module as it ends."""
    config = TRAINER.model_copy(update={"max_steps": steps})
    pl.seed_everything(0, verbose=False)
    samples = make_samples(13)
    data = WorkflowData(samples, samples[:3], batch_size=2, pad_id=0, seed=0)
    module = WorkflowModule(
        load_to_train(base, MODEL, how, config),
        OPTIM,
        steps=total_steps(data.batches_per_epoch, config),
        accumulate=config.accumulate,
    )
    last = str(folder / f"{LAST}.ckpt") if resume else None
    build_trainer(config, folder, [], [kill] if kill else []).fit(
        module, datamodule=data, ckpt_path=last, weights_only=True
    )
    return module


Trained = Callable[[str], tuple[Path, WorkflowModule]]


@pytest.fixture(scope="module")
def trained(base: str, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A finished training of a strategy with its folders `checkpoints` and `model`, made once."""
    done: dict[str, tuple[Path, WorkflowModule]] = {}

    def of(name: str) -> tuple[Path, WorkflowModule]:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            module = train(base, folder / "checkpoints", strategy(name))
            save_trained(module.model, NoTokenizer(), folder / "model")
            done[name] = (folder, module)
        return done[name]

    return of


def test_every_option_is_a_strategy_and_every_strategy_an_option() -> None:
    options = [yaml.safe_load(file.read_text()) for file in option_files("strategy").values()]
    assert set(STRATEGIES) == set(SCHEMAS["strategy"]) == {option["name"] for option in options}
    assert set(STRATEGIES) <= set(option_files("strategy"))


@each
def test_before_its_first_step_it_answers_as_the_base_model(base: str, name: str) -> None:
    how = strategy(name)
    expected = logits(rounded(base, how))
    torch.manual_seed(0)
    found = logits(load_to_train(base, MODEL, how, TRAINER))
    if name in ("pissa", "dora"):  # these compute the same weights another way
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    else:
        assert torch.equal(found, expected)


@each
def test_what_is_frozen_stays_to_the_last_bit_and_what_is_trained_moves(
    base: str, name: str, trained: Trained
) -> None:
    torch.manual_seed(0)
    start = load_to_train(base, MODEL, strategy(name), TRAINER)
    _, module = trained(name)
    ended = dict(module.model.named_parameters())
    assert all(torch.equal(weight, ended[key]) for key, weight in frozen(start).items())
    learned = {n: p for n, p in start.named_parameters() if p.requires_grad}
    assert learned
    assert all(not torch.equal(weight, ended[key]) for key, weight in learned.items())


@each
def test_a_checkpoint_holds_only_what_is_trained(name: str, trained: Trained) -> None:
    folder, module = trained(name)
    checkpoint = torch.load(folder / "checkpoints" / f"{LAST}.ckpt", weights_only=True)
    learned = {n: p for n, p in module.named_parameters() if p.requires_grad}
    assert {n: p.shape for n, p in checkpoint["state_dict"].items()} == {
        n: p.shape for n, p in learned.items()
    }
    assert checkpoint["origin"]["strategy"]["name"] == name


@each
def test_on_disk_is_what_was_trained_and_no_more(name: str, trained: Trained) -> None:
    from safetensors import safe_open

    folder, module = trained(name)
    (path,) = (folder / "model").glob("*.safetensors")
    with safe_open(path, "pt") as file:
        stored = sum(file.get_tensor(key).numel() for key in file.keys())  # noqa: SIM118 (not a dict)
    count = sum(p.numel() for p in module.model.parameters() if p.requires_grad)
    assert stored == (2 * count if name == "pissa" else count)  # PiSSA: where it began and where it ended


@each
def test_killed_and_resumed_equals_uninterrupted_to_the_last_bit(
    base: str, name: str, trained: Trained, tmp_path: Path
) -> None:
    with pytest.raises(KilledError):
        train(base, tmp_path, strategy(name), kill=KillAt("on_train_batch_end", 10))
    assert 0 < steps_of(tmp_path / f"{LAST}.ckpt") < 6
    resumed = train(base, tmp_path, strategy(name), resume=True)
    whole = dict(trained(name)[1].model.named_parameters())
    assert all(torch.equal(weight, whole[key]) for key, weight in resumed.model.named_parameters())


@each
def test_loaded_for_evaluation_it_answers_as_at_the_end_of_training(
    base: str, name: str, trained: Trained
) -> None:
    """Whatever the strategy, by the same call and with no word of which; adapters come out merged."""
    folder, module = trained(name)
    loaded = load_trained(folder / "model", base, MODEL)
    expected = logits(module.model)
    torch.testing.assert_close(logits(loaded), expected, rtol=1e-4, atol=2e-5)
    assert float((expected - logits(load_model(base, MODEL))).abs().max()) > 1e-2
    assert not any("lora" in key for key, _ in loaded.named_parameters())


def test_all_load_alike_in_a_process_that_knows_nothing_else(
    base: str, trained: Trained, tmp_path: Path
) -> None:
    names = [name for name in STRATEGIES if name != "qlora" or importlib.util.find_spec("bitsandbytes")]
    code = (
        "import sys, torch\nfrom pathlib import Path\nfrom wfllm.config.schema import TinyModel\n"
        "from wfllm.training.checkpoints import load_trained\n"
        "base, out, *folders = sys.argv[1:]\n"
        "models = [load_trained(Path(f), base, TinyModel(name='tiny')).eval() for f in folders]\n"
        "ids = torch.arange(1, 40).unsqueeze(0)\n"
        "torch.save([m(input_ids=ids).logits.float() for m in models], out)\n"
    )
    folders = [str(trained(name)[0] / "model") for name in names]
    out = tmp_path / "logits.pt"
    arguments = [sys.executable, "-c", code, base, str(out), *folders]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, found in zip(names, torch.load(out), strict=True):
        torch.testing.assert_close(found, logits(trained(name)[1].model), rtol=1e-4, atol=2e-5, msg=name)


def test_a_run_in_another_process_is_the_same_to_the_last_bit(base: str, tmp_path: Path) -> None:
    """PiSSA splits its weights anew when a run goes on: it must split them as the first process did."""
    code = (
        "import sys, torch\nfrom pathlib import Path\n"
        "from tests.training.test_strategies import strategy, train\n"
        "module = train(sys.argv[1], Path(sys.argv[2]), strategy('pissa'))\n"
        "torch.save(dict(module.model.named_parameters()), sys.argv[2] + '/weights.pt')\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, base, str(tmp_path)], check=True)
    other = torch.load(tmp_path / "weights.pt", weights_only=True)
    here = dict(train(base, tmp_path / "here", strategy("pissa")).model.named_parameters())
    assert all(torch.equal(weight, here[key]) for key, weight in other.items())


@each
def test_parameters_are_counted_without_the_weights(base: str, name: str, trained: Trained) -> None:
    model = apply_strategy(meta_model(base, MODEL), strategy(name))
    assert all(p.is_meta for p in model.parameters())
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert count == sum(p.numel() for p in trained(name)[1].model.parameters() if p.requires_grad)


@pytest.mark.parametrize("other", ["dora", "freeze", "full"])
def test_a_checkpoint_of_another_strategy_is_refused_and_both_are_named(
    base: str, trained: Trained, tmp_path: Path, other: str
) -> None:
    shutil.copytree(trained("lora")[0] / "checkpoints", tmp_path / "checkpoints")
    with pytest.raises(WfllmError, match=rf"another model or strategy: lora \(r=4\).*is {other}") as caught:
        train(base, tmp_path / "checkpoints", strategy(other), resume=True)
    assert "\n" not in caught.value.line()


def test_the_same_strategy_with_other_keys_is_another(base: str, trained: Trained, tmp_path: Path) -> None:
    """All shapes agree, and yet going on would be neither the one training nor the other."""
    shutil.copytree(trained("lora")[0] / "checkpoints", tmp_path / "checkpoints")
    with pytest.raises(WfllmError, match=r"lora \(r=4\).*is lora \(r=4, alpha=64.0\)"):
        train(base, tmp_path / "checkpoints", strategy("lora", alpha=64), resume=True)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A base model of the same shapes with other weights."""
    folder = tmp_path_factory.mktemp("stranger")
    tiny_llama(seed=1).save_pretrained(folder)
    return str(folder)


def test_a_checkpoint_of_another_base_model_is_refused(
    stranger: str, trained: Trained, tmp_path: Path
) -> None:
    shutil.copytree(trained("lora")[0] / "checkpoints", tmp_path / "checkpoints")
    with pytest.raises(
        WfllmError, match=r"another model or strategy: lora .* on base.*is lora .* on stranger"
    ):
        train(stranger, tmp_path / "checkpoints", strategy("lora"), resume=True)


@pytest.mark.parametrize("name", ["lora", "pissa", "freeze"])
def test_what_was_trained_on_one_base_model_is_not_laid_on_another(
    stranger: str, trained: Trained, name: str
) -> None:
    with pytest.raises(WfllmError, match=rf"trained as {name}.* on base.*another: {name}.* on stranger"):
        load_trained(trained(name)[0] / "model", stranger, MODEL)


def test_an_adapter_from_elsewhere_loads_without_our_note(
    base: str, trained: Trained, tmp_path: Path
) -> None:
    shutil.copytree(trained("lora")[0] / "model", tmp_path / "model")
    (tmp_path / "model" / "trained.json").unlink()
    loaded = load_trained(tmp_path / "model", base, MODEL)
    torch.testing.assert_close(logits(loaded), logits(trained("lora")[1].model), rtol=1e-4, atol=2e-5)
    assert base_of(tmp_path / "model") == base


@pytest.mark.parametrize(("name", "alone"), [("lora", False), ("freeze", False), ("full", True)])
def test_what_needs_its_base_model_says_which(base: str, trained: Trained, name: str, alone: bool) -> None:
    folder = trained(name)[0] / "model"
    assert needs_base(folder) is not alone
    assert base_of(folder) == base


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"strategy": {"name": "magic"}}', '{"strategy": 3}'])
def test_a_damaged_note_is_one_line(base: str, trained: Trained, tmp_path: Path, damage: str) -> None:
    shutil.copytree(trained("lora")[0] / "model", tmp_path / "model")
    (tmp_path / "model" / "trained.json").write_text(damage)
    with pytest.raises(WfllmError, match=r"trained\.json: (is damaged|names a strategy)") as caught:
        load_trained(tmp_path / "model", base, MODEL)
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize("name", ["lora", "freeze", "full"])
def test_damaged_weights_are_one_line(base: str, trained: Trained, tmp_path: Path, name: str) -> None:
    shutil.copytree(trained(name)[0] / "model", tmp_path / "model")
    (path,) = (tmp_path / "model").glob("*.safetensors")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(WfllmError, match=str(tmp_path)) as caught:
        load_trained(tmp_path / "model", base, MODEL)
    assert "\n" not in caught.value.line()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """One bit of the weights, which torch.load reads without a word."""
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda info: info.file_size)
        with archive.open(largest) as file:
            inside = file.read()
    content = bytearray(path.read_bytes())
    content[content.index(inside) + len(inside) // 2] ^= 1
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, flip, empty], ids=["cut", "flipped", "empty"])
def test_a_damaged_checkpoint_names_the_whole_one_before_it_and_how_to_go_on(
    base: str, trained: Trained, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    shutil.copytree(trained("full")[0] / "checkpoints", tmp_path / "c")
    last, previous = tmp_path / "c" / f"{LAST}.ckpt", tmp_path / "c" / PREVIOUS
    assert steps_of(previous) == steps_of(last) - 1
    damage(last)
    with pytest.raises(WfllmError) as caught:
        steps_of(last)
    line = caught.value.line()
    assert str(last) in line
    assert f"is whole, of step {steps_of(previous)}; go on there with: mv {previous} {last}" in line
    assert "\n" not in line
    os.replace(previous, last)  # as told
    resumed = train(base, tmp_path / "c", strategy("full"), resume=True)
    whole = dict(trained("full")[1].model.named_parameters())
    assert all(torch.equal(weight, whole[key]) for key, weight in resumed.model.named_parameters())


def test_two_damaged_checkpoints_leave_the_start(trained: Trained, tmp_path: Path) -> None:
    shutil.copytree(trained("full")[0] / "checkpoints", tmp_path / "c")
    for name in (f"{LAST}.ckpt", PREVIOUS):
        cut(tmp_path / "c" / name)
    with pytest.raises(WfllmError, match=r"Remove it to train from the start"):
        steps_of(tmp_path / "c" / f"{LAST}.ckpt")


def test_lora_plus_moves_b_faster_by_its_ratio(base: str) -> None:
    torch.manual_seed(0)
    model = load_to_train(base, MODEL, LoraPlus(name="lora_plus", r=4, ratio=8), TRAINER)
    groups = parameter_groups(model, Optim(name="adamw", lr=1e-3, weight_decay=0.1))
    assert [group["lr"] for group in groups] == [1e-3, 8e-3]
    names = {id(p): n for n, p in model.named_parameters()}
    for group, matrix in zip(groups, "AB", strict=True):
        assert all(f"lora_{matrix}" in names[id(p)] for p in group["params"])
    everything = {id(p) for group in groups for p in group["params"]}
    assert everything == {id(p) for p in model.parameters() if p.requires_grad}


def test_lora_plus_is_peft_s_optimiser(base: str) -> None:
    """One step by our groups and by peft's own optimiser: the same weights."""
    from peft.optimizers import create_loraplus_optimizer
    from torch.optim import AdamW

    results = []
    for ours in (True, False):
        torch.manual_seed(0)
        model = load_to_train(base, MODEL, LoraPlus(name="lora_plus", r=4, ratio=8), TRAINER)
        optim = Optim(name="adamw", lr=1e-3)
        optimizer = (
            AdamW(parameter_groups(model, optim), eps=1e-6)
            if ours
            else create_loraplus_optimizer(model, AdamW, lr=1e-3, loraplus_lr_ratio=8, eps=1e-6)
        )
        for _ in range(2):
            model(input_ids=IDS, labels=IDS).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        results.append(torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad]))
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-7)


def test_norms_and_biases_do_not_decay(base: str) -> None:
    model = load_to_train(base, MODEL, strategy("full"), TRAINER)
    groups = parameter_groups(model, Optim(name="adamw", lr=1e-3, weight_decay=0.1))
    assert [group["weight_decay"] for group in groups] == [0.1, 0.0]
    assert all(p.ndim == 1 for p in groups[1]["params"])
    assert all(p.ndim > 1 for p in groups[0]["params"])


def test_rslora_has_loras_default_scale_at_four_times_its_rank(base: str) -> None:
    from peft.tuners.lora import LoraLayer

    torch.manual_seed(0)
    scales = {
        name: next(m.scaling["default"] for m in model.modules() if isinstance(m, LoraLayer))
        for name, model in (
            ("lora", load_to_train(base, MODEL, Lora(name="lora"), TRAINER)),
            ("rslora", load_to_train(base, MODEL, RsLora(name="rslora"), TRAINER)),
            ("wide", load_to_train(base, MODEL, RsLora(name="rslora", r=256), TRAINER)),
        )
    }
    assert scales == {"lora": 2.0, "rslora": 2.0, "wide": 1.0}


@pytest.mark.parametrize("iterations", [0, 16])
def test_pissa_begins_with_the_largest_singular_values(base: str, iterations: int) -> None:
    model = load_to_train(base, MODEL, Pissa(name="pissa", r=4, iterations=iterations), TRAINER)
    before = load_model(base, MODEL).get_parameter("model.layers.0.mlp.up_proj.weight")
    left = model.base_model.model.model.layers[0].mlp.up_proj.base_layer.weight
    values = torch.linalg.svdvals(before.detach())
    torch.testing.assert_close(torch.linalg.svdvals(left.detach())[0], values[4], rtol=2e-2, atol=0)


def test_pissa_with_more_directions_than_a_layer_has_is_told(base: str) -> None:
    with pytest.raises(WfllmError, match=r"strategy\.r: a layer has 16 singular values, fewer than 20"):
        load_to_train(base, MODEL, Pissa(name="pissa", r=20, alpha=20), TRAINER)


def untied(folder: Path) -> str:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**{**tiny_llama().config.to_dict(), "tie_word_embeddings": False})
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


def learned(model: Any) -> set[str]:
    return {n.removeprefix("model.") for n, p in model.named_parameters() if p.requires_grad}


def test_freeze_trains_what_it_is_told(tmp_path: Path) -> None:
    base = untied(tmp_path)

    def of(**keys: Any) -> set[str]:
        return learned(load_to_train(base, MODEL, Freeze(name="freeze", **keys), TRAINER))

    one = of(last_blocks=1)
    assert "norm.weight" in one
    assert {n.split(".")[1] for n in one - {"norm.weight"}} == {"1"}
    assert of(last_blocks=2) == of(last_blocks=9)
    assert of(last_blocks=0, embeddings=True) == {"embed_tokens.weight"}
    assert of(last_blocks=0, head=True) == {"lm_head.weight"}
    with pytest.raises(WfllmError, match="nothing is left to train"):
        of(last_blocks=0)


@pytest.mark.parametrize("asked", ["embeddings", "head"])
def test_tied_embeddings_and_head_are_trained_saved_and_loaded_as_one(
    base: str, tmp_path: Path, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    how = strategy("freeze", last_blocks=0, **{asked: True})
    module = train(base, tmp_path / "c", how)
    assert "are one matrix: both are trained" in capsys.readouterr().out
    assert learned(module.model) == {"embed_tokens.weight"}
    save_trained(module.model, NoTokenizer(), tmp_path / "model")
    loaded = load_trained(tmp_path / "model", base, MODEL)
    assert loaded.lm_head.weight is loaded.model.embed_tokens.weight
    torch.testing.assert_close(logits(loaded), logits(module.model))


def test_without_bitsandbytes_qlora_is_one_line(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def without(name: str, *args: Any) -> Any:
        return None if name == "bitsandbytes" else found(name, *args)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.raises(WfllmError, match=r"strategy=qlora: .*bitsandbytes.* pip install 'wfllm\[qlora\]'"):
        load_to_train(base, MODEL, strategy("qlora"), TRAINER)


@NEEDS_BNB
def test_qlora_keeps_its_base_in_four_bits_and_says_so_on_disk(base: str, trained: Trained) -> None:
    folder, module = trained("qlora")
    name = "base_model.model.model.layers.0.mlp.up_proj.base_layer.weight"
    weight = module.model.get_parameter(name)
    assert weight.dtype == torch.uint8
    assert weight.numel() == 48 * 32 // 2
    note = json.loads((folder / "model" / "trained.json").read_text())
    assert note["strategy"]["quant"] == "nf4"


@NEEDS_BNB
@pytest.mark.parametrize("double_quant", [False, True])
def test_the_bytes_of_four_bit_weights_are_foretold(base: str, double_quant: bool) -> None:
    how = strategy("qlora", double_quant=double_quant)
    model = load_to_train(base, MODEL, how, TRAINER)
    real = sum(p.numel() * p.element_size() for p in model.parameters())
    for parameter in model.parameters():
        state = getattr(parameter, "quant_state", None)
        for scales in (state, state.state2 if state and state.nested else None):
            real += scales.absmax.numel() * scales.absmax.element_size() if scales else 0
    foretold = stored_bytes(apply_strategy(meta_model(base, MODEL), how))
    assert foretold == real < 0.75 * stored_bytes(apply_strategy(meta_model(base, MODEL), strategy("lora")))
