# What a developer types. `make help` lists it.

# A target may import only what it declares; who may declare what is held by Tests/TidyTests.
strict = --explicit-target-dependency-import-check error
# Asio without inlining is ten times slower, so the C++ of debug builds is optimised too.
debug = $(strict) -Xcxx -O2

data ?= ./data
bench ?= .build
seconds ?= 60
targets ?=
python ?= python3

.DEFAULT_GOAL := help
.PHONY: help setup build run test simulation tidy vectors differential constant-time media-mutations bench bench-media
.PHONY: bench-relay bench-turns bench-crypto fixtures descriptions tsan tsan-short asan coverage fuzz check-uploads demo
.PHONY: clean abuse mutants faults faults-short faults-cuts faults-flips faults-kills faults-program core-secrets
.PHONY: example client-model client-mutants

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 20

setup: ## install what building needs (Debian packages)
	@Scripts/setup

build: setup ## build everything, optimised
	swift build -c release $(strict)

run: setup ## build server and client, and start the server on ./data (data=folder for another)
	swift build -c release --product sottod $(strict)
	swift build -c release --product sotto $(strict)
	swift build -c release --product sotto-media $(strict)
	.build/release/sottod --data $(data)

# Sockets have real deadlines, and tests that start programs wait for them on threads that others need: so these do not
# share the processors with the others, nor with each other; and what does not end in half an hour hangs. They are
# run by themselves, not by swift test, which prints late what they say: of one that hangs one wants to read the name.
# Each by itself: those that open sockets one after the other, and the simulation, which takes both processors.
sockets = '(EndToEnd|Transport)Tests'
alone = '(EndToEnd|Transport|Simulation)Tests'

test: ## run every test
	@Scripts/setup --test
	swift build --build-tests $(debug)
	swift test --skip-build --skip $(alone)
	SIMULATION_SEEDS=100 swift test --skip-build --filter SimulationTests
	timeout -k 10 1800 "$$(swift build --show-bin-path)/sottoPackageTests.xctest" \
		--testing-library swift-testing --no-parallel --filter $(sockets)

simulation: seeds = 10000
simulation: setup ## step the server through random lives in virtual time (seeds=10000)
	swift build --build-tests $(debug)
	SIMULATION_SEEDS=$(seeds) swift test --skip-build --filter SimulationTests

client-model: seeds = 200
client-model: ## let five clients of a real server live under a seed, and hold what they show to a ledger (seeds=200)
	@Scripts/setup --test
	swift build --build-tests $(debug)
	CLIENT_MODEL_SEEDS=$(seeds) "$$(swift build --show-bin-path)/sottoPackageTests.xctest" \
		--testing-library swift-testing --no-parallel --filter ClientModelTests

example: setup ## build the samples of docs/library.md outside this tree, as its reader would
	@Scripts/check-example

tidy: ## run the tests that read the sources as text
	swift test --filter TidyTests

vectors: ## hold the primitives to the published vectors, and count them
	swift build --build-tests $(debug)
	@Scripts/check-vectors

rounds ?= 40

differential: ## compare the primitives with other implementations, in both directions (rounds=n)
	@Scripts/setup --descriptions
	swift build -c release --product crypto-peer $(strict)
	.venv/bin/python Scripts/check-primitives.py .build/release/crypto-peer --rounds $(rounds)
	.venv/bin/python Scripts/check-own-vectors.py

constant-time: ## look for branches and addresses that depend on a secret (valgrind)
	@Scripts/setup --constant-time
	SOTTO_CONSTANT_TIME=1 swift build -c release --product constant-time $(strict) --scratch-path .build-constant-time
	@Scripts/check-constant-time .build-constant-time/release/constant-time

