# Every target makes its own environment in .venv when it is missing. Choose another Python with
# `make demo PYTHON=python3.12`; hand options to a target with ARGS, as in `make test ARGS="-k network"`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test check format docs bench setup clean

help:
	@echo "make demo    a million years of a dark cloud: table, plot and data in ./out"
	@echo "make test    the test suite"
	@echo "make check   formatting, lint and types"
	@echo "make format  format the code and mend what lint can mend"
	@echo "make docs    the documentation as a site, in build/site"
	@echo "make bench   the benchmarks"
	@echo "make setup   everything installed, with the tools for development"
	@echo "make clean   remove the environment and all results"

demo: $(VENV)/.demo
	$(BIN)/eqxfuse demo $(ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(VENV)/.setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs
	$(BIN)/python -m mkdocs build --strict $(ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks $(ARGS)

setup: $(VENV)/.setup

clean:
	rm -rf $(VENV) build out .pytest_cache .ruff_cache .hypothesis

# A stamp stands for what is installed; a change of pyproject.toml installs again.
$(VENV)/.demo: EXTRAS := native,plot
$(VENV)/.test: EXTRAS := native,plot,tables,zarr,test
$(VENV)/.docs: EXTRAS := docs
$(VENV)/.setup: EXTRAS := native,plot,tables,zarr,test,docs,dev

$(VENV)/.demo $(VENV)/.test $(VENV)/.docs $(VENV)/.setup: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV): $(EXTRAS)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "eqxfuse needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
