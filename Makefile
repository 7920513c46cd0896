# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Set-up is remembered in .setup/: a second run sets nothing up again.
SHELL := /bin/bash
PY := .venv/bin/python
DEMO := demo
PORT := 8000
YOUNG := 3000
PYTEST_WORKERS := 2

.PHONY: help demo test check bench bench-linkage bench-disclosure bench-governance mutation coverage serve setup format lint types imports docs lock clean
.DEFAULT_GOAL := help

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

demo: .setup/run ## from a folder of messy extracts to published profiles
	@rm -rf $(DEMO)
	@$(PY) -m kithmap demo $(DEMO) --young $(YOUNG) --seed 1

test: .setup/dev ## set up, then every test
	$(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile

check: format lint types imports docs test ## everything CI runs

format: .setup/dev
	.venv/bin/ruff format --check .
lint: .setup/dev
	.venv/bin/ruff check .
types: .setup/dev
	.venv/bin/pyright
imports: .setup/dev
	.venv/bin/lint-imports
docs: .setup/dev
	$(PY) scripts/make_docs.py --check

bench: .setup/dev ## benchmarks, as ratios against a peer in the same run
	$(PY) -m benchmarks.whole_road

bench-linkage: .setup/dev ## figures of linkage, each beside its goal and its peer
	$(PY) -m benchmarks.linkage

bench-disclosure: .setup/dev ## figures of disclosure control: attacks, values kept, cost, time
	$(PY) -m benchmarks.disclosure

bench-governance: .setup/dev ## every decision by three oracles, and 200 random worlds
	KITHMAP_EVERY_DECISION=1 KITHMAP_WORLDS=200 $(PY) -m pytest -q tests/properties/test_permission_oracles.py tests/properties/test_non_interference.py --durations=5

mutation: .setup/dev ## change the code that protects people, and see that a test notices (GROUPS="permissions shared")
	$(PY) scripts/mutation.py $(GROUPS)

coverage: .setup/dev ## which lines no test runs
	$(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile --cov --cov-report=term:skip-covered

serve: .setup/run .setup/pages ## the pages, on the demonstration, with a made-up user for each role
	@test -d $(DEMO)/workspace || $(MAKE) --no-print-directory demo
	@$(PY) -m kithmap serve -w $(DEMO) --demo-users --port $(PORT)

setup: .setup/dev

# The parts of set-up: a virtual environment, hashed requirements, then what apt-get must add.
.setup/venv:
	@mkdir -p .setup
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kithmap needs Python 3.11 or later.")'
	python3 -m venv .venv
	@touch $@

.setup/run: .setup/venv requirements/run.txt pyproject.toml
	$(PY) -m pip install --quiet --require-hashes -r requirements/run.txt
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# What a browser is sent, built from frontend/ with Node 20+.
.setup/pages: frontend/package-lock.json frontend/build.mjs $(wildcard frontend/styles/* frontend/scripts/*)
	@mkdir -p .setup
	cd frontend && npm ci --silent && npm run --silent build
	@touch $@

.setup/dev: .setup/run .setup/pages requirements/dev.txt scripts/system_packages.sh
	$(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt
	bash scripts/system_packages.sh
	@touch $@

lock: ## resolve the requirement files again
	bash scripts/lock.sh

clean:
	rm -rf .venv .setup $(DEMO)
