# Every command of this project. Nothing is installed outside .venv, and nothing is needed but Python and the network.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
STAMP_RUN := $(VENV)/.installed-local
STAMP_DEV := $(VENV)/.installed-dev
SPARK_JARS := .build/spark-jars
SAM := .build/sam-cli
STOCK_CLIENTS := .build/stock-clients
CDK_CLI := .build/cdk-cli
STAMP_CDK := $(CDK_CLI)/.fetched
STAGE ?= dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help demo up test soak drills log-drill lint audit types synth bootstrap deploy bench docs lock protocol clean spark-jars
.PHONY: sam sam-cli stock-clients cdk-cli pin-base

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP_RUN) ## Run the whole loop on this machine: events in, split, trained, predictions out
	@$(BIN)/augury demo

up: $(STAMP_RUN) ## Start the platform on this machine, on port 8080, with a client and a pipeline to try
	@$(BIN)/augury local up --port 8080 --seed

test: $(STAMP_DEV) ## Run the tests
	$(BIN)/python -m pytest $(ARGS)

sam: $(SAM)/.installed ## Run the functions in containers as Lambda does, by AWS SAM, on port 3000 (needs Docker)
	@$(BIN)/python -m infra.sam $(ARGS)

soak: $(STAMP_DEV) ## Send a million events with everything going wrong, and account for each (some minutes)
	$(BIN)/python -m tests.soak $(ARGS)

log-drill: $(STAMP_DEV) ## Stop processes that answer 50,000 predictions, and look for each in the log (some minutes)
	$(BIN)/python -m tests.log_drill $(ARGS)

drills: $(STAMP_DEV) ## Change and break things under load, and count what should not have failed (some minutes)
	$(BIN)/python -m tests.drills $(ARGS)

lint: $(STAMP_DEV) ## Check style and the floors that imports must keep to
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

audit: $(STAMP_DEV) ## Ask the advisory services about every pinned package (needs the internet)
	@for lock in dev local ingest serve heavy train glue sam clients; do \
		echo "requirements/$$lock.txt" && $(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/$$lock.txt || exit 1; \
	done

types: $(STAMP_DEV) ## Check types, strictly
	$(BIN)/mypy

synth: $(STAMP_DEV) ## Write the CloudFormation templates to cdk.out and lint them
	$(BIN)/python -m infra.app
	$(BIN)/cfn-lint $$(find cdk.out -name '*.template.json')
	@echo "templates:" && find cdk.out -name '*.template.json' | sort

bootstrap: $(STAMP_DEV) $(STAMP_CDK) ## Prepare an AWS account and region for deployments (once; needs AWS credentials)
	@$(BIN)/python -m infra.cdk bootstrap

deploy: $(STAMP_DEV) $(STAMP_CDK) ## Deploy the stacks of STAGE, dev by default (needs AWS credentials and Docker)
	@$(BIN)/python -m infra.cdk deploy 'Augury-$(STAGE)/*'

bench: $(STAMP_DEV) ## Compare with other systems, each time in one run
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.pipelines
	$(BIN)/python -m benchmarks.split
	$(BIN)/python -m benchmarks.split.spark_comparison
	$(BIN)/python -m benchmarks.serving

spark-jars: $(SPARK_JARS)/.fetched ## Fetch the jars with which Spark itself reads s3:// in the tests (181 MB, once)

sam-cli: $(SAM)/.installed ## Install AWS SAM's command line, in an environment of its own

pin-base: $(VENV)/bin/pip ## Pin the images' base to the digest that its tag has now (needs the internet)
	@$(BIN)/python containers/pin_base.py

stock-clients: $(STOCK_CLIENTS)/.installed ## Install the stock clients of the Open Inference Protocol that the tests use (once)

cdk-cli: $(STAMP_CDK) ## Fetch the CDK's own command, in the version that goes with the library (30 MB, once)

docs: $(STAMP_DEV) ## Build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site

protocol: $(STAMP_DEV) ## Generate the gRPC service's Python from its definition (maintainers)
	@$(BIN)/python -m grpc_tools.protoc -I . --python_out=. --pyi_out=. --grpc_python_out=. functions/predict/oip/inference.proto

lock: $(VENV)/bin/pip ## Rewrite the hashed lock files (maintainers; UPGRADE=--upgrade takes newer versions)
	@test -x $(VENV)/uv/bin/uv || ($(BIN)/python -m venv $(VENV)/uv && $(VENV)/uv/bin/pip install --quiet uv==$(UV_VERSION))
	requirements/lock.sh $(VENV)/uv/bin/uv $(UPGRADE)

clean: ## Remove everything that the commands made
	rm -rf $(VENV) .build cdk.out site .augury .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	@python=$$(sh requirements/find-python.sh $(PYTHON)) || exit 1; \
	echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV) && touch $@

$(STAMP_RUN): requirements/local.txt pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what the platform needs into $(VENV) (a minute or two, once)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/local.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP_DEV): requirements/dev.txt $(STAMP_RUN)
	@echo "Installing what the tests need into $(VENV) (a minute or two, once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The package is a source distribution that is never built: pip only looks at its metadata, with the setuptools that is
# here.
$(SPARK_JARS)/.fetched: requirements/spark-jars.txt | $(STAMP_DEV)
	@echo "Fetching the jars that Spark reads s3:// with (181 MB, once)"
	@mkdir -p $(SPARK_JARS)
	@$(PIP) download --no-deps --no-binary :all: --no-build-isolation --require-hashes \
		--requirement requirements/spark-jars.txt --dest $(SPARK_JARS)
	@tar -xzf $(SPARK_JARS)/sagemaker_pyspark-*.tar.gz --directory $(SPARK_JARS) --strip-components=3 \
		--wildcards '*/hadoop-aws-*.jar' '*/aws-java-sdk-bundle-*.jar'
	@rm $(SPARK_JARS)/sagemaker_pyspark-*.tar.gz
	@touch $@

# Its requirements exclude some of ours, so that it has an environment of its own.
$(SAM)/.installed: requirements/sam.txt | $(STAMP_DEV)
	@echo "Installing SAM's command line into $(SAM) (a minute, once)"
	@$(BIN)/python -m venv $(SAM)
	@$(SAM)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --only-binary :all: --requirement $<
	@touch $@

# MLServer says that it needs Python 3.12 or older; its client runs on 3.13 all the same.
$(STOCK_CLIENTS)/.installed: requirements/clients.txt | $(VENV)/bin/pip
	@echo "Installing stock clients into $(STOCK_CLIENTS) (a minute, once)"
	@$(BIN)/python -m venv --clear $(STOCK_CLIENTS)
	@$(STOCK_CLIENTS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--only-binary :all: --ignore-requires-python -r requirements/clients.txt
	@touch $@

$(STAMP_CDK): requirements/node/package-lock.json | $(STAMP_DEV)
	@echo "Fetching the CDK's command (once)"
	@mkdir -p $(CDK_CLI)
	@cp requirements/node/package.json requirements/node/package-lock.json $(CDK_CLI)
	@$(BIN)/python -m infra.npm $(CDK_CLI)
	@touch $@
