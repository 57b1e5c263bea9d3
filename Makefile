# make test       installs what is missing and runs the tests, vet, gofmt and the
#                 check of generated files
# make modules    tests the modules that have dependencies of their own, which must be
#                 built for that: contrib, the faults on Valkey, examples
# make browser    installs Chromium where it is missing, and runs the tests that
#                 visit the examples with it
# make staticcheck    runs staticcheck, vet and sessiongen vet in all modules, which
#                 take long the first time, and checks what make test leaves out
# make rules      tests the alerts and the dashboard of contrib/prometheus, for which
#                 Prometheus itself is built
# make proxy PROXY=path    tests memcached's own proxy, by a memcached that was built
#                 with --enable-proxy, which distributions don't do
# make fuzz       runs each fuzz target for some seconds
# make torture    runs all that make test leaves out, and the long form of the
#                 tests, for some hours, and shows the figures
# make bench      compares with other libraries, and renders the figures into
#                 bench/README.md, five of them into README.md, too
# make govulncheck    looks in all modules for known vulnerabilities in code that
#                 is called
# make generate   writes the generated files anew
# make release-prepare    writes the next version into the files that name it
# make release-check      sees whether users get what they should of that version

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
MODULES     := $(patsubst %/go.mod,%,$(shell find . -name go.mod -not -path '*/testdata/*'))

# Those whose tests make test runs. To check the others, what they import must be
# built, which nothing else of make test needs.
TESTED := . ./faults

# in-modules runs a command in the folders of modules.
in-modules = @set -e; for m in $(1); do (set -x; cd $$m && $(2)); done

.NOTPARALLEL:
.PHONY: test modules browser rules proxy install format vet staticcheck check test-modules fuzz torture bench generate govulncheck release-prepare release-check

test: install format vet check test-modules

# All that reads or tests packages takes them with -race and -trimpath, and so do
# the modules that tests write: the go command builds each package in one way alone.
test modules browser rules proxy staticcheck: export GOFLAGS := $(shell go env GOFLAGS) -race -trimpath

install:
	@.ci/install

format:
	@files=$$(find . -name '*.go' -not -path '*/testdata/*' -print0 | xargs -0 gofmt -l) && \
	if [ -n "$$files" ]; then echo "gofmt would change:" $$files >&2; exit 1; fi

vet:
	go vet ./...
	cd faults && go vet ./...

# In all modules: vet looks at what they import, too, and the frameworks are large.
# Prometheus is larger than all else, and is built by make rules alone.
RULES := ./contrib/prometheus/rulestest
staticcheck: .bin/staticcheck .bin/sessiongen
	$(call look-at,$(filter-out $(RULES),$(MODULES)))
	cd faults && go vet -tags memcachedproxy .
	$(call in-modules,$(filter-out $(TESTED) $(RULES) ./internal/release,$(MODULES)),"$(CURDIR)/.bin/sessiongen" -check ./...)

define look-at
	$(call in-modules,$(1),go vet ./...)
	$(call in-modules,$(1),"$(CURDIR)/.bin/sessiongen" vet ./...)
	$(call in-modules,$(1),"$(CURDIR)/.bin/staticcheck" ./...)
endef

# With the race detector, as the tests need the command's packages built so.
check:
	go build -o .bin/check ./cmd/sessiongen
	$(call in-modules,$(TESTED),"$(CURDIR)/.bin/check" -check ./...)

# Where something is missing that tests need, they fail and are not skipped. What
# vet has to say, it has said before, or make staticcheck says. Packages whose
# stores have deadlines are tested one at a time, because compilers at work would
# break these. Nothing of a test goes on when it ends, so a tenth of a second,
# instead of a whole one, is enough for the race detector to report at the end of
# each.
GO_TEST = GORACE=atexit_sleep_ms=100 SESSIONGEN_TEST_REQUIRE=1 go test -race -vet=off -timeout 30m
test-modules: vet
	$(GO_TEST) ./cmd/... ./internal/... ./runtime/internal/gob
	$(GO_TEST) -p 1 $$(go list ./runtime/... ./examples/... ./docs/... | grep -v /internal/gob$$)
	cd faults && $(GO_TEST) -p 1 ./...

modules:
	@.ci/install valkey
	cd faults && $(GO_TEST) . -valkey
	cd contrib/valkey && $(GO_TEST) ./...
	cd contrib/gin && $(GO_TEST) ./...
	cd contrib/fiber && $(GO_TEST) ./...
	cd contrib/prometheus && $(GO_TEST) ./...
	cd contrib/otel && $(GO_TEST) ./...
	cd examples/frameworks && $(GO_TEST) -p 1 ./...
	cd examples/migrations && $(GO_TEST) -p 1 ./...

browser:
	@.ci/install browser
	cd examples/browser && $(GO_TEST) ./...

rules: install .bin/staticcheck .bin/sessiongen
	$(call look-at,$(RULES))
	cd $(RULES) && "$(CURDIR)/.bin/sessiongen" -check ./... && $(GO_TEST) ./...

proxy: install
	cd faults && SESSIONGEN_TEST_PROXY="$(abspath $(PROXY))" $(GO_TEST) -tags memcachedproxy -run Prox .

# Each fuzz target runs for that long. make test runs the seeds alone.
FUZZTIME = 3s
fuzz:
	.ci/fuzz $(FUZZTIME)

torture: FUZZTIME = 10m
torture: install modules staticcheck fuzz
	cd internal/release && $(GO_TEST) ./...
	cd bench && $(GO_TEST) -p 1 ./...
	cd contrib/prometheus/rulestest && $(GO_TEST) ./...
	cd faults && SESSIONGEN_TEST_REQUIRE=1 go test -race -v -timeout 0 . -torture
	cd faults && SESSIONGEN_TEST_REQUIRE=1 go test -race -v -timeout 0 . -torture -plain
	cd faults && SESSIONGEN_TEST_REQUIRE=1 go test -race -v -timeout 0 . -torture -valkey
	cd runtime && SESSIONGEN_TEST_REQUIRE=1 go test -race -v -timeout 0 . -torture
	cd cmd/sessiongen && go test -race -v -timeout 0 -run 'Random|AnotherModule' . -torture -random.count 1000
	cd cmd/sessiongen/internal/storable && go test -race -v -timeout 0 -run Random . -random.count 50000

bench:
	cd bench && go run .

generate:
	$(call in-modules,$(MODULES),go generate ./...)

govulncheck:
	cd internal/release && go build -o ../../.bin/govulncheck golang.org/x/vuln/cmd/govulncheck
	$(call in-modules,$(MODULES),"$(CURDIR)/.bin/govulncheck" ./...)

# The version is the one that the changelog names, unless VERSION is given.
VERSION =
release-prepare:
	cd internal/release && go run . prepare $(VERSION)

release-check: install
	cd internal/release && go run . check $(VERSION)

.PHONY: .bin/sessiongen .bin/staticcheck
.bin/staticcheck:
	GOBIN="$(CURDIR)/.bin" go install -race=false -trimpath=false $(STATICCHECK)
.bin/sessiongen:
	go build -race=false -trimpath=false -o $@ ./cmd/sessiongen