relay_sources = $(wildcard Benchmarks/relay/*.[ch])
relay_flags = -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror

.build/bench-relay: $(relay_sources)
	mkdir -p .build
	gcc $(relay_flags) -o $@ $(filter %.c,$^) -lsqlite3 -lssl -lcrypto

# An option of sotto-bench, where somebody gave it to make.
given = $(if $(filter command%,$(origin $(1))),--$(1) $($(1)))

bench-relay: .build/bench-relay ## Sotto beside a bare relay that only commits and forwards, in the same rounds
	@Scripts/setup --test
	swift build -c release --product sottod $(strict)
	swift build -c release --product sotto-bench $(strict)
	.build/release/sotto-bench relay --relay .build/bench-relay --data $(bench) \
		$(call given,rounds) $(call given,seconds) $(call given,loads)

bench: setup ## measure everything against what this disk can do (bench=folder on another disk)
	swift build -c release --product sottod $(strict)
	swift build -c release --product sotto-bench $(strict)
	.build/release/sotto-bench all --data $(bench)

old ?=
new ?= .build/release

bench-turns: setup ## an old and a new program under the same loads in turns (old=folder new=folder turns=5 seconds=4)
	@test -x "$(old)/sottod" || { echo "give old=FOLDER, one with the sottod to compare with" >&2; exit 1; }
	swift build -c release --product sottod $(strict)
	swift build -c release --product sotto-bench $(strict)
	.build/release/sotto-bench turns --old $(old) --new $(new) --data $(bench) \
		$(call given,turns) $(call given,seconds) $(call given,loads) $(call given,generators)

bench-crypto: ## the primitives beside the calls into C that they wrap, and ML-KEM beside OpenSSL's
	@Scripts/setup --descriptions
	swift build -c release --product crypto-bench $(strict)
	.venv/bin/python Scripts/bench-primitives.py .build/release/crypto-bench

bench-media: setup ## thumbnails beside vipsthumbnail, ImageMagick, ffmpeg and Pillow (python=one that has Pillow)
	swift build -c release --product sotto-bench $(strict)
	swift build -c release --product sotto-media $(strict)
	$(python) Scripts/bench-media.py .build/release

media-mutations: ## send 10,000 mutations of every sample through the media worker (six minutes)
	swift build --build-tests $(debug)
	SOTTO_MEDIA_MUTATIONS=10000 swift test --skip-build --filter HostileMediaTests
fixtures: ## write our own vectors anew, the same each time
	swift build --product vector-maker $(debug)
	.build/debug/vector-maker fixtures/vectors

descriptions: ## check docs/protocol, docs/records.json and their samples with tools that are not ours
	@Scripts/setup --descriptions
	.venv/bin/python Scripts/check-descriptions.py

# A sanitizer speaks up at a crash, which is what one test forbids; and everything takes ten times as long.
# The media worker's bounds on memory leave no room for a sanitizer's.
locked = --skip '^MediaTests\.(Thumbnailer|WorkerPool|Sandbox|HostileMedia|Upload)Tests' --skip MediaProgramTests
sanitized = --skip-build --skip FolderTests/crash $(locked) --no-parallel

tsan: ## run every test under the thread sanitizer
	@Scripts/setup --test
	swift build --build-tests $(debug) --sanitize thread --scratch-path .build-tsan
	swift test $(sanitized) --sanitize thread --scratch-path .build-tsan

# A room's tests build with what they stand on and nothing else.
tsan-short: export SOTTO_WATCHED = 1
tsan-short: ## run the tests of the rooms where threads meet under the thread sanitizer
	@Scripts/setup --test
	swift build --build-tests $(debug) --sanitize thread --scratch-path .build-tsan-short
	swift test $(sanitized) --sanitize thread --scratch-path .build-tsan-short

# What it calls leaks is XCTest's and Foundation's own: three objects that live as long as the process.
asan: ## run every test under the address sanitizer
	@Scripts/setup --test
	swift build --build-tests $(debug) --sanitize address --scratch-path .build-asan
	ASAN_OPTIONS=detect_leaks=0 swift test $(sanitized) --sanitize address --scratch-path .build-asan

coverage: ## which regions of Crypto, Keys and Ratchet the tests reach
	@Scripts/setup --test
	@Scripts/coverage

fuzz: setup ## feed every parser and the ratchet what nobody would write (seconds=60 each; targets="cbor json")
	Scripts/fuzz --seconds $(seconds) $(targets)

cuts ?= 60

# Page bomb, flood of refusals; spoofed proxy; full disk; flood of groups and peers that do not read; full queue; an
# account that adds without end.
abuses = HTTPTests/(largePages|refusals)|ProxyTests|DiskFloorTests|SlowReaderTests|QueueShareTests|AccountUseTests
abuse: ## strangers against one server: page bombs, floods, spoofed proxies, full disks and queues, mute peers
	@Scripts/setup --test
	swift build --build-tests $(debug)
	swift test --skip-build --no-parallel --filter 'EndToEndTests.($(abuses))'

mutants: ## negate each check of who may do what, and see that the authorization matrix notices
	@Scripts/setup --test
	@Scripts/mutants authorization

client-mutants: ## break one promise of the client library at a time, and see that its model notices
	@Scripts/setup --test
	@Scripts/mutants client

check-uploads: ## upload with clients of tus that are not ours, and cut them (cuts=1000 for more)
	@Scripts/setup --descriptions
	swift build --product sottod $(debug)
	.venv/bin/python Scripts/check-uploads.py --cuts $(cuts)

faulty = .venv/bin/python Scripts/faults
flips ?= 2500
wal-flips ?= 1000
kills ?= 1000

faults-program:
	@Scripts/setup --descriptions
	swift build -c release --product sottod $(strict)
	swift build -c release --product sotto-media $(strict)

faults: faults-program faults-short ## power cuts, flipped bits and kills, a short form of each

core-secrets: faults-program ## look for tokens in the memory of a server after their logout (as root)
	$(faulty)/residue.py --requests 1000

# Of a program that is there already (program=.build/debug/sottod).
faults-short: program ?= .build/release/sottod
faults-short:
	@Scripts/setup --descriptions
	$(faulty)/cuts.py --program $(program) --cuts 24 --seconds 2 --control
	$(faulty)/cuts.py --program $(program) --cuts 300 --seconds 3
	$(faulty)/kills.py --program $(program) --kills 40
	$(faulty)/flips.py --program $(program) --wal 30 --database 60

faults-cuts: cuts = 10000
faults-cuts: faults-program ## cut the power of a server under load (cuts=10000), and the same on a disk that lies
	$(faulty)/cuts.py --cuts 100 --control
	$(faulty)/cuts.py --cuts $(cuts)

faults-flips: faults-program ## flip bits in the database (flips=2500) and the write-ahead log (wal-flips=1000)
	$(faulty)/flips.py --database $(flips) --wal $(wal-flips)

faults-kills: faults-program ## kill -9 a server under load (kills=1000)
	$(faulty)/kills.py --kills $(kills)

demo: ## two people, a server killed in the middle, and a search for what they said
	@Scripts/setup --test
	@Scripts/demo

clean: ## forget everything that was built; data stays
	rm -rf .build .build-tsan .build-tsan-short .build-asan .build-constant-time .build-coverage .build-fuzz .venv
