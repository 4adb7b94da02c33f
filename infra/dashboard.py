"""One dashboard for a stage: a row for each thing that Augury does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Dashboard, IWidget
from constructs import Construct

from infra.stages import StageConfig


class StageDashboard(Dashboard):
    """The dashboard ``augury-<stage>``, which shows the last day.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    rows : iterable of sequence of IWidget
        From the modules ``infra.widgets_…``.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, rows: Iterable[Sequence[IWidget]]
    ) -> None:
        super().__init__(scope, construct_id, dashboard_name=f"augury-{config.name}", default_interval=Duration.days(1))
        for row in rows:
            self.add_widgets(*row)
