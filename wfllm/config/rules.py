"""Rules between keys: combinations that are each valid alone and wrong together."""

from __future__ import annotations

from collections.abc import Iterator

from wfllm.config import schema as s
from wfllm.config.contracts import options_of, part
from wfllm.config.plugins import as_written, module_files
from wfllm.errors import WfllmError

Broken = tuple[tuple[str, ...], str, str]
"""Keys involved, the one to change first; cause; mend."""


def broken_rules(config: s.Command) -> Iterator[Broken]:
    """Every rule that `config` breaks. Parts that are not there, or null because of a fault, break none."""
    model, decoding, data, trainer, evaluation = (
        getattr(config, part, None) for part in ("model", "decoding", "data", "trainer", "evaluation")
    )
    if isinstance(model, s.TinyModel):
        yield from _tiny(model)
    if isinstance(model, s.ApiModel) and not isinstance(config, s.EvaluateCommand):
        cause = "is asked by wfllm evaluate alone: nobody can train it here"
        yield ("model.name",), cause, "Use model=smollm2_135m or another."
    if (
        isinstance(model, s.Model)
        and isinstance(decoding, s.Decoding)
        and decoding.max_new_tokens >= model.context
    ):
        yield (
            ("decoding.max_new_tokens", "model.context"),
            f"{decoding.max_new_tokens} leaves no room for a prompt in model.context={model.context}",
            "Lower the one or raise the other.",
        )
    if isinstance(data, s.HeldOutData) and data.dev_share + data.test_share >= 1:
        both = data.dev_share + data.test_share
        yield (
            ("data.test_share", "data.dev_share"),
            f"with data.dev_share it is {both:g}, which leaves nothing to train on",
            "Together they must stay under 1.",
        )
    if isinstance(trainer, s.Trainer) and trainer.accelerator == "cpu" and trainer.precision == "16-mixed":
        yield (
            ("trainer.precision", "trainer.accelerator"),
            "16-mixed needs a GPU, and trainer.accelerator is cpu",
            "Use 32-true or bf16-mixed.",
        )
    if isinstance(trainer, s.Trainer):
        yield from _devices(trainer)
    if isinstance(trainer, s.Trainer) and isinstance(model, s.Model):
        yield from _packs(trainer, model)
    optim = getattr(config, "optim", None)
    if isinstance(trainer, s.Trainer) and isinstance(optim, s.Optim):
        yield from _training(trainer, optim)
    yield from _prompts(config)
    yield from _calls(config)
    yield from _asking(config)
    judge = getattr(config, "judge", None)
    if isinstance(judge, s.AskedJudge):
        yield from _judging(judge)
    metrics = getattr(config, "metrics", None)
    if isinstance(metrics, s.Metrics):
        yield from _families(metrics)
    if (
        isinstance(evaluation, s.Evaluation)
        and (evaluation.before or evaluation.after)
        and not evaluation.splits
    ):
        yield ("evaluation.splits",), "empty, but an evaluation is asked for", "Use evaluation.splits=[id]."


def _calls(config: s.Command) -> Iterator[Broken]:
    """What goes together with answers that are calls and no code."""
    target, evaluation, trainer = (
        getattr(config, part, None) for part in ("target", "evaluation", "trainer")
    )
    if not isinstance(target, s.Target) or target.calls is None:
        return
    mend = "Use target=json_calls as it is, or set target.calls=null."
    for key in ("plan", "comments", "trajectories"):
        if getattr(target, key):
            yield (f"target.{key}", "target.calls"), "true, but calls stand alone in an answer", mend
    mend = "Score it with wfllm teval."
    cause = "scores code, and with target.calls the model writes none"
    if isinstance(config, s.EvaluateCommand):
        yield ("target.calls",), f"wfllm evaluate {cause}", mend
    if isinstance(evaluation, s.Evaluation):
        for key in ("before", "after"):
            if getattr(evaluation, key):
                yield (f"evaluation.{key}", "target.calls"), cause, f"Leave it false. {mend}"
    if isinstance(trainer, s.Trainer) and trainer.best == "codebleu":
        yield ("trainer.best", "target.calls"), cause, "Use trainer.best=loss."


