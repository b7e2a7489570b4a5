# The project's habits. Everything runs in .venv, which is made when it is missing or the requirements changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCAL := .venv-local
SOURCE ?=
# The files in their order, the long ones of the browser first: they share an app, and no long one is left for the end.
PARALLEL ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
NODE := tests/support/node
FRONT := front
TOOLS := $(FRONT)/node_modules/.package-lock.json

.PHONY: run test test-all test-front test-local test-quick lint lint-python lint-front format types bench lock audit screenshots clean

run: $(VENV)/.run ## the app on its embedded default; SOURCE=path/to/README.md opens a card
	$(BIN)/python app.py $(SOURCE)

test: MARKED := -m "not slow"
test: $(VENV)/.dev $(NODE)/node_modules/.package-lock.json ## lint, types and the tests, the browser included
	@sh tests/chromium.sh
	@$(MAKE) --no-print-directory -j 3 lint types test-front
	$(BIN)/python -m pytest $(PARALLEL) $(MARKED)

test-all: ## `make test` with what takes minutes: the slow tests, real models, and a short run of what is measured
	@$(MAKE) --no-print-directory test MARKED=
	@$(MAKE) --no-print-directory test-local
	$(BIN)/python -m benchmarks.holding --only link: || test $$? = 2
	$(BIN)/python -m benchmarks.soak 4 || test $$? = 2
	$(BIN)/python -m benchmarks.half_open || test $$? = 2
	$(BIN)/python -m benchmarks.ending || test $$? = 2

test-front: $(TOOLS) ## the tests of the pages' scripts that need no page
	cd $(FRONT) && npm test --silent

test-local: $(LOCAL)/.dev ## the tests that run real models; torch and the rest go into a virtual environment of their own
	@sh tests/chromium.sh
	$(LOCAL)/bin/python -m pytest -m torch -n 0

test-quick: $(VENV)/.dev $(NODE)/node_modules/.package-lock.json ## the tests that need no browser, without the benchmarks
	$(BIN)/python -m pytest $(PARALLEL) -m "not browser and not slow" --ignore tests/benchmarks/test_small.py

lint: lint-python lint-front

lint-python: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-front: $(TOOLS)
	cd $(FRONT) && npm run lint --silent

format: $(VENV)/.dev $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd $(FRONT) && npm run format --silent

# The parts where they lie once installed, for tools that read code without running it.
PARTS := cli metadata wire inference snippets ui widgets playground local
build/links: $(MAKEFILE_LIST) $(wildcard showcard/*.py)
	rm -rf $@ && mkdir -p $@/showcard
	for part in $(PARTS) $(wildcard showcard/*.py); do ln -s ../../../$$part $@/showcard/; done

types: $(VENV)/.dev build/links
	$(BIN)/mypy

bench: $(VENV)/.dev $(NODE)/node_modules/.package-lock.json ## every figure, printed as ratios of one run; 2 is for what can't be measured here
	@failed=; skipped=; for script in $(notdir $(basename $(wildcard benchmarks/*.py))); do \
	  echo "== $$script"; $(BIN)/python -m benchmarks.$$script; \
	  case $$? in 0) ;; 2) skipped="$$skipped $$script" ;; *) failed="$$failed $$script" ;; esac; \
	done; echo "missed:$${failed:- nothing}; skipped:$${skipped:- nothing}"; test -z "$$failed"

lock: $(VENV)/.dev ## writes requirements.lock anew: the versions and hashes that the container image installs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	{ head -n 1 requirements.lock; $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header $(UPGRADE) requirements.txt; } > requirements.lock.new
	mv requirements.lock.new requirements.lock

audit: $(VENV)/.dev ## asks for known advisories about what requirements.lock names; needs a network
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

screenshots: $(VENV)/.dev ## remakes docs/screenshots from the running app
	$(BIN)/python docs/screenshots.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.run

$(LOCAL)/bin/python:
	$(PYTHON) -m venv $(LOCAL)

$(LOCAL)/.dev: requirements.txt requirements-dev.txt requirements-local.txt requirements-local-dev.txt | $(LOCAL)/bin/python
	$(LOCAL)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-local-dev.txt
	touch $@

$(NODE)/node_modules/.package-lock.json: $(NODE)/package-lock.json
	cd $(NODE) && npm ci --silent --no-audit --no-fund
	touch $@

$(TOOLS): $(FRONT)/package-lock.json
	cd $(FRONT) && npm ci --silent --no-audit --no-fund
	touch $@

clean:
	rm -rf $(VENV) $(LOCAL) $(NODE)/node_modules $(FRONT)/node_modules build .pytest_cache .mypy_cache .ruff_cache .hypothesis .gradio tests/artifacts
