# Needs only Python >= 3.11 and make. `make help` lists what there is.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
PORT ?= 8000
JOBS ?= auto
PYTEST := $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder
export ZHUCAN_HOME ?= $(CURDIR)/var
export PYTHONDONTWRITEBYTECODE :=  # tests start the program a hundred times: let it be compiled once

.PHONY: help setup demo test check fmt lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 或更新的版本：请安装后再试。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "不能建立虚拟环境：在 Debian 上请先安装 python3-venv。"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/.ready ## make the environment

demo: export ZHUCAN_HOME = $(CURDIR)/var/demo
demo: $(VENV)/.ready ## build the invented county, run its months, write its report and serve it (SERVE=0: do not serve)
	$(BIN)/zhucan demo
	@if [ "$(SERVE)" != "0" ]; then $(BIN)/zhucan serve --port $(PORT); fi

test: $(VENV)/.ready ## run the test suite (again on PostgreSQL where ZHUCAN_TEST_POSTGRES names a server)
	$(PYTEST)
	@if [ -n "$$ZHUCAN_TEST_POSTGRES" ]; then echo "PostgreSQL:"; \
	  ZHUCAN_DATABASE="$$ZHUCAN_TEST_POSTGRES" $(PYTEST) --migrations -m "not sqlite_only" tests/orgs tests/registry tests/cases tests/payments tests/indicators tests/delivery tests/aid tests/casework tests/community tests/facilities tests/planning tests/reports tests/office tests/portal; fi

check: $(VENV)/.ready ## everything: lint, types, layers, migrations, tests
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zhucan makemigrations --check --dry-run
	$(MAKE) --no-print-directory test

fmt: $(VENV)/.ready ## format the code
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

clean: ## remove the environment and the demo data
	rm -rf $(VENV) var
