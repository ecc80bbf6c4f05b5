"""Each kind of fault on the command line: key, origin, what is allowed, the nearest valid name."""

from __future__ import annotations

import pytest

from tests.config.conftest import faults
from wfllm.config.compose import compose
from wfllm.config.groups import option_files
from wfllm.config.overrides import read_overrides
from wfllm.config.problems import ConfigError, nearest, short, suggestion


def test_an_unknown_key_names_the_nearest_however_it_is_added() -> None:
    found = faults(
        "train", "optim.lrr=1", "+optim.wramup=1", "++trainer.epoch=1", "trainr.epochs=3", "experimnt=tiny"
    )
    assert {problem.line() for problem in found.values()} == {
        "optim.lrr (command line): unknown key. Did you mean optim.lr?",
        "optim.wramup (command line): unknown key. Did you mean optim.warmup?",
        "trainer.epoch (command line): unknown key. Did you mean trainer.epochs?",
        "trainr.epochs (command line): unknown key. Did you mean trainer.epochs?",
        "experimnt (command line): unknown key. Did you mean experiment?",
    }


def test_a_key_like_no_other_gets_the_list() -> None:
    found = faults("train", "xyzzy=1", "optim.xyzzy=1")
    assert "Keys: show, " in found["xyzzy"].mend
    assert "Keys: optim.lr, optim.schedule," in found["optim.xyzzy"].mend


def test_a_key_of_another_option_names_that_option() -> None:
    problem = faults("train", "model.layers=3")["model.layers"]
    assert problem.line() == (
        "model.layers (command line): unknown key of model=smollm2_135m. It belongs to model=tiny."
    )


def test_an_unknown_option_names_the_nearest_and_all() -> None:
    problem = faults("train", "model=tinny")["model"]
    assert problem.origin == "command line"
    assert problem.mend == f"Did you mean tiny? It is one of: {', '.join(option_files('model'))}."


NO_OPTIONS = ["null", "{name: tiny}", "[tiny]", "3", "''", "../model/tiny", "/etc/passwd"]


@pytest.mark.parametrize("value", NO_OPTIONS)
def test_what_is_no_option_at_all(value: str) -> None:
    (problem,) = read_overrides([f"model={value}"], ["model"]).problems
    assert problem.cause.startswith("no option")
    assert "It is one of: api, llama31_8b" in problem.mend


def test_no_preset_is_asked_for_by_leaving_it_out() -> None:
    assert faults("train", "experiment=null")["experiment"].mend.startswith("Leave experiment= out")


WRONG = {
    "trainer.epochs": ("many", "should be a whole number, not 'many'"),
    "trainer.batch_size": ("1.5", "should be a whole number, not 1.5"),
    "trainer.accumulate": ("true", "should be a number, not True"),
    "trainer.samples": ("-1", "should be greater than or equal to 0, not -1"),
    "trainer.checkpoint_every": ("null", "should be a whole number, not None"),
    "optim.lr": ("fast", "should be a number, not 'fast'"),
    "optim.weight_decay": ("inf", "should be a finite number, not inf"),
    "optim.warmup": ("nan", "should be a finite number, not nan"),
    "optim.betas.1": ("[0.9,1.0]", "should be less than 1, not 1.0"),
    "optim.eps": ("0", "should be greater than 0, not 0"),
    "strategy.alpha": ("false", "should be a number, not False"),
    "strategy.target_modules": ("1.5", "should be text or a list: [a, b], not 1.5"),
    "seed": ("4294967296", "should be less than 4294967296, not 4294967296"),
    "dry_run": ("perhaps", "should be true or false, not 'perhaps'"),
    "output": ("[a]", "should be text, not ['a']"),
    "logger.tags": ("x", "should be a list: [a, b], not 'x'"),
    "evaluation.splits.0": ("[train]", "should be 'id', 'ood' or 'dev', not 'train'"),
    "target.plan": ("{a: 1}", "should be true or false, not {'a': 1}"),
}


def test_a_wrong_value_says_what_is_allowed() -> None:
    found = faults("train", *(f"{key.rstrip('.01')}={value}" for key, (value, _) in WRONG.items()))
    assert {key: problem.cause for key, problem in found.items()} == {
        k: cause for k, (_, cause) in WRONG.items()
    }
    assert {problem.origin for problem in found.values()} == {"command line"}


def test_a_value_in_place_of_a_group_of_keys() -> None:
    assert faults("train", "evaluation=3")["evaluation"].cause == "should be keys and values, not 3"
    assert faults("train", "optim.betas=0.9")["optim.betas"].cause == "should be a list: [a, b], not 0.9"


def test_a_wrong_choice_names_the_nearest() -> None:
    assert faults("train", "optim.schedule=linaer")["optim.schedule"].mend == "Did you mean linear?"


