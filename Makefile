# The one entry. Needs python3 (3.11 or newer) and make; everything else is set up in this folder.

PYTHON ?= python3
PORT ?= 4566
STAGE ?= dev

UV_VERSION := 0.13.9
SAM_VERSION := 1.170.0
BUILD_DIR := .aws-sam/build
UV := .tools/uv/bin/uv
SAM = $(UV) tool run --from aws-sam-cli==$(SAM_VERSION) sam

# uv takes the interpreter that is here and fetches none.
export UV_PYTHON_DOWNLOADS := never

# Bytecode is kept whatever the shell says: else each of a session's many processes would compile all of its packages.
unexport PYTHONDONTWRITEBYTECODE

# The stack that is meant: on a PORT that was given, else the one that started last.
CHOSEN = $(if $(filter file,$(origin PORT)),,--port $(PORT))

RUNTIME_READY := .venv/.ready-runtime
DEV_READY := .venv/.ready-dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

##@ Try it

.PHONY: run
run: $(RUNTIME_READY) ## Run everything on this machine (PORT=4566); Ctrl-C stops it
	@exec .venv/bin/python -m local run --port $(PORT) --parent $$PPID

.PHONY: demo
demo: $(RUNTIME_READY) ## Play a refused email change against the running stack (PORT=4567: against that one)
	@exec .venv/bin/python -m local demo $(CHOSEN)

.PHONY: invoke
invoke: EVENT ?= scim_create_user
invoke: $(RUNTIME_READY) ## Send an example event to its function on the running stack (EVENT=scim_create_user)
	@exec .venv/bin/python -m local invoke $(EVENT) $(CHOSEN)

.PHONY: sam-local
sam-local: $(RUNTIME_READY) ## Write template, environment and events with which sam local runs against the running stack
	@exec .venv/bin/python -m local sam-local $(CHOSEN)

##@ Work on it

.PHONY: test
test: $(DEV_READY) ## Run all tests, on all cores (ARGS="tests/unit -k patch" for some, on one)
	@exec env TESTS_PARENT=$$PPID .venv/bin/pytest $(or $(ARGS),-n auto)

.PHONY: quick
quick: $(DEV_READY) ## Run the tests of units and the scenarios, on all cores: under a minute
	@exec env TESTS_PARENT=$$PPID .venv/bin/pytest -n auto $(or $(ARGS),tests/unit tests/scenarios)

.PHONY: lint
lint: $(DEV_READY) ## Check style, who imports whom, and the template
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo
	.venv/bin/cfn-lint template.yaml

.PHONY: types
types: $(DEV_READY) ## Check types
	.venv/bin/mypy

.PHONY: check
check: lint types test ## Everything that has to pass before a change is merged

.PHONY: format
format: $(DEV_READY) ## Put the code into its format, and fix what can be fixed
	.venv/bin/ruff check --fix-only --exit-zero .
	.venv/bin/ruff format .

.PHONY: lock
lock: $(UV) ## Lock the dependencies anew after a change of pyproject.toml
	$(UV) lock
	$(UV) lock --project local/ministack
	$(UV) lock --project tests/artifact/runtime
	@$(MAKE) --no-print-directory layers/dependencies/requirements.txt layers/console-dependencies/requirements.txt

##@ Deploy it

.PHONY: build
build: $(UV) ## Build what is deployed (needs python3.13 on the PATH)
	@python3.13 -c '' 2>/dev/null || { echo "Building needs python3.13 on the PATH: it is the functions' interpreter." >&2; exit 1; }
	SAM_CLI_TELEMETRY=0 $(SAM) build $(SAM_BUILD_ARGS)
	python3.13 -m compileall -q --invalidation-mode unchecked-hash $(BUILD_DIR)/DependenciesLayer $(BUILD_DIR)/ConsoleDependenciesLayer

.PHONY: deploy
deploy: $(RUNTIME_READY) ## Build and deploy to your AWS account (STAGE=dev, or prod); asks little, and only the first time
	@exec .venv/bin/python -m deploy --stage '$(STAGE)' --sam '$(SAM)'

##@ Housekeeping

.PHONY: clean
clean: ## Remove what the tools made, but not the environments
	rm -rf .aws-sam .local .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +

.PHONY: clean-all
clean-all: clean ## Remove the environments, too
	rm -rf .venv .tools

.PHONY: help
help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

# ---------------------------------------------------------------------------------------- Environments
# Each has a stamp that is newer than its lock while it is up to date.

$(UV): Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Rightful needs Python 3.11 or newer as '$(PYTHON)'. Another one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up uv $(UV_VERSION) in .tools"
	@$(PYTHON) -m venv --clear .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  || { echo "uv $(UV_VERSION) could not be installed from the Python package index. Is it reachable?" >&2; exit 1; }
	@touch $@

# --inexact: what the tests need stays where it is already installed.
$(RUNTIME_READY): uv.lock pyproject.toml | $(UV)
	@echo "Setting up Python packages in .venv (the first time, this can take a minute)"
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group local --python $(PYTHON)
	@touch $@

$(DEV_READY): uv.lock pyproject.toml | $(UV)
	@echo "Setting up Python packages and test tools in .venv (the first time, this can take a minute)"
	@$(UV) sync --quiet --locked --python $(PYTHON)
	@touch $@ $(RUNTIME_READY)

layers/dependencies/requirements.txt: uv.lock | $(UV)
	@{ echo "# Exported from uv.lock by 'make lock'. The Lambda runtime brings boto3."; \
	  $(UV) export --quiet --locked --no-default-groups --no-emit-project --prune boto3 --no-header --no-annotate; } > $@

# What the console needs beside that: the functions' own packages are in the other layer.
layers/console-dependencies/requirements.txt: uv.lock | $(UV)
	@{ echo "# Exported from uv.lock by 'make lock': what the console needs besides layers/dependencies."; \
	  $(UV) export --quiet --locked --no-default-groups --extra console --no-emit-project --no-header --no-annotate \
	    $(foreach name,boto3 aws-lambda-powertools pydantic idna,--prune $(name)); } > $@
