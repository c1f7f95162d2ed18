# Every command of the project: `make help` lists them. All state lives in .venv.

VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin

new_enough := import sys; sys.exit(sys.version_info < (3, 11))
can_make_venv := import ensurepip, venv

# The first Python on the path that is new enough; `make setup PYTHON=...` names another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if "$$python" -c '$(new_enough)' >/dev/null 2>&1; then echo "$$python"; break; fi; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-browser run test check golden verify trust bench bench-peers matrix clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with everything in it (done by the others when needed)

$(READY): pyproject.toml constraints.txt
	@"$(PYTHON)" -c '$(new_enough)' 2>/dev/null || { \
		echo 'SEMANGAT needs Python 3.11 or newer.' \
			'Install it, or name it: make setup PYTHON=/path/to/python3.12' >&2; exit 1; }
	@"$(PYTHON)" -c '$(can_make_venv)' 2>/dev/null || { \
		echo 'This Python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv.' \
			'Or name another Python: make setup PYTHON=/path/to/python3.12' >&2; exit 1; }
	@echo 'Installing into $(VENV) (one to three minutes the first time) ...'
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e '.[dev]'
	@touch $@

setup-browser: ## install Debian's Chromium, in which the explorer is tested (needs root)
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver; }

run: $(READY) ## answer the project's question for SEMANGAT 72 into results/
	$(BIN)/semangat demo --out results

test: $(READY) ## run the tests, the slow ones aside
	$(BIN)/python -m pytest -q -n 2 -m "not slow"

check: $(READY) ## all that CI runs: format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

golden: $(READY) ## refresh the golden values, on purpose
	$(BIN)/python -m tests.golden

verify: $(READY) ## run the slow statistical and packaging checks
	$(BIN)/python -m pytest tests/verification

trust: $(READY) ## measure anew what docs/validation.md tells (a quarter of an hour)
	for each in validate calibrate ablate table4 table5; do \
		$(BIN)/semangat $$each --out results/$$each || exit 1; done
	$(BIN)/python -m experiments.reference results

bench: $(READY) ## measure milliseconds per run
	$(BIN)/semangat bench

# Not part of check: it installs the peers into .venv-peers, which needs the internet.
bench-peers: $(READY) ## the same sweep through Mesa, EMA Workbench, Modelly, Naga (half an hour)
	$(BIN)/python benchmarks/peers/run.py --out docs/peers.md

matrix: ## run the tests on every Python from 3.11 on that this machine has
	@failed=; for version in 3.11 3.12 3.13 3.14; do \
		if "python$$version" --version >/dev/null 2>&1; then \
			echo "== Python $$version"; \
			$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON=python$$version \
				|| failed="$$failed $$version"; \
		else \
			echo "== Python $$version: not on this machine"; \
		fi; \
	done; \
	if [ -n "$$failed" ]; then echo "Tests failed on Python$$failed." >&2; exit 1; fi

clean: ## remove .venv, caches and builds; results stay
	rm -rf .venv .venv-* build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name .git -prune -o -name __pycache__ -type d -exec rm -rf {} +