def test_a_number_where_text_is_needed_shows_how_to_quote_it() -> None:
    problem = faults("train", "logger.project=42")["logger.project"]
    assert problem.mend == "To give it as text: 'logger.project=\"42\"'."
    assert compose("train", ['logger.project="42"']).plain["logger"]["project"] == "42"


def test_a_value_below_a_value_is_of_the_wrong_type() -> None:
    problem = faults("train", "trainer.epochs.first=3")["trainer.epochs"]
    assert (problem.origin, problem.cause) == ("command line", "should be a whole number, not {'first': 3}")


@pytest.mark.parametrize(
    ("command", "key"), [("build", "output"), ("check", "input"), ("generate", "query"), ("repeat", "run")]
)
def test_a_missing_value(command: str, key: str) -> None:
    problem = faults(command)[key]
    assert problem.cause == "not given"
    assert problem.mend == f"Add {key}=… to the command."


def test_a_missing_value_of_an_option_points_at_its_line() -> None:
    assert faults("train", "data=records")["data.path"].origin == "conf/data/records.yaml:3"


FORMS = {
    "logger": "not of the form key=value",
    "": "not of the form key=value",
    "=": "no key",
    "~optim": "nothing is deleted from a config",
    "~optim.lr": "nothing is deleted from a config",
    "optim@x=adamw": "a group has one place",
    "hydra.verbose=true": "Hydra's own settings change nothing in a single run",
    "hydra/launcher=x": "Hydra's own settings change nothing in a single run",
    "optim.lr=1,2": "several values where one is needed",
    "seed=range(1,3)": "several values where one is needed",
    "model=tiny,qwen2_7b": "several values where one is needed",
    "data=glob(*)": "several values where one is needed",
    "optim.eps=interval(0,1)": "several values where one is needed",
    "modle/x=tiny": "no such group of this command",
    "model.name=tiny": "an option is chosen, not renamed",
}


def test_forms_that_are_not_taken() -> None:
    found = faults("train", *FORMS)
    assert len(found) == len(FORMS)
    for text, cause in FORMS.items():
        problem = found[text.split("=")[0] if text.strip("=") else text or "''"]
        assert (problem.cause, problem.origin) == (cause, "command line")
        assert problem.mend


def test_a_group_of_another_command() -> None:
    problem = faults("evaluate", "strategy=lora")["strategy"]
    assert problem.cause == "no such group of this command"
    assert problem.mend.startswith("Groups: data, thoughts,")


def test_many_faults_of_every_kind_come_at_once() -> None:
    found = faults(
        "train",
        "data=records",  # leaves data.path missing
        "model=tinny",  # unknown option
        "model.layers=none",  # wrong type, of the option that was meant
        "++optim.lrr=1",  # unknown key
        "trainer.precision=16-mixed",  # wrong together with the next
        "trainer.accelerator=cpu",
        "target.plan=perhaps",  # wrong type
        "output=${nowhere}",  # dangling reference
        "logger.group=${oc.env:HOME}",  # refused
        "~seed",
        "nonsense",
    )
    assert sorted(found) == sorted(
        [
            *("data.path", "model", "model.layers", "optim.lrr", "trainer.precision", "target.plan"),
            *("output", "logger.group", "~seed", "nonsense"),
        ]
    )
    assert found["data.path"].origin == "conf/data/records.yaml:3"
    assert {p.origin for k, p in found.items() if k != "data.path"} == {"command line"}


def test_keys_of_an_option_that_cannot_be_guessed_are_not_judged() -> None:
    assert set(faults("train", "model=zzz", "model.layers=3", "model.context=x")) == {
        "model",
        "model.context",
    }


def test_a_rule_is_not_held_against_a_value_that_did_not_arrive() -> None:
    assert set(faults("train", "decoding.max_new_tokens=3000", "model.contxt=8192")) == {"model.contxt"}


def test_no_problem_is_told_twice() -> None:
    with pytest.raises(ConfigError) as caught:
        compose("train", ["optim.lrr=1", "optim.lrr=1", "strategy.target_modules=[1]"])
    keys = [problem.key for problem in caught.value.problems]
    assert sorted(keys) == ["optim.lrr", "strategy.target_modules.0"]


def test_a_problem_is_one_line_however_long_its_value() -> None:
    line = faults("train", f"trainer.epochs='{'x' * 5000}\n\ny'")["trainer.epochs"].line()
    assert "\n" not in line
    assert len(line) < 200


def test_nearest_compares_last_parts_too() -> None:
    assert nearest("train.epochs", ["trainer.epochs", "seed"]) == "trainer.epochs"
    assert nearest("epohs", ["trainer.epochs", "optim.lr"]) == "trainer.epochs"
    assert nearest("qqq", ["trainer.epochs"]) is None


def test_suggestion_lists_everything_where_asked() -> None:
    assert suggestion("a", ["b", "c"], everything="One of") == "One of: b, c."
    assert suggestion("qqq", ["b"]) == ""


def test_short_cuts_long_values() -> None:
    assert len(short("x" * 1000)) == 60
