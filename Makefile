# Every target works from a fresh clone: it installs what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Installed once, and again when what they are made from changes.
PACKAGES := $(VENV)/.installed
NODE_PACKAGES := node_modules/.installed
# An environment of its own, because checkov pins older versions of what the project uses.
CHECKOV := .venv-checkov/.installed

.DEFAULT_GOAL := help
.PHONY: help setup prerequisites test-prerequisites up down forget status synth test policy test-fast lint format snapshots generated bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: prerequisites $(PACKAGES) $(NODE_PACKAGES) ## check the prerequisites and install everything into this checkout

prerequisites:
	@tools/prerequisites.sh $(PYTHON)

test-prerequisites:
	@tools/test-prerequisites.sh

$(PACKAGES): pyproject.toml constraints.txt
	@echo "installing Python packages into $(VENV) (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(NODE_PACKAGES): package.json package-lock.json
	@echo "installing the cdktf command into node_modules (about half a minute)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(CHECKOV): constraints-checkov.txt
	@echo "installing checkov into .venv-checkov (about a minute)"
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/pip install --quiet --no-compile --disable-pip-version-check -r constraints-checkov.txt
	@touch $@

up: setup ## deploy the platform onto the embedded AWS; STACKS="bootstrap shared dev" and PORT=4566 if you like
	@$(BIN)/hybrid fleet up $(STACKS) $(if $(PORT),--port $(PORT))

down: ## destroy the platform in order, then end the embedded AWS
	@if [ -x $(BIN)/hybrid ]; then $(BIN)/hybrid fleet down; else echo "nothing is installed here, so nothing runs"; fi

forget: ## end the embedded AWS at once and forget its account
	@if [ -x $(BIN)/hybrid ]; then $(BIN)/hybrid local down --purge; else echo "nothing is installed here, so nothing runs"; fi

status: setup ## what the embedded AWS holds
	@$(BIN)/hybrid local status

synth: setup ## synthesize all stacks into cdktf.out
	@$(BIN)/python main.py

test: setup $(CHECKOV) test-prerequisites lint ## everything: ruff, mypy, and all tests with the real Terraform on the embedded AWS
	@$(BIN)/python -m pytest tests/unit tests/synth tests/policy tests/terraform
	@# Side by side: most of their time is spent waiting for emulated databases; the longest comes first.
	@$(BIN)/python -m pytest tests/deploy tests/operations -n 3 --dist loadfile

policy: setup $(CHECKOV) ## the policy tests only: checkov, IAM, tags, encryption, exposure, deletion protection
	@$(BIN)/python -m pytest tests/policy

test-fast: setup ## unit and synth tests only
	@$(BIN)/python -m pytest tests/unit tests/synth

lint: setup ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## format the code and apply ruff's safe fixes
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

snapshots: setup ## accept the stacks' new snapshots; read the diff before you commit it
	@$(BIN)/python -m pytest tests/synth --snapshot-update
	@git --no-pager diff --stat -- tests/synth/__snapshots__

generated: setup ## rewrite what is generated: JSON Schema, reference, the picture of the topology
	@$(BIN)/python -m environments.json_schema --write
	@$(BIN)/python -m environments.reference --write
	@$(BIN)/hybrid graph --synth --output docs/topology.svg

bench: setup ## measure synthesis against the stock imports and an empty app, side by side
	@$(BIN)/python -m bench

lock: setup ## pin the versions that are installed now
	@$(BIN)/pip freeze --exclude-editable | sort -f > constraints.txt

clean: forget ## remove everything that was installed or made here
	rm -rf $(VENV) .venv-checkov node_modules cdktf.out .hybrid .mypy_cache .ruff_cache .pytest_cache
