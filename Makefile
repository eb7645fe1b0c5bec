# make serve    run the service: http://127.0.0.1:8080 and lrs.db in this folder, unless settings say otherwise
# make test     the tests that need nothing but this folder, with zeep clients: a few minutes
# make test-all every test: also the whole service by clients of several kinds, as far as they are installed
# make lint     ruff and mypy
# make bench    requests per second, beside an empty application (needs wrk)
# make profile  where the time of a request goes, stage by stage
# make fuzz     spoiled requests, for a minute: MINUTES=10 SEED=4711
# make soak     everything at once, for ten minutes, and what that uses up: MINUTES=60
# make clean    take away what was made here, but for lrs.db
#
# Any Python from 3.10 on will do: make serve PYTHON=python3.12

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin

# Compiled modules are kept: each server that a test starts would compile them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := serve
.DELETE_ON_ERROR:
.PHONY: serve test test-all lint bench profile fuzz soak clean

serve: $(VENV)/installed-serve
	$(BIN)/lrs-soap serve

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --ignore=tests/interop -m "not slow and not browser" \
	  --hypothesis-profile quick

test-all: $(VENV)/installed-dev
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev
	$(BIN)/python -m bench

profile: $(VENV)/installed-dev
	$(BIN)/python -m bench.profile

fuzz: MINUTES = 1
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m fuzz --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

soak: MINUTES = 10
soak: $(VENV)/installed-dev
	$(BIN)/python -m soak --minutes $(MINUTES)

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# There is one environment. Whoever only serves does not wait for the tools of the tests.
$(VENV)/installed-serve: EXTRAS =
$(VENV)/installed-dev: EXTRAS = [dev]
$(VENV)/installed-serve $(VENV)/installed-dev: $(VENV)/made
	$(BIN)/python -m pip install --quiet --editable '.$(EXTRAS)'
	@touch $@

# Other names for the same tools.
$(VENV)/installed-test $(VENV)/installed-lint: $(VENV)/installed-dev
	@touch $@

# It is made anew when the dependencies may have changed, so that none is left that is no longer declared.
$(VENV)/made: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "lrs-soap needs Python 3.10 or newer, and '$(PYTHON)' is not. Give another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "'$(PYTHON)' cannot make environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@
