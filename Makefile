# `make` alone prints what there is. Every target sets up what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test bench simulate screens goals lint lock clean

BIN := .venv/bin
SEED ?= 1
YEARS ?= 1
ARGS ?=

help: ## Print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv with what the lock files name; quick when nothing changed
	@scripts/setup

demo: setup ## Start a demo practice on http://localhost:8000 and print the sign-in
	@$(BIN)/carepost demo $(ARGS)

test: setup ## Run the tests; ARGS='-k cancel' picks some
	@scripts/test-needs
	@scripts/test $(ARGS)

bench: setup ## Measure the hot path beside others' (writes bench/results/)
	@scripts/setup bench
	@$(BIN)/python bench/run.py $(ARGS)

simulate: setup ## Run seeded simulated years: SEED=1 YEARS=1
	@$(BIN)/python -m tests.simulation --seed $(SEED) --years $(YEARS) $(ARGS)

screens: setup ## Photograph the pages of a running Carepost into screens/: ARGS='URL …'
	@$(BIN)/python scripts/screens.py $(ARGS)

goals: setup ## Measure the pages of a running demo beside what is asked of them: ARGS='--url …'
	@$(BIN)/python -m scripts.goals $(ARGS)

lint: setup ## Check style, types, layers, migrations, templates and house rules
	@scripts/lint

lock: setup ## Write the lock files anew from pyproject.toml; ARGS='--upgrade' moves all versions
	@scripts/lock $(ARGS)

clean: ## Remove what the targets above made, the environment too
	rm -rf .venv build dist screens .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench scripts -name __pycache__ -prune -exec rm -rf {} +
