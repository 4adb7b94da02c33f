"""What watches the others: alarms, whom they tell, and the dashboard."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.alarms import Alarms
from infra.api_stack import ApiStack
from infra.dashboard import StageDashboard
from infra.data_stack import DataStack
from infra.ingest_stack import IngestStack
from infra.log_queries import FEEDBACK, OF_PREDICT, keep_queries
from infra.predict_stack import PredictStack
from infra.split_stack import SplitStack
from infra.stages import StageConfig
from infra.training_stack import TrainingStack
from infra.watches import (
    watch_api,
    watch_events,
    watch_functions,
    watch_job,
    watch_predictions,
    watch_split,
    watch_streams,
    watch_trainings,
)
from infra.widgets_ingest import api_row, events_row
from infra.widgets_predict import feedback_row, predict_row, process_row, variations_row
from infra.widgets_split import split_row


class MonitoringStack(Stack):
    """Alarms and the dashboard, above all other stacks; none of them knows it.

    Its output ``AlarmTopicArn`` is what a pager subscribes to.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        data: DataStack,
        split: SplitStack,
        ingest: IngestStack,
        predict: PredictStack,
        training: TrainingStack,
        api: ApiStack,
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: alarms and the dashboard")
        lake = data.lake
        streams = {
            "events": lake.events,
            "refusals": lake.refusals,
            "predictions": lake.predictions,
            "feedback": lake.feedback,
        }
        functions = {
            "token": api.tokens.token,
            "rotate": api.tokens.rotate,
            "ingest": ingest.function,
            "feedback": ingest.feedback,
            "split": split.function,
            "predict": predict.function,
            "predict-heavy": predict.service.heavy.function,
            "prepare": training.service.prepare,
            "register": training.service.register,
        }
        alarms = Alarms(self, "Alarms", config=config)
        watch_streams(alarms, config, streams)
        watch_functions(alarms, functions)
        watch_api(alarms, config, api.api)
        watch_events(alarms, config)
        watch_predictions(alarms, config)
        watch_split(alarms, config, data.raw_objects)
        watch_trainings(alarms, training.service.machine)
        watch_job(alarms, split.job.name)
        rows = [
            api_row(api.api, config.name),
            events_row(streams, config.name),
            split_row(data.raw_objects, config.name),
            predict_row(config.name),
            process_row(config.name),
            variations_row(predict.function.log_group),
            feedback_row(config.name),
        ]
        keep_queries(self, config.name, predict.function.log_group, OF_PREDICT)
        keep_queries(self, config.name, ingest.feedback.log_group, [FEEDBACK])
        StageDashboard(self, "Dashboard", config=config, rows=rows)
        CfnOutput(self, "AlarmTopicArn", value=alarms.topic.topic_arn)
