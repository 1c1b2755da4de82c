# Everything a newcomer needs: `make demo`, `make test`. See CONTRIBUTING.md.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TERM_PROGRESS_WHEN ?= auto

LCMS := $(CARGO_TARGET_DIR)/debug/lcms
DATA ?= lcms-data
LISTEN ?= 127.0.0.1:8080
KILLS ?= 2000
FUZZ_SECONDS ?= 300

.PHONY: help demo test check soak bench release lint docs web web-app rust-tests browser-tests audit clean-demo

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s $$'\t'

demo: web-app ## Build, load the demo library on first start and serve it
	cargo build --package lcms-cli
	$(LCMS) demo --data $(DATA) --listen $(LISTEN)

test: ## Install what the tests need and pass all of them
	scripts/install-test-tools
	$(MAKE) --no-print-directory lint docs web rust-tests browser-tests

check: ## Fast: formatting, clippy, unit tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo nextest run --workspace --lib --bins

lint: ## Formatting and clippy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

docs: ## Documentation without warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

web: ## Lint, type check and unit tests of the web app, the player and its harness
	cd tests/browser && npm ci --no-audit --no-fund && npm run lint && npm run typecheck
	cd web && npm ci --no-audit --no-fund && npm run lint && npm run typecheck && npm test

web-app: ## Build the web app, which the binary embeds
	cd web && npm ci --no-audit --no-fund && npm run build

rust-tests: ## All Rust tests, on SQLite and PostgreSQL
	scripts/with-postgres scripts/rust-tests

browser-tests: web-app ## The web app, the player and real packages in a real browser and a third-party runtime
	cargo build --workspace --bin lcms
	LCMS=$(LCMS) scripts/browser-tests
	LCMS=$(LCMS) scripts/web-tests

soak: ## Kill a working process KILLS times on each engine; each time, nothing confirmed may be lost; then fuzz every parser
	LCMS_SOAK_KILLS=$(KILLS) scripts/with-postgres cargo nextest run --profile soak --package lcms-core -E 'test(/^crash::/)'
	scripts/fuzz $(FUZZ_SECONDS)

bench: ## Measure the small size beside peers and physical limits
	scripts/with-postgres cargo run --profile perf --package lcms-bench -- --size 1k

release: web-app ## One self-contained binary
	cargo build --release --package lcms-cli
	@ls -lh $(CARGO_TARGET_DIR)/release/lcms

audit: ## Licences and sources of every dependency (needs cargo-deny)
	cargo deny check licenses bans sources

clean-demo: ## Forget the demo's data
	rm -rf $(DATA)
