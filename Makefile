# Needs Python 3.10 to 3.13 with pip; the rest is fetched into .venv. GNU Make 3.81 is enough.
PYTHON ?= python3
PORT ?= 8501
# Not from the environment, where some shells and compilers have a HOST of their own.
HOST := localhost
BIN := .venv/bin

# The requirements that are in .venv: touched when pip has finished, older than their file when not.
RUNTIME := .venv/requirements.stamp
WITH_DASK := .venv/requirements-cluster.stamp
DEV := .venv/requirements-dev.stamp

# CI wants every failure of a run; at your desk the first one is enough.
ifeq ($(CI),true)
MAKEFLAGS += --keep-going
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run cluster test coverage test-rooms test-pages test-browser test-deploy \
	lint style types javascript in-step pictures format bench load screenshots requirements clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

run: $(if $(CLUSTER),$(WITH_DASK),$(RUNTIME)) ## Serve on PORT (8501); HOST=0.0.0.0 for others, too; your own: LAYERS=my_module.py, MODELS=folder, LESSONS=folder; WORKERS=n, CLUSTER=tcp://host:8786, FRAMES="pages that may show it"
	LAYERSCOPE_LAYERS="$(LAYERS)" LAYERSCOPE_MODELS="$(MODELS)" LAYERSCOPE_LESSONS="$(LESSONS)" \
		LAYERSCOPE_WORKERS="$(WORKERS)" LAYERSCOPE_FRAMES="$(FRAMES)" \
		LAYERSCOPE_CLUSTER="$(CLUSTER)" \
		$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

cluster: $(WITH_DASK) ## Start a Dask scheduler on HOST, port 8786, with WORKERS (2); CLUSTER=tcp://host:8786 starts workers for that one
	PYTHON="$(BIN)/python" WORKERS="$(WORKERS)" HOST="$(HOST)" deploy/cluster.sh $(CLUSTER)

## Tests and checks. ARGS goes to pytest: make test-rooms ARGS="-k linear -x".

# Two at a time, and tests that share something expensive in one of them.
TWO := --numprocesses 2 --dist loadgroup --durations 20

# Rooms and pages one by one, because pages run in Streamlit's process, where TensorFlow never is.
ALL := test-rooms test-pages test-browser
test: $(ALL) ## Run all tests

# Not in `make test`: counting lines takes half as long again.
COV :=
coverage: COV := --cov --cov-report=
coverage: $(ALL) ## Run all tests, and print how much of the code they cover
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

test-rooms: $(DEV) ## Run the tests that need neither Streamlit nor a browser
	COVERAGE_FILE=.coverage.rooms $(BIN)/pytest $(COV) $(TWO) \
		--ignore=tests/pages --ignore=tests/browser --ignore=tests/deploy $(ARGS)

test-pages: $(DEV) ## Run the tests of the pages that need no browser
	COVERAGE_FILE=.coverage.pages $(BIN)/pytest $(COV) $(TWO) tests/pages $(ARGS)

test-browser: $(DEV) ## Run the tests of the pages in a browser
	@$(BIN)/python -m tests.browser.chromium
	COVERAGE_FILE=.coverage.browser $(BIN)/pytest $(COV) $(TWO) tests/browser $(ARGS)

# Outside of `make test`: it needs nginx, which is the system's and not Python's.
test-deploy: $(DEV) ## Run two processes behind nginx, and kill one; installs nginx where apt and root are there
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null || { \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			apt-get -qq update && apt-get -qq install --yes --no-install-recommends nginx-light >/dev/null; \
		else \
			echo "The deployment cannot be tested: expected nginx on the PATH. Received none." \
				"Install it: apt-get install nginx-light, dnf install nginx, or brew install nginx" >&2; \
			exit 1; \
		fi; }
	$(BIN)/pytest --timeout 600 tests/deploy $(ARGS)

lint: style types javascript in-step pictures ## Check style, types, requirements, and the documents' pictures

style: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEV)
	$(BIN)/ty check

