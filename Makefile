# What can be done with Trainyard; `make help` lists it.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Tests wait for servers as much as they compute: one process more than there are cores. What they
# compile is kept, or each process and each server that is started would compile it anew.
TESTERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
MINUTES ?= 2
ROUNDS ?= 0
DATABASE ?= sqlite

.PHONY: help run worker test test-all fuzz chaos lint format bench catalogue lock extra

help:  ## list what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/runtime: requirements.txt
	@test -n "$(PYTHON)" || { echo "Trainyard needs Python 3.11, 3.12 or 3.13; none was found. Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv, a Python for Trainyard alone (once, a few seconds)"; $(PYTHON) -m venv .venv; }
	@echo "Fetching what Trainyard needs into .venv (once, about a minute; longer by a slow line)"
	@set -o pipefail; PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes -r requirements.txt \
		| $(BIN)/python deploy/installing.py $$(grep -c '==' requirements.txt)
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@echo "Installing what tests and checks need into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/fuzzing: .venv/development requirements-fuzz.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	@touch $@

.venv/extra: .venv/runtime requirements-extra.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-extra.txt
	@touch $@

extra: .venv/extra  ## install XGBoost, LightGBM and CatBoost too; then start anew what runs
	@echo "XGBoost, LightGBM and CatBoost are installed; what runs knows them once it is started anew"

run: .venv/runtime  ## start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run

worker: .venv/runtime  ## one more training worker with the same settings; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run worker

test: .venv/development  ## run the tests but the long ones (12 minutes on 2 cores)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(TESTERS) --dist worksteal -m "not long"

test-all: .venv/development  ## run everything: the long tests, fuzzing, and faults on both databases
	env -u PYTHONDONTWRITEBYTECODE TRAINYARD_JUDGE_ALL=1 \
		$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal --hypothesis-profile default
	$(MAKE) fuzz
	$(MAKE) chaos
	$(MAKE) chaos DATABASE=postgresql

chaos: .venv/development  ## attack the running product: MINUTES=2 SEED=7 DATABASE=sqlite|postgresql ROUNDS=0
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) --database $(DATABASE) --rounds $(ROUNDS) \
		$(if $(SEED),--seed $(SEED))

fuzz: .venv/fuzzing  ## read broken files of all kinds: MINUTES=2 SEED=7
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

lint: .venv/development  ## check style, types, layers, templates and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/codespell

format: .venv/development  ## put the code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/development  ## measure what must be fast, as ratios within one run
	$(BIN)/python -m benchmarks

pictures: .venv/development  ## take the pictures anew that tests hold pages against; look at each before a commit
	TRAINYARD_NEW_PICTURES=1 $(BIN)/python -m pytest -q -p no:xdist tests/browser/test_pictures.py

catalogue: .venv/development  ## write the estimators' catalogue anew from the installed scikit-learn
	$(BIN)/python -m tools.catalogue

lock: .venv/development  ## compile the locked requirements from the .in files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" requirements-fuzz.in -o requirements-fuzz.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" requirements-extra.in -o requirements-extra.txt
