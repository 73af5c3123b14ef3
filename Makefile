# Needs Python >= 3.11, make and git; everything else is installed into .venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# One more than the cores: some tests wait for a server or a clock.
WORKERS ?= 3

.PHONY: help install run test check format lock bench ui clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: .venv/.installed ## make the environment in .venv

.venv/.installed: pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later was found; install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up .venv (once; about 100 packages) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@uv=$$(command -v uv || true); \
	if [ -z "$$uv" ]; then $(BIN)/python -m pip install --quiet --disable-pip-version-check uv && uv=$(BIN)/uv; fi; \
	"$$uv" pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock && \
	"$$uv" pip install --quiet --python $(BIN)/python --no-deps -e .
	@$(BIN)/python -m compileall -q connectors models pipelines
	@$(BIN)/python -m pipelines.catalog
	@$(BIN)/python -m pipelines.instance
	@touch $@

run: install ## run the night of every account in accounts/, or of the shipped sandbox: a simulated company
	@$(BIN)/sla run

# BI tools bundle older DuckDBs: the published file is opened with one.
.venv/duckdb-1.4: .venv/.installed
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	"$$uv" pip install --quiet --python $(BIN)/python --target $@ --no-deps 'duckdb==1.4.*' && touch $@ || \
	echo "DuckDB 1.4 could not be installed; the test that opens the published file with it is skipped." >&2

test: install .venv/duckdb-1.4 ## run the whole test suite
	@$(BIN)/python -m pipelines.catalog
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: install ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: install ## put the code in its standard form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: install ## the benchmarks and the long proofs
	@$(BIN)/python -m pytest benchmarks -p no:xdist -s

ui: install ## the Dagster UI and the nightly schedule
	@$(BIN)/sla ui

lock: install ## write requirements.lock anew
	@uv=$$(command -v uv || echo $(BIN)/uv); "$$uv" pip compile pyproject.toml --group dev --universal --generate-hashes \
		--python-version 3.11 --upgrade --quiet -o requirements.lock

clean: ## remove the environment and what tools left; settings and data stay
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
