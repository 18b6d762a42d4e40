# The verbs of this project. `make` alone lists them.

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest -n 2
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes

.DEFAULT_GOAL := help
.PHONY: help install serve test quick fuzz mutants clients graphiql bench lint format lock clean

help: ## List the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

install: $(VENV)/installed ## Make .venv from the lock, and install the embedded engines
	@$(BIN)/python -m gateway.demo.dynamodb

serve: install ## Start the demo
	$(BIN)/gateway demo

test: install ## Run all tests
	$(PYTEST)

quick: install ## Run the tests that take no seconds
	$(PYTEST) -m "not slow"

fuzz: install ## Run thousands of random queries under both executors (SEED=, QUERIES=)
	$(PYTEST) tests/gateway/execution/test_random_queries.py \
		--queries $(or $(QUERIES),5000) --seed $(or $(SEED),$$(date +%s))

mutants: install ## Take away each rule of who may see what; a test should fail (MUTANTS="--only masks")
	$(BIN)/python -m tests.mutants $(MUTANTS)

clients: install ## Run a program of each GraphQL client against the demo
	$(BIN)/pytest -v tests/gateway/test_clients.py

bench: install ## Measure the gateway beside others; BENCH="--shapes P --rounds 3" for a part
	$(BIN)/python -m benchmarks.peers $(BENCH)

graphiql: ## Build GraphiQL's page anew, with npm
	cd gateway/graphiql/source && npm ci --no-audit --no-fund && npm run build

lint: install ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## Format the code, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: install ## Bring the lock files in line with pyproject.toml
	$(COMPILE) --extra demo --extra otel --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) --group npm -o gateway/demo/locks/npm.lock
	$(COMPILE) --group ministack -o gateway/demo/locks/ministack.lock
	$(COMPILE) --group ariadne-codegen -o docs/clients/ariadne_codegen/requirements.lock
	$(COMPILE) --group gql -o docs/clients/gql/requirements.lock
	$(COMPILE) --group plain -o benchmarks/peers/plain/requirements.lock

clean: ## Remove what the other verbs made, the lock aside
	rm -rf $(VENV) .engines .benchmarks build *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache

# Prints the newest Python that will do. Debian keeps `ensurepip`, which venv needs, in a package
# of its own.
find_python = for name in python3.14 python3.13 python3.12 python3.11 python3; do \
		if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'; \
		then command -v "$$name"; break; fi; \
	done 2>/dev/null

$(VENV)/installed: requirements.lock pyproject.toml
	@python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or later with its venv module is missing" \
			"(Debian: apt-get install python3 python3-venv)." >&2; \
		exit 1; \
	fi; \
	$(BIN)/python -c "" 2>/dev/null || "$$python" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -e .
	@touch $@
