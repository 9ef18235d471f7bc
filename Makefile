# What a contributor types. Each target sets up what it needs, once; a changed lock file sets it up again.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Without bytecode every run compiles megabytes of generated CDK source again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
# Runs a command with the checkout's own Python and Node.
RUN := tools/lib/in-venv
# ... and with a Docker engine where there can be one.
WITH_ENGINE := $(RUN) tools/with-engine
UNIT := not docker and not slow and not node
ARGS ?=
# Errors only. The lock file names every package, so nothing is resolved; what is imported is compiled then, not all of
# the CDK's 300 services now.
PIP_OPTIONS := --quiet --quiet --disable-pip-version-check --no-deps --no-compile

.PHONY: help
help: ## list the targets
	@echo 'make TARGET [ARGS="..."] [PYTHON=/path/to/python3]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(VENV)/.warm node_modules/.installed ## install Python packages, Node and the CDK command line

.PHONY: demo
demo: setup ## synthesize, deploy and run a pipeline on this machine
	@echo 'Running the demo ...'
	@$(WITH_ENGINE) python -m tools.demo $(ARGS)

.PHONY: test
test: setup check ## every check and every test
	@echo 'Running all tests ...'
	@$(WITH_ENGINE) python -m pytest $(ARGS)

.PHONY: test-unit
test-unit: setup ## the quick tests: no Docker, no CDK command line, no whole systems
	@echo 'Running the quick tests ...'
	@$(RUN) python -m pytest -m '$(UNIT)' $(ARGS)

.PHONY: check
check: $(VENV)/.installed ## lint, format, types, import arrows, shell
	@echo 'Checking ...'
	@$(RUN) tools/check

.PHONY: bench
bench: setup ## ratios against the same work done without this library
	@echo 'Measuring ...'
	@$(WITH_ENGINE) python -m benchmarks $(ARGS)

.PHONY: snapshots
snapshots: setup ## write the snapshots of the templates again
	@echo 'Writing the snapshots ...'
	@$(RUN) python -m pytest tests -m '$(UNIT)' --snapshot-update $(ARGS)

.PHONY: docs
docs: $(VENV)/.installed ## write the pages that are made from the code again: rules, updates, features, Batch API
	@$(RUN) python -m tools.rule_pages
	@$(RUN) python -m tools.environment_updates
	@$(RUN) python -m tools.feature_tables
	@$(RUN) python -m tools.batch_api_page

.PHONY: site
site: $(VENV)/.installed ## write the documentation, with a reference of all public names, as a web site to site/
	@NO_MKDOCS_2_WARNING=1 $(RUN) python -m mkdocs build --quiet
	@echo 'Look at it: .venv/bin/python -m http.server --directory site --bind 127.0.0.1 8000'

.PHONY: lock
lock: $(VENV)/.installed ## write the lock files again (ARGS=--upgrade: with the newest versions)
	@echo 'Writing the lock files ...'
	@$(RUN) tools/lib/lock $(ARGS)

.PHONY: clean
clean: ## remove everything that these targets made in the checkout
	rm -rf $(VENV) node_modules dist demo-out site cdk.out* .batchwright .hypothesis
	find . -type d \( -name __pycache__ -o -name '.*_cache' \) -prune -exec rm -rf {} +

# The stamps. Each is written last, so an interrupted installation starts again.
$(VENV)/.made:
	@echo 'Making $(VENV) ...'
	@tools/lib/make-venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements/dev.txt pyproject.toml | $(VENV)/.made
	@echo 'Installing the Python packages of requirements/dev.txt (a minute or two) ...'
	@$(VENV)/bin/python -m pip install $(PIP_OPTIONS) --require-hashes --requirement requirements/dev.txt
	@$(VENV)/bin/python -m pip install $(PIP_OPTIONS) --no-build-isolation --editable .
	@touch $@

$(VENV)/.warm: $(VENV)/.installed
	@echo 'Preparing the CDK library for its first use ...'
	@$(RUN) tools/lib/launch warm_jsii
	@touch $@

node_modules/.installed: package-lock.json package.json $(VENV)/.installed
	@echo 'Installing the CDK command line of package-lock.json ...'
	@$(RUN) npm ci --silent
	@touch $@