# Style and types of browser/. The app needs none of these packages, nor node.
JS := tools/javascript
ESLINT = $(BIN)/node $(JS)/node_modules/eslint/bin/eslint.js --config $(JS)/eslint.config.js \
	--max-warnings 0
PRETTIER = $(BIN)/node $(JS)/node_modules/prettier/bin/prettier.cjs --config $(JS)/prettier.config.js
SCRIPTS := browser $(wildcard $(JS)/*.js)

javascript: $(JS)/node_modules/stamp
	$(ESLINT) $(SCRIPTS)
	$(PRETTIER) --check --log-level warn $(SCRIPTS)
	$(BIN)/node $(JS)/node_modules/typescript/bin/tsc --project $(JS)

pictures: $(RUNTIME) ## Check that docs/pictures.toml makes the pictures that are there; WRITE=1 makes them
	$(BIN)/python -m layerscope render docs/pictures.toml $(if $(WRITE),,--check)

format: $(DEV) $(JS)/node_modules/stamp ## Correct what the linters and the formatters can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(ESLINT) --fix $(SCRIPTS)
	$(PRETTIER) --write --log-level warn $(SCRIPTS)

bench: $(DEV) ## Measure the app against its naive form
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m benchmarks $(ARGS)

load: $(DEV) ## Measure a room of visitors without browsers; ARGS="--visitors 50 --seconds 30", --same, --soak 10
	$(BIN)/python -m benchmarks.load $(ARGS)

screenshots: $(DEV) ## Take the README's pictures from the real page
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m tools.screenshots

# The pins serve every supported Python and system, and move only with UPGRADE=1.
UV := "$(CURDIR)/$(BIN)/uv" pip compile --quiet --system-certs --universal --python-version 3.10 \
	--annotation-style line --custom-compile-command "make requirements" $(if $(UPGRADE),--upgrade)
compile = cd $(1) && $(UV) pyproject.toml --output-file requirements.txt >/dev/null && \
	$(UV) pyproject.toml --extra cluster --constraint requirements.txt \
		--output-file requirements-cluster.txt >/dev/null && \
	$(UV) --group dev --constraint requirements-cluster.txt \
		--output-file requirements-dev.txt >/dev/null

requirements: $(DEV) ## Compile requirements*.txt from pyproject.toml; UPGRADE=1 moves the pins
	@$(call compile,.)

in-step: $(DEV)
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && \
	cp pyproject.toml requirements*.txt "$$copy" && ($(call compile,"$$copy")) && \
	for file in requirements*.txt; do diff -u $$file "$$copy/$$file" || { \
		echo "$$file is out of step: expected what pyproject.toml compiles to." \
			"Received the lines marked -. \`make requirements\` would write those marked +." >&2; \
		exit 1; }; done

clean: ## Remove what make made: .venv, caches, coverage, node_modules
	rm -rf .venv .coverage* .hypothesis .pytest_cache .ruff_cache $(JS)/node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +

## Set-up

SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))

.venv/pyvenv.cfg:
	@$(PYTHON) -c '$(SUPPORTED)' 2>/dev/null || { \
		echo "The set-up cannot start: expected Python 3.10 to 3.13." \
			"Received $$($(PYTHON) --version 2>&1 | tail -1)." \
			"Install one of them, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "The set-up cannot start: expected Python's venv and ensurepip." \
			"Received a $(PYTHON) without them." \
			"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUNTIME): requirements.txt .venv/pyvenv.cfg
	@echo "Installing requirements.txt into .venv: some 430 MB, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(WITH_DASK): requirements-cluster.txt $(RUNTIME)
	@echo "Installing requirements-cluster.txt into .venv: some 10 MB."
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "Installing requirements-dev.txt into .venv."
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(JS)/node_modules/stamp: $(JS)/package-lock.json $(JS)/package.json | $(DEV)
	@echo "Installing the checks of browser/ into $(JS)/node_modules: some 60 MB."
	@PATH="$(abspath $(BIN)):$$PATH" && cd $(JS) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@
