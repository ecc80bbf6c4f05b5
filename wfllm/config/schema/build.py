"""The stages of `wfllm build` that have keys of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import (
    Count,
    Float,
    Language,
    Money,
    Positive,
    Schema,
    Seed,
    Share,
    Temperature,
    Url,
)

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
    by: Literal["llm", "catalogue"] = "llm"
    """Who writes them: the model of the group `llm`, as in the paper, or the API documentation, in plain
    words and without a model."""
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
    """Share of words in common from which a request is too similar to an example or to another of its chunk,
    and in the end to any other (`confirm.similar_request`). Unknown in the paper."""
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
    price_in: Money | None = None
    """USD for a million tokens that it reads; null takes `llm.price_in`, or where it has an address or a name
    of its own knows no price."""
    price_out: Money | None = None
    """USD for a million tokens that it writes, likewise."""
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
    same_code: bool = True
    """Drop samples whose code says the same as that of a training workflow or of an earlier sample: but for
    names, comments and spelling. Asked, like the next, in the stage `distinct`, which sees all samples."""
    similar_request: bool = True
    """Drop samples whose request has the share `expand.similar` of its words in common with that of a
    training workflow or of an earlier sample. Whoever is dropped does; of those that should be, at most about
    1 in 1,000 is missed (MinHash), always the same ones."""


class Describe(Schema):
    """The finished dataset in numbers: `describe.html` and the tables beside it."""

    tokenizer: str | None = None
    """Folder or hub id of the tokenizer that counts the tokens of prompts and answers; null estimates them
    from their characters."""
    characters_per_token: Annotated[Float, Field(gt=0)] = 3.0
    """What the estimate takes for a token. SmolLM2's tokenizer has about 3 in code and documentation."""
