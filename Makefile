# Two commands on a fresh machine: `make run` and `make test`. Both need only Python ≥ 3.11, make and git.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONDONTWRITEBYTECODE ?=
# Where no start may write byte code, it is written with the installation: starting takes twice as long without.
BYTE_CODE := $(if $(PYTHONDONTWRITEBYTECODE),--compile-bytecode)

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check audit-verify retention-check evals bench screenshots demo lint format lock vendor clean

help: ## list what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

install: $(VENV)/.runtime ## set up what is needed to run
install-dev: $(VENV)/.dev ## set up what is needed to test and change

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv venv -q --seed --python "$(PYTHON)" $(VENV); \
	else $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q uv; fi
	@touch $@

# With a development set-up in place nothing is taken away by `make run`.
$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	@test -f $(VENV)/.dev || { printf 'Installing (once)…\n'; PATH="$(abspath $(BIN)):$$PATH" uv pip install -q --python $(BIN)/python --require-hashes $(BYTE_CODE) -r requirements.lock; }
	@PATH="$(abspath $(BIN)):$$PATH" uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock pyproject.toml
	@printf 'Installing the development set (once)…\n'
	@PATH="$(abspath $(BIN)):$$PATH" uv pip install -q --python $(BIN)/python --require-hashes $(BYTE_CODE) -r requirements-dev.lock
	@PATH="$(abspath $(BIN)):$$PATH" uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@ $(VENV)/.runtime

run: install ## set up, load the demo tenants and serve on PORT (8000)
	@$(BIN)/python -m gateway quickstart --port $(PORT)

demo: install ## load the demo tenants and print a key for each
	@$(BIN)/python -m gateway migrate && $(BIN)/python -m gateway demo

test: install-dev ## run every test
	@$(BIN)/python -m pytest $(ARGS)

check: install-dev ## style, types, import direction and prompt files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python -m gateway prompts lint && $(BIN)/python -m gateway plans lint

audit-verify: install ## recompute the audit log's hash chains
	@$(BIN)/python -m gateway audit verify

retention-check: install ## show what each table keeps for how long, and fail when a row is overdue
	@$(BIN)/python -m gateway retention check

evals: install-dev ## run the golden suites and the ship gate
	@$(BIN)/python -m evals gate $(ARGS)

bench: install-dev ## measure CPU per call against a bare Litestar and write docs/performance.md
	@$(BIN)/python -m bench.run

screenshots: install-dev ## take the pictures of docs/screens.md (needs Chromium)
	@$(BIN)/python -m tests.browser.screens

format: install-dev ## let ruff put the code in form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(VENV)/.python ## pin every dependency again, with hashes and without any host
	@PATH="$(abspath $(BIN)):$$PATH" sh -c 'uv lock -q && \
	  uv export -q --format requirements-txt --no-emit-project --no-dev -o requirements.lock && \
	  uv export -q --format requirements-txt --no-emit-project --all-groups -o requirements-dev.lock && rm -f uv.lock'
	@! grep -nE '(https?|file)://' requirements.lock requirements-dev.lock

vendor: ## rebuild the vendored scripts of the admin and compare (needs npm)
	@sh admin/static/vendor/build.sh

clean: ## remove the environment, the demo database and caches
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/build test-results
