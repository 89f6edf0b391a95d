# The table of contents of what can be run here; what a step does stands in .ci/steps and xtask.
# `make run` and `make test` are all that a newcomer needs; the rest is for the inner loop.
.PHONY: run test quick app bench check sim mutants fmt

# The demo on http://localhost:8080: installs what is missing, builds, keeps its data in ./data-demo.
run:
	@.ci/steps setup app server
	@exec target/release/miaopu demo

# Everything: formatting, lints, both databases, made-up requests, the phone app, a browser.
test:
	@.ci/steps setup-tests fmt app size clippy docs garage clients cargo schemathesis phone server sim browser

# The inner loop: what takes no app, no browser, no PostgreSQL and no S3.
quick:
	@MIAOPU_SKIP_POSTGRES=1 MIAOPU_SKIP_S3=1 .ci/steps fmt clippy clients cargo

# Lints without tests.
check:
	@.ci/steps fmt clippy app phone

# The phone app as the server embeds it, in app/dist.
app:
	@.ci/steps app

# Figures of the release server against bare loops, in target/bench/results.json; docs/bench.md says what each row is.
# `make bench ARGS="--photos FOLDER"` measures photos of your own.
bench:
	@MIAOPU_BENCH_ARGS="$(ARGS)" .ci/steps setup-bench app server garage bench

# Lives seeds: many phones, servers, and everything that goes wrong between them. `make sim SEEDS=10000`.
sim:
	@MIAOPU_SEEDS="$(or $(SEEDS),1000)" .ci/steps sim

# Plants bugs in a copy of this checkout; each must be found by some seed.
mutants:
	cargo xtask mutants

fmt:
	cargo fmt --all
