# The doors of the project: people, CI and scripts use these targets and nothing else.
# A comment after a target is its line in `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run test deps build plugins check test-unit test-e2e test-asan test-tsan fuzz torture bench package package-plugins help
STAGES := tools/stages.sh
SECONDS_EACH ?= 60
FACTOR ?= 50

run: ## installs what is missing, builds, and runs the daemon: with ./vortex.yaml, else as built in
	@tools/deps.sh build
	@$(STAGES) build
	@tools/run.sh

test: ## everything CI runs: build, unit tests, checks, sanitizers, fuzz corpus, end to end, faults
	@$(STAGES) all

deps: ## installs the Debian packages and npm modules of build and tests
	@tools/deps.sh build test

build: ## release build; leaves build/release/bin/vortex and tictoc
	@$(STAGES) build

plugins: ## the portals of redis, nats and kafka, tested; in build/release/plugins
	@$(STAGES) plugins

check: ## format, tidy, layers, docs; seconds
	@$(STAGES) check

test-unit: ## unit tests of the release build
	@$(STAGES) deps unit

test-e2e: ## end-to-end tests against the built programs
	@$(STAGES) deps e2e

test-asan: ## unit tests under the address and undefined behaviour sanitizers
	@$(STAGES) deps asan

test-tsan: ## unit tests of threaded code under the thread sanitizer
	@$(STAGES) deps tsan

fuzz: ## fuzzes every target for SECONDS_EACH=60 seconds, then compares CEL with its peers as long
	@tools/fuzz.sh $(SECONDS_EACH)

torture: ## the faults of the tests, FACTOR=50 times as often, and every planted bug; an hour or more
	@TT_TORTURE=$(FACTOR) $(STAGES) deps build torture faults planted

bench: ## jobs beside the installed peers, ratios; ONLY=regex, REPS, SECS, WRITE=1; ONLY=micro: the hot paths
	@tools/bench.sh '$(ONLY)'

package: ## a Debian package with a hardened service, in build/package/
	@$(STAGES) build
	@packaging/build.sh

package-plugins: ## a Debian package for each plugin, in build/package-plugins/
	@$(STAGES) build plugins
	@packaging/plugins.sh

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
