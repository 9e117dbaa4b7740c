# make film    set everything up and make the first clip       make test    set everything up and test it
PYTHON ?=
# What pip should know besides goes into its own variables, for example PIP_EXTRA_INDEX_URL for CPU builds of torch.
export PYTHON

PROMPT ?= A red ball bounces on a meadow, the camera slowly pushes in
OUT ?= out/first-light.mp4

.PHONY: film test check help clean

film: .venv/installed
	@mkdir -p $(dir $(OUT))
	@.venv/bin/zoetrope generate "$(PROMPT)" -o $(OUT)

test: .venv/installed-dev
	@scripts/system-packages
	@scripts/check
	@.venv/bin/python -m pytest -q

check: .venv/installed-dev
	@scripts/check

.venv/installed: pyproject.toml requirements.lock scripts/setup
	@scripts/setup

.venv/installed-dev: pyproject.toml requirements.lock scripts/setup
	@scripts/setup dev

help:
	@sed -n 1p Makefile

clean:
	rm -rf .venv out .pytest_cache .ruff_cache .import_linter_cache
