# Two commands matter: make demo, make test. Everything else serves them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test bench soak coverage check up docs lock clean

setup: $(STAMP)  ## .venv with the hashed lock and the throughcare command

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup  ## simulate a county of 20,000 residents, run three nights, print what came of it
	$(BIN)/throughcare demo

test: setup check  ## every check and test; what .ci/run calls
	$(BIN)/python -m pytest -n 2 --dist loadfile

BENCH_STAMP := $(VENV)/.bench-installed

$(BENCH_STAMP): requirements-bench.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	touch $@

.PHONY: bench-data
bench-data:
	@test -n "$(BENCH_DATA)" && test -d "$(BENCH_DATA)" || { echo "BENCH_DATA must name the folder that holds fake_1000.csv and historical_figures_50k.parquet: make bench BENCH_DATA=folder" >&2; exit 2; }

bench: bench-data setup $(BENCH_STAMP)  ## every benchmark, then docs/reference/benchmarks.md; BENCH_DATA=folder with the public data sets (hours)
	@for script in tests/bench/bench_*.py; do echo "== $$script"; BENCH_DATA="$(BENCH_DATA)" nice -n 10 $(BIN)/python $$script || exit 1; done
	$(BIN)/python tests/bench/page.py

soak: setup  ## every property on twenty times as many examples, and the backup drill; hours
	$(BIN)/python -m pytest tests/property tests/county/test_backup_drill.py --soak 20 -n 2 --dist loadfile

KILLED := tests/unit/published/test_publish.py::test_killed
COVERING := tests/unit/consented/test_decide.py \
	tests/unit/published/test_suppression.py tests/unit/published/test_protected_together.py tests/unit/published/test_version_files.py \
	tests/unit/published/test_publish.py tests/unit/published/test_public_release.py \
	tests/unit/resources/test_ledger.py tests/unit/resources/test_ledger_keys.py tests/unit/resources/test_keyring.py \
	tests/unit/resources/test_key_register.py tests/unit/resources/test_published_reader.py

coverage: setup  ## every branch of what decides, protects, publishes and accounts is run by these tests alone, or it fails; minutes
	$(BIN)/python -m pytest -q $(COVERING) --deselect $(KILLED) --cov --cov-branch --cov-report=term-missing --cov-fail-under=100

check: setup  ## style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

up: setup  ## the Dagster UI on loopback with the demo county; Ctrl-C stops it
	$(BIN)/throughcare up

docs: setup  ## write the generated pages again
	$(BIN)/python -m pipelines docs

lock:  ## resolve the lock again; never writes an index address
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --output-file requirements.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra bench --extra spark --output-file requirements-bench.lock --constraints requirements.lock pyproject.toml

clean:  ## remove the demo county's state and the virtual environment
	rm -rf data $(VENV)
