# Two commands do all the set-up: `make demo` and `make test`. They need Python 3.11+, pip and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= auto

.PHONY: demo test docs clean

demo: $(VENV)/.demo
	@$(BIN)/jinglun demo casablanca
	@$(BIN)/jinglun demo shili

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python docs/build.py --check
	$(BIN)/python -m pytest -n $(JOBS)

docs: $(VENV)/.test
	$(BIN)/python docs/build.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e ".[demo]"
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e ".[demo,test]"
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build demo
