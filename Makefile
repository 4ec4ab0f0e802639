# make help lists everything.
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run rasa test check format bench soak outages lock clean setup-run setup-dev

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: setup-run ## set everything up and serve (PORT, HOTLINE_DATA, DATABASE_URL, REDIS_URL, WORKERS, BOT=rasa)
	@$(BOT:%=HOTLINE_BOTS__ENGINE=%) exec $(BIN)/hotline serve $(WORKERS:%=--workers %)

rasa: setup-run ## Rasa by itself: its Python 3.10, its packages, trained on the content, checked, served until Ctrl-C
	@exec $(BIN)/hotline bots serve

test: check ## check, then all tests on real PostgreSQL and Redis
	@$(BIN)/python -m pytest

check: setup-dev ## format, lint, strict types, the stairs
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m pytest -q tests/unit/test_stairs.py tests/unit/test_house_rules.py

format: setup-dev ## put code into form
	@$(BIN)/python -m ruff format .
	@$(BIN)/python -m ruff check --fix .

bench: setup-dev ## figures beside their limits, as a table and JSON in bench/out (ONLY=arrivals for one of them)
	@$(BIN)/python -m bench $(ONLY:%=--only %)

soak: setup-dev ## random interleavings of the router until Ctrl-C (SEED=… plays them again, KIND=… one kind)
	@SEED=$(SEED) KIND=$(KIND) LOST=$(LOST) $(BIN)/python -m tests.rig.soak

outages: setup-dev ## Redis stopped, Redis and PostgreSQL killed, each for 30 s under load, and what went on meanwhile (OUTAGE_S=…)
	@HOTLINE_TEST_OUTAGE_S=$(or $(OUTAGE_S),30) $(BIN)/python -m pytest -v -rP tests/flow/test_outages.py

lock: ## renew the locks (needs uv); hashes, no addresses
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml requirements/build.in --extra dev -c requirements/run.txt -o requirements/dev.txt
	cd requirements/rasa && uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml -o ../rasa.txt

clean: ## remove the environment and caches, not the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/out *.egg-info

# The first Python that is new enough; another one: make run PYTHON=/path/to/python
setup-run setup-dev:
	@for one in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	    "$$one" -Sc 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$$one" -S deploy/setup.py $(@:setup-%=%); \
	done; \
	echo "No Python 3.11 or newer$(if $(PYTHON), at $(PYTHON)); install one, or say make PYTHON=/path/to/python" >&2; exit 1
