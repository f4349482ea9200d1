# Everything here works from a fresh clone with Python 3.11 or newer; `make help` lists the targets.
# All paths are relative, so a checkout may lie in a folder with spaces in its name.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up install test check fix bench pictures force

PYTHON ?=
PORT ?=
DATA ?=

# What the caller's shell has set for other projects must not lead into their environments.
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV VIRTUAL_ENV UV_SYSTEM_PYTHON
# Without bytecode every process of the program reads all its sources again when it starts.
unexport PYTHONDONTWRITEBYTECODE
# Caches belong in the home directory, which may be unset, missing or read-only.
ifeq ($(shell test -w "$$HOME" && echo yes),)
export PIP_CACHE_DIR := $(CURDIR)/.venv/cache/pip
export UV_CACHE_DIR := $(CURDIR)/.venv/cache/uv
export npm_config_cache := $(CURDIR)/.venv/cache/npm
endif
export npm_config_update_notifier := false
# Like pip, Node and uv then trust the certificates of the system, where a company's proxy has its own.
export NODE_USE_SYSTEM_CA := 1
export UV_SYSTEM_CERTS := 1

PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3.14 python3.13 python3.12 python3.11 python3 python)
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PIP := .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check
# The programs of the nodejs wheel, called by the scripts of npm packages.
NPM := PATH="$$PWD/.venv/bin:$$PATH" npm

PACKAGES := pyproject.toml constraints.txt
PAGE_SOURCES := $(shell find tracker demo api-docs dashboard package.json package-lock.json tsconfig.json \
	web.build.mjs -type f 2>/dev/null)

# A stamp is worth nothing once what it stands for is gone, or the checkout has been moved.
ifneq ($(shell cat .venv/stamps/checkout 2>/dev/null),$(CURDIR))
.venv/stamps/checkout: force
endif
ifeq ($(wildcard .venv/bin/python),)
.venv/stamps/checkout: force
endif
ifeq ($(wildcard node_modules),)
.venv/stamps/npm: force
endif
ifeq ($(wildcard src/nesthaus/web/*),)
.venv/stamps/pages: force
endif

help:
	@echo "make up       install what is missing, then run everything (PORT=8000 DATA=.nesthaus)"
	@echo "make install  the set-up part of make up alone"
	@echo "make test     all tests"
	@echo "make check    static checks"
	@echo "make fix      format, and repair what can be repaired"
	@echo "make bench    every figure beside its limit, as docs/benchmarks.json too (ARGS='tracking --full')"
	@echo "make pictures take the README's pictures anew"
	@echo "PYTHON=…      another Python (3.11 or newer) for the first installation"

up: install
	@exec .venv/bin/nesthaus up --demo $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data "$(DATA)")

install: .venv/stamps/packages .venv/stamps/pages
	@:

test: install .venv/stamps/dev
	@.venv/bin/python -m pytest -p tests.closing_line -n 2 --dist loadfile --no-loadscope-reorder \
		-rs $(ARGS)

bench: install .venv/stamps/dev
	@.venv/bin/python -m benchmarks --json docs/benchmarks.json $(ARGS)

pictures: install .venv/stamps/dev
	NESTHAUS_PICTURES=docs/images .venv/bin/python -m pytest -q \
		tests/dashboard/test_what_the_readme_shows.py

check: install .venv/stamps/dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/basedpyright
	.venv/bin/lint-imports
	$(NPM) run --silent check
	.venv/bin/python deploy/audit.py

fix: .venv/stamps/dev
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

.venv/stamps/checkout:
	@set -e; \
	make_with_uv() { \
		command -v uv >/dev/null 2>&1 && \
		uv venv --quiet --seed $(if $(PYTHON),--python "$(PYTHON)",--python '>=3.11,<3.15') .venv; \
	}; \
	make_with_venv() { \
		rm -rf .venv; \
		for python in $(PYTHONS); do \
			"$$python" -c '$(IS_NEW_ENOUGH)' 2>/dev/null || continue; \
			if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
				"$$python" -m venv .venv && return; \
			fi; \
			lacking=$$python; \
		done; \
		if [ -n "$${lacking:-}" ]; then \
			echo "make: $$lacking has no venv module; install it (Debian: apt install python3-venv)" >&2; \
		else \
			echo "make: no Python 3.11 or newer found; install one, or name it: make $(MAKECMDGOALS) PYTHON=…" >&2; \
		fi; \
		return 1; \
	}; \
	if [ -e $@ ] || ! .venv/bin/python -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then \
		echo "Making the Python environment .venv …"; \
		rm -rf .venv; \
		make_with_uv || make_with_venv; \
	fi; \
	mkdir -p .venv/stamps; \
	printf '%s\n' "$(CURDIR)" >$@

.venv/stamps/packages: .venv/stamps/checkout $(PACKAGES)
	@echo "Installing the Python packages …"
	@$(call install_packages,.[web])
	@touch $@

.venv/stamps/dev: .venv/stamps/packages
	@echo "Installing the development tools …"
	@$(call install_packages,.[web$(comma)dev])
	@touch $@

# uv is quicker, but knows nothing of a mirror that only pip is set up for.
comma := ,
define install_packages
{ command -v uv >/dev/null 2>&1 && \
	uv pip install --quiet --python .venv/bin/python -c constraints.txt -e '$(1)'; } || \
	$(PIP) -c constraints.txt -e '$(1)'
endef

.venv/stamps/npm: .venv/stamps/packages package.json package-lock.json
	@echo "Installing the packages of the pages …"
	@$(NPM) ci --loglevel=error --no-audit --no-fund --ignore-scripts >/dev/null
	@touch $@

.venv/stamps/pages: .venv/stamps/npm $(PAGE_SOURCES)
	@echo "Building the pages …"
	@$(NPM) run --silent build
	@touch $@
