"""What runs clients' services: optional, and off unless a stage's configuration has a cluster."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_ecr_assets import DockerImageAsset, Platform
from constructs import Construct

from infra.cluster import ServiceCluster
from infra.network import Network
from infra.predict_service import DOCKERFILE
from infra.predict_stack import PredictStack
from infra.stages import StageConfig


class NetworkStack(Stack):
    """The network, below the predict stack: its function joins it."""

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id, description="Augury: the network of the cluster and of predictions")
        assert config.cluster is not None
        self.network = Network(self, "Network", config=config, cluster=config.cluster)


class ClusterStack(Stack):
    """The cluster, above the predict stack: the predictor on it may do what the function may.

    Its outputs are read by the command line: ``ClusterName``, ``NetworkCidr``, ``PredictorImage``,
    ``PredictionsStream`` and ``HeavyFunction``; ``HttpTargets`` and ``MaskedInputs`` where the stage has some.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        root: Path,
        network: Network,
        predict: PredictStack,
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: the cluster of clients' services")
        assert config.cluster is not None
        service = ServiceCluster(self, "Services", config=config, cluster=config.cluster, network=network)
        predict.service.grant_predictions(service.predictor)
        image = DockerImageAsset(
            self, "Predictor", directory=str(root), file=DOCKERFILE, target="thin", platform=Platform.LINUX_AMD64
        )
        CfnOutput(self, "ClusterName", value=service.cluster.cluster_name)
        CfnOutput(self, "NetworkCidr", value=config.cluster.cidr)
        CfnOutput(self, "PredictorImage", value=image.image_uri)
        CfnOutput(self, "PredictionsStream", value=predict.service.predictions_stream)
        CfnOutput(self, "HeavyFunction", value=predict.service.heavy.function.function_name)
        for name, values in (("HttpTargets", config.http_targets), ("MaskedInputs", config.masked_inputs)):
            if values:
                CfnOutput(self, name, value=",".join(values))
