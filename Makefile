# Each target sets up by itself what it needs, once: the environment .venv, then what is written below the target.
#   make lab TORCH_INDEX=ADDRESS    ADDRESS of an index that has PyTorch without CUDA: far smaller on Linux
#   make lab ARGS="--no-browser --port 8899"                      options for the command behind the target

# PYTHON names the Python to use; else it is the first that is new enough and can make environments, or python3, which
# then says what is wrong with it.
PYTHON =
FIND_PYTHON = for p in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	test "$$p" = "$(PYTHON)" && { echo "$$p"; exit; }; \
	"$$p" -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 && { echo "$$p"; exit; }; \
	done; echo python3
TORCH_INDEX =
ARGS =

VENV = .venv/bin
SCRIPT = scripts/setup_environment.py

# First the environment itself is asked whether it is ready, which takes a moment; PYTHON is looked for only if it is not.
READY = @test -x $(VENV)/python && $(VENV)/python $(SCRIPT) --check
PYTHON_IS_THERE = command -v "$$python" >/dev/null || { echo "There is no $$python; install Python 3.11 or newer."; exit 1; }
FIND_PYTHON_AND = python=`$(FIND_PYTHON)`; $(PYTHON_IS_THERE);
SET_UP = { $(FIND_PYTHON_AND) "$$python" $(SCRIPT) --torch-index "$(TORCH_INDEX)"

.PHONY: help lab run site slides test test-matrix test-anywhere bench format lint clean environment environment-dev
.DEFAULT_GOAL := help

help: ## Say what each target does
	@echo "gentutor: learn how generative AI is trained, by training it."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

lab: environment ## Make your workspace of lessons and open JupyterLab on it
	@$(VENV)/gentutor lab --workspace workspace $(ARGS)

run: environment ## Execute the lessons from top to bottom, offline
	@$(VENV)/gentutor run $(ARGS)

site: environment-dev ## Build the whole course as a site with slides and handouts that works without a network
	@$(VENV)/gentutor site $(ARGS)

slides: environment-dev ## Make only the slides and a printable handout of each lesson
	@$(VENV)/gentutor slides $(ARGS)

test: environment-dev ## Run every test, those in a real browser included
	@$(VENV)/python scripts/ensure_browser.py --install
	@$(VENV)/python -m pytest --numprocesses logical $(ARGS); status=$$?; $(VENV)/python scripts/ensure_browser.py || status=1; exit $$status

test-matrix: ## Run lessons and browser tests with other kernels, PyTorchs and Pythons; writes docs/matrix.md
	@$(FIND_PYTHON_AND) "$$python" scripts/test_matrix.py --torch-index "$(TORCH_INDEX)" $(ARGS)

test-anywhere: environment-dev ## Try Notebook 7, JupyterHub, papermill and a Dask cluster
	@$(VENV)/python scripts/ensure_browser.py --install
	@$(VENV)/python -c "import configurable_http_proxy, jupyterhub, notebook" 2>/dev/null || \
		$(VENV)/python -m pip install --quiet --editable ".[anywhere]"
	@GENTUTOR_TEST_ANYWHERE=1 $(VENV)/python -m pytest tests/anywhere $(ARGS)

bench: environment-dev ## Measure, print the table, write bench/results.json
	@$(VENV)/python scripts/ensure_browser.py --install
	@$(VENV)/python bench/run.py $(ARGS)

format: environment-dev ## Bring notebooks and code into their form
	@$(VENV)/gentutor format
	@$(VENV)/ruff check --fix .

lint: environment-dev ## Check the form of notebooks, code and types
	@$(VENV)/gentutor format --check
	@$(VENV)/ruff check .
	@$(VENV)/mypy

clean: ## Remove the environment and what tools left behind; your workspace stays
	rm -rf .venv .matrix build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './workspace/*' -prune -exec rm -rf {} +

environment:
	$(READY) || $(SET_UP); }

environment-dev:
	$(READY) --dev || $(SET_UP) --dev; }