def _asking(config: s.Command) -> Iterator[Broken]:
    """Who is asked by a build, and what that may cost."""
    annotator, expand, llm = (getattr(config, part, None) for part in ("annotator", "expand", "llm"))
    if isinstance(annotator, s.AskedAnnotator) and isinstance(expand, s.Expand) and not expand.count:
        cause = "0, so there is nothing to annotate"
        yield ("expand.count", "annotator.name"), cause, "Set expand.count=N."
    if not isinstance(llm, s.OpenAILlm) or llm.budget_usd is None:
        return
    mend = "Give both in USD for a million tokens, or set llm.budget_tokens instead."
    if None in (llm.price_in, llm.price_out):
        yield ("llm.price_in", "llm.price_out"), "not given, but llm.budget_usd needs prices", mend
    if (
        isinstance(annotator, s.LlmAnnotator)
        and (annotator.base_url is not None or annotator.model is not None)
        and None in (annotator.price_in, annotator.price_out)
    ):
        cause = "not given, but llm.budget_usd holds for the annotator too, whose prices are its own"
        yield ("annotator.price_in", "annotator.price_out"), cause, f"{mend[:-1]}; 0 for a server of yours."


def _devices(trainer: s.Trainer) -> Iterator[Broken]:
    """What several devices can do together."""
    keys = ("trainer.parallel", "trainer.devices", "trainer.nodes")
    if trainer.parallel == "none" and trainer.devices * trainer.nodes > 1:
        cause = f"none, which is one device, beside {trainer.devices * trainer.nodes} of them"
        yield keys, cause, "Use trainer=ddp or trainer=fsdp."
    if trainer.parallel == "deepspeed" and trainer.accelerator == "cpu":
        cause = "deepspeed needs GPUs, and trainer.accelerator is cpu"
        yield ("trainer.parallel", "trainer.accelerator"), cause, "Use trainer=ddp or trainer=fsdp."
    if trainer.parallel == "fsdp" and trainer.precision == "16-mixed":
        cause = "fsdp does not scale losses, which 16-mixed needs"
        yield ("trainer.precision", "trainer.parallel"), cause, "Use bf16-mixed."


def _judging(judge: s.AskedJudge) -> Iterator[Broken]:
    """What a vote needs, and what it may cost."""
    if judge.votes % 2 == 0:
        cause = f"{judge.votes} votes may be as many for as against"
        yield ("judge.votes",), cause, f"Use {judge.votes + 1}."
    if judge.votes > 1 and judge.temperature == 0:
        cause = "at 0 all votes are the same one"
        yield ("judge.temperature", "judge.votes"), cause, "Raise it, or use judge.votes=1."
    for field in ("query", "documentation", "code", "case"):
        if f"{{{field}}}" not in judge.prompt.user:
            mend = f"Write {{{field}}} where it belongs."
            yield ("judge.prompt.user",), f"nowhere says {{{field}}}", mend
    llm = judge.llm
    if isinstance(llm, s.OpenAILlm) and llm.budget_usd is not None and None in (llm.price_in, llm.price_out):
        mend = "Give both in USD for a million tokens, or set judge.llm.budget_tokens instead."
        keys = ("judge.llm.price_in", "judge.llm.price_out")
        yield keys, "not given, but judge.llm.budget_usd needs prices", mend


_FILLED = {
    "rename": ("code", "names"),
    "comments": ("code", "numbers"),
    "plan": ("code",),
    "query": ("code",),
    "expand": ("theme", "documentation"),
}
"""What each prompt of a build cannot do without."""


