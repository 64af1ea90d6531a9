# `make` lists the targets. `make run` and `make test` set everything up by themselves.

PYTHON ?= python3
DATA = $(or $(INSIGHT_DATA),.insight)
IN = .venv/bin
TRAINED = $(if $(FILES),feedback,event)

.DEFAULT_GOAL := help
.PHONY: help setup run test check format demo pictures bench faults train keycloak lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: ## Virtual environment, packages, pages and servers in .venv (the other targets call it)
	@$(PYTHON) deploy/setup.py

run: setup ## Start everything at http://localhost:8000; Ctrl-C stops it
	@exec $(IN)/insight run

test: setup ## All tests; ARGS="-k acknowledge" passes options to pytest
	@$(IN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## Formatter, linter, types and import rules
	@$(IN)/ruff format --check .
	@$(IN)/ruff check .
	@$(IN)/mypy
	@$(IN)/lint-imports

format: setup ## Format the code and mend what the linter can
	@$(IN)/ruff check --fix-only --quiet .
	@$(IN)/ruff format .

demo: setup ## Fill the running estate with a believable history
	@$(IN)/insight demo $(ARGS)

pictures: setup ## Take the README's pictures again, of the running estate after `make demo`
	@$(IN)/python -m tests.pictures

bench: setup ## Measure speed and memory on this machine
	@$(IN)/insight bench $(ARGS)

faults: setup ## Harm an estate in every way and account for every report; FAULTS=long, ARGS="--seed 7"
	@$(IN)/insight faults $(ARGS)

train: setup ## Fit the events' model and measure it; with FILES=labelled.csv that of feedback
	@$(IN)/python -m pip install --quiet --require-hashes -r requirements-train.lock
	@$(IN)/insight themes train --kind $(TRAINED) $(FILES)
	@$(IN)/insight themes evaluate --kind $(TRAINED) --card $(FILES)

keycloak: setup ## Sign in by a real Keycloak, fetched the first time (177 MB)
	@$(IN)/python -m pytest -m keycloak $(ARGS)

lock: setup ## Pin all packages again: requirements*.lock and deploy/jgo.lock.toml
	@$(IN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra dev \
		--quiet --output-file requirements.lock $(ARGS) pyproject.toml
	@$(IN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--group pyproject.toml:train --constraint requirements.lock --quiet --output-file requirements-train.lock $(ARGS)
	@$(IN)/python -m deploy.local.jars --lock

clean: ## Remove the data folder (not while it is in use)
	@test ! -f "$(DATA)/lock" || flock --nonblock "$(DATA)/lock" rm -rf "$(DATA)" \
		|| { echo "insight: $(DATA) is in use: stop the running copy first."; exit 1; }
