# DocGen's commands. `make help` lists them; the text behind ## is what it prints.
# Everything is installed into .venv with checked hashes; nothing system-wide is touched.

VENV := .venv
BIN := $(VENV)/bin
# The newest suitable Python on PATH; `make PYTHON=/path/to/python3.12 run` takes another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help install run test test-unit fuzz-api chaos lint format bench bench-http bench-overload bench-batch bench-batches bench-jobs bench-telemetry bench-footprint bench-slack bench-storage openapi examples pictures lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/dev.done ## set up .venv with everything: service, tests, tools

run: $(VENV)/run.done ## start the service with an embedded PostgreSQL and example templates
	@exec $(BIN)/docgen serve --examples

test: $(VENV)/dev.done ## run all tests (they start every server they need)
	@# They start hundreds of processes, which may not be allowed to keep what they compile.
	@$(BIN)/python -m compileall -q src
	$(BIN)/pytest -n auto --dist worksteal

test-unit: $(VENV)/dev.done ## run the unit tests alone (no server, no files)
	$(BIN)/pytest tests/unit

EXAMPLES := 2000
chaos: $(VENV)/dev.done ## put batches through ten minutes of random faults: make chaos MINUTES=10 SEED=7
	$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

fuzz-api: $(VENV)/dev.done ## send made-up requests to the API (EXAMPLES=2000 for each operation, SEED=… to repeat a run)
	$(BIN)/python -m tests.integration.http.api_fuzzing --examples $(EXAMPLES) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/dev.done ## check style, types, the import contracts and the dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src tests benchmarks

format: $(VENV)/dev.done ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.done ## compare with other engines, side by side, and write docs/benchmarks.md (installs them below .bench/)
	$(BIN)/python -m benchmarks.compare --write
	$(BIN)/python -m benchmarks.scaling --write

bench-http: $(VENV)/dev.done ## put load on the service, beside a naive one, and write docs/benchmarks.md (needs wrk)
	$(BIN)/python -m benchmarks.service --write

bench-overload: $(VENV)/dev.done ## put twice the load on the service that it can carry, and write docs/benchmarks.md (needs wrk)
	$(BIN)/python -m benchmarks.overload --write

bench-batch: $(VENV)/dev.done ## make letters from the rows of a table, beside docxtpl in a loop, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.batch --write

bench-batches: $(VENV)/dev.done ## send rows of a table to the service, have workers make letters of them, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.batches_http --write
	$(BIN)/python -m benchmarks.batches_memory --write

bench-storage: $(VENV)/dev.done ## put blobs into a bucket and a directory, beside plain code, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.storage --write

bench-slack: $(VENV)/dev.done ## answer Slack, fifty requests at a time, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.slack --write

bench-jobs: $(VENV)/dev.done ## have documents made by workers, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.jobs --write

bench-footprint: $(VENV)/dev.done ## start service and worker, see what they take when idle, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.footprint --write
bench-telemetry: $(VENV)/dev.done ## measure what traces cost a render, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.telemetry --write

openapi: $(VENV)/dev.done ## write the API's description into docs/openapi.json
	$(BIN)/python -m tests.unit.entrypoints.described

examples: $(VENV)/dev.done ## build the Word examples anew from their script
	$(BIN)/python -m examples.build
	$(BIN)/python -m examples.reference

pictures: $(VENV)/dev.done ## print the features in examples/features for docs/images (needs LibreOffice and pdftoppm)
	$(BIN)/python -m examples.pictures

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --group build pyproject.toml
lock: $(VENV)/dev.done ## compile the hashed requirements from pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(COMPILE) $(UPGRADE) --extra embedded --output-file requirements.txt
	$(COMPILE) $(UPGRADE) --all-extras --constraint requirements.txt --output-file requirements-dev.txt

clean: ## remove .venv and caches (data in .docgen/ stays)
	rm -rf $(VENV) .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -------------------------------------------------------------------------------------------------

# uv_build, the build backend, looks for its program on PATH.
PIP := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/run.done: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --requirement requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --requirement requirements-dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/run.done

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "DocGen needs Python 3.11 or newer, and none is on PATH: install it, or name it with 'make PYTHON=/path/to/python3.12 …'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "DocGen needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1): name another with 'make PYTHON=/path/to/python3.12 …'." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: 'apt install python3-venv'), then run make again." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