def _prompts(config: s.Command) -> Iterator[Broken]:
    """Parts that belong to `wfllm build`, or to everything but it."""
    thoughts, prompts = getattr(config, "thoughts", None), getattr(config, "prompts", None)
    building = isinstance(config, s.BuildCommand)
    if isinstance(thoughts, s.LlmThoughts) and not building:
        mend = "Make the dataset first: wfllm build thoughts=llm output=…, then data=records here."
        yield ("thoughts.name",), "only wfllm build asks a model for thoughts", mend
    if isinstance(prompts, s.BuildPrompts) and not building:
        yield ("prompts.name",), "are the prompts of wfllm build", "Use prompts=default."
    if isinstance(prompts, s.Prompts) and building:
        mend = "Use prompts=build, or a file of yours with `name: build`."
        yield ("prompts.name",), "are the prompts of training, and not of wfllm build", mend
    for name, fields in _FILLED.items() if isinstance(prompts, s.BuildPrompts) else ():
        for field in fields:
            if f"{{{field}}}" not in getattr(prompts, name).user:
                yield (
                    (f"prompts.{name}.user",),
                    f"nowhere says {{{field}}}",
                    f"Write {{{field}}} where it belongs.",
                )


def _packs(trainer: s.Trainer, model: s.Model) -> Iterator[Broken]:
    if trainer.pack_tokens is None:
        return
    if trainer.batching == "padded":
        mend = "Use trainer.batching=packed."
        yield ("trainer.pack_tokens", "trainer.batching"), "padded batches have no packs", mend
    elif trainer.pack_tokens < model.context:
        cause = f"a record of model.context={model.context} tokens would fit into no pack"
        yield ("trainer.pack_tokens", "model.context"), cause, "Raise the one or lower the other."


def _training(trainer: s.Trainer, optim: s.Optim) -> Iterator[Broken]:
    """What a step is made of."""
    if trainer.loss_mean == "micro_batch" and trainer.batching == "packed":
        cause = "a pack holds whatever fits, so a record would weigh by its neighbours"
        yield ("trainer.loss_mean", "trainer.batching"), cause, "Use trainer.batching=padded."
    if optim.min_lr and optim.schedule == "constant":
        mend = "Use optim.schedule=linear or cosine."
        yield ("optim.min_lr", "optim.schedule"), "a constant rate ends where it was", mend
    if trainer.min_gain and trainer.patience is None:
        yield ("trainer.min_gain", "trainer.patience"), "nothing waits for a gain", "Set trainer.patience=3."
    if trainer.compile and trainer.batching == "packed":
        cause = "every pack is cut otherwise, and the blocks would be compiled again for each"
        yield ("trainer.compile", "trainer.batching"), cause, "Use trainer.batching=padded."
    if trainer.liger and trainer.accelerator == "cpu":
        yield ("trainer.liger", "trainer.accelerator"), "Liger's kernels need a GPU", "Leave it out."
    if trainer.liger and trainer.loss_chunk is not None:
        yield ("trainer.loss_chunk", "trainer.liger"), "Liger makes chunks of its own", "Leave it out."
    if trainer.parallel == "deepspeed":
        for key, asked in (("optim.ema", optim.ema is not None), ("trainer.best", trainer.best != "last")):
            if asked:
                cause = "needs every weight, and DeepSpeed keeps them to itself"
                yield (key, "trainer.parallel"), cause, "Use trainer=fsdp or ddp."


def _tiny(model: s.TinyModel) -> Iterator[Broken]:
    keys = ("model.hidden", "model.heads")
    if model.hidden % model.heads:
        yield keys, f"{model.hidden} is no multiple of model.heads={model.heads}", ""
    elif model.hidden // model.heads % 2:
        mend = "Rotary positions turn pairs: use an even number of dimensions for each head."
        yield keys, f"{model.hidden} / model.heads={model.heads} is odd", mend


def _families(metrics: s.Metrics) -> Iterator[Broken]:
    """Families of plug-ins that are broken, called as a built-in one is, or lack their own keys."""
    key = ("metrics.families",)
    for family in metrics.families:
        modules = module_files("metrics").get(family)
        if not modules:
            continue
        if family in s.TAKEN_FAMILIES:
            cause = f"{as_written(modules[0])} is called as the built-in {family}, which no plug-in replaces"
            yield key, cause, "Rename this file."
            continue
        try:
            found = part("metrics", family)
        except WfllmError as fault:
            yield key, f"{fault.where}: {fault.cause}", fault.mend
            continue
        own = options_of(found) if found else None
        if own is not None and not isinstance(metrics, own):
            yield key, f"{family} has keys of its own", f"Choose it with metrics={family}."
