LINT := go tool -modfile="$(CURDIR)/.tools/go.mod" golangci-lint
FUZZTIME ?= 30s
KILLS ?= 1000
FLEET ?= 200
# The systems that the program is made for, besides the one that it is built on.
OTHERS := windows darwin

# The race detector needs cgo, which Go turns off where there is no C compiler.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.DEFAULT_GOAL := help
.PHONY: help run build test torture bench bench-million bench-fleet fuzz release lint vet-others fmt check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## Invite the people of samples/team.csv to a sandbox and show what came of it
	bin/rollcall invite samples/team.csv --sandbox --yes
	@cut -d, -f1-7 samples/team.sandbox.results.csv

build: ## Build bin/rollcall, one static file
	CGO_ENABLED=0 go build -trimpath -o bin/rollcall ./cmd/rollcall

test: ## Run all tests in random order, fuzz seeds included, under the race detector
	@.ci/needs
	@$(if $(RACE),,echo "no C compiler: running without the race detector")
	go test $(RACE) -shuffle=on -timeout=40m ./...
	go -C .release test -shuffle=on ./...

torture: ## Kill the program a thousand times, once in an outage, and a fleet of it, and count who was mailed twice
	OUTAGE=1 KILLS=$(KILLS) FLEET=$(FLEET) go test -count=1 -run='TestTorture|TestOutage|TestFreeze|TestFleet' -v -timeout=150m ./cmd/rollcall

bench: ## Run all benchmarks in less than ten minutes: the pace, the parts, and at last the whole beside a bare loop
	go test -run='^$$' -bench=PaceFigures -benchtime=1x ./pkg/batch
	go test -run='^$$' -bench=. -skip='PaceFigures|Goals' -benchmem -benchtime=0.2s $$(grep -rlE --include='*_test.go' '^func Benchmark' cmd pkg | sed -E 's,(.*)/.*,./\1,' | sort -u)
	go test -run='^$$' -bench=Goals -skip='Goals/(million|night|turns)' -benchtime=1x ./cmd/rollcall

bench-million: ## Kill a run of a million rows at half, and see what it takes to go on
	go test -run='^$$' -bench=Goals/million -benchtime=1x -timeout=30m ./cmd/rollcall

bench-fleet: ## Have a fleet pass a quiet night of a thousand organizations, and small runs meet a large one
	go test -run='^$$' -bench='Goals/(night|turns)' -benchtime=1x -timeout=30m ./cmd/rollcall

fuzz: ## Fuzz each target for 30 s, or longer: make fuzz FUZZTIME=10m
	@grep -rEo --include='*_test.go' '^func Fuzz\w+' pkg | while IFS=: read -r file target; do \
	(set -x; go test -run='^$$' -fuzz="^$${target#func }\$$" -fuzztime=$(FUZZTIME) "./$${file%/*}") </dev/null || exit; done

release: ## Build what is installed without Go, for all systems, into dist/: make release VERSION=1.2.3
	go -C .release run .

lint: ## Run the linters of .golangci.yml
	$(LINT) run
	cd .release && $(LINT) run

vet-others: ## Build and vet, tests included, for Windows and macOS
	@for system in $(OTHERS); do (set -x; export CGO_ENABLED=0 GOOS=$$system; go build ./... && go vet ./...) || exit; done

fmt: ## Format everything in place
	$(LINT) fmt

check: ## All that must hold before a change is shared: format, modules, vet, lint, other systems, test
	$(LINT) fmt --diff
	go mod tidy -diff && go -C .release mod tidy -diff
	go vet ./... && go -C .release vet ./...
	@$(MAKE) lint vet-others test

clean: ## Remove what was built and what a run of the samples wrote
	rm -rf bin dist samples/*.results.* samples/*.sandbox.*
