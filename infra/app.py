"""Synthesise every stage: ``python -m infra.app`` writes ``cdk.out``, as ``cdk synth`` does."""

from __future__ import annotations

import os
from pathlib import Path

from aws_cdk import App, Stack, Stage, Tags
from constructs import Construct

from infra.acknowledgements import check
from infra.api_stack import ApiStack
from infra.bundling import Bundle, build_bundle
from infra.catalog_stack import CatalogStack
from infra.cluster_stack import ClusterStack, NetworkStack
from infra.data_stack import DataStack
from infra.flags import FEATURE_FLAGS
from infra.ingest_stack import IngestStack
from infra.monitoring_stack import MonitoringStack
from infra.predict_stack import PredictStack
from infra.split_stack import SplitStack
from infra.stages import STAGES, StageConfig
from infra.training_stack import TrainingStack

_ROOT = Path(__file__).parents[1]

# W3005: the CDK has every function depend on its role's policies and, with them, once more on the role.
_LINTING = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}


class AuguryStage(Stage):
    """All stacks of one environment. Each refers only to those above it here, so that they deploy in this order."""

    def __init__(self, scope: Construct, *, config: StageConfig, bundle: Bundle, root: Path) -> None:
        super().__init__(scope, f"Augury-{config.name}")
        data = DataStack(self, "Data", config=config)
        split = SplitStack(self, "Split", config=config, bundle=bundle, root=root, data=data)
        CatalogStack(self, "Catalog", config=config, data=data)
        ingest = IngestStack(self, "Ingest", config=config, bundle=bundle, data=data)
        network = None if config.cluster is None else NetworkStack(self, "Network", config=config).network
        predict = PredictStack(self, "Predict", config=config, root=root, data=data, network=network)
        if network is not None:
            ClusterStack(self, "Cluster", config=config, root=root, network=network, predict=predict)
        training = TrainingStack(self, "Training", config=config, root=root, bundle=bundle, data=data)
        api = ApiStack(
            self,
            "Api",
            config=config,
            bundle=bundle,
            data=data,
            ingest=ingest.function,
            predict=predict.function,
            feedback=ingest.feedback,
        )
        MonitoringStack(
            self,
            "Monitoring",
            config=config,
            data=data,
            split=split,
            ingest=ingest,
            predict=predict,
            training=training,
            api=api,
        )
        Tags.of(self).add("augury:stage", config.name)
        for stack in self.node.children:
            assert isinstance(stack, Stack)
            stack.template_options.metadata = _LINTING


def synthesise(*, outdir: Path, root: Path = _ROOT) -> None:
    """Write the templates and assets of every stage.

    Parameters
    ----------
    outdir : Path
        Directory of the cloud assembly; made if it is missing.
    root : Path
        The checkout that code and image are taken from.
    """
    app = App(outdir=str(outdir), context=FEATURE_FLAGS, analytics_reporting=False)
    check(app)
    bundle = build_bundle(root)
    for config in STAGES:
        AuguryStage(app, config=config, bundle=bundle, root=root)
    app.synth()


if __name__ == "__main__":
    # The CDK's own command says through this variable where it will look.
    synthesise(outdir=Path(os.environ.get("CDK_OUTDIR", "cdk.out")))
