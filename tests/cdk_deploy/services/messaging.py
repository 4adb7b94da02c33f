"""Delivery streams, queues, topics and rules for events."""

from __future__ import annotations

from typing import Final

from tests.cdk_deploy.picking import only
from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading

PROVIDERS: Final = {
    "AWS::Events::Rule": Provider(
        service="events",
        create="put_rule",
        ref="{Name}",
        name="Name",
        steps=(Step(operation="put_targets", takes={"Targets": "Targets"}, members={"Rule": "{Ref}"}),),
        attributes={"Arn": "{RuleArn}"},
        undo=(Step(operation="remove_targets", each="Targets", members={"Rule": "{Ref}", "Ids": "{each[Id]}"}),),
        delete=Step(operation="delete_rule", members={"Name": "{Ref}"}),
    ),
    "AWS::KinesisFirehose::DeliveryStream": Provider(
        service="firehose",
        create="create_delivery_stream",
        ref="{DeliveryStreamName}",
        name="DeliveryStreamName",
        attributes={"Arn": "{DeliveryStreamARN}"},
        delete=Step(operation="delete_delivery_stream", members={"DeliveryStreamName": "{Ref}"}),
    ),
    "AWS::SNS::Topic": Provider(
        service="sns",
        create="create_topic",
        ref="{TopicArn}",
        name="TopicName",
        renames={"TopicName": "Name", "DisplayName": "Attributes"},
        rewritten={"DisplayName": lambda name: {"DisplayName": name}},
        attributes={"TopicArn": "{TopicArn}"},
        delete=Step(operation="delete_topic", members={"TopicArn": "{Ref}"}),
    ),
    "AWS::SNS::TopicPolicy": Provider(
        service="sns",
        create="set_topic_attributes",
        ref="{Name of the resource}",
        renames={"PolicyDocument": "AttributeValue", "Topics": "TopicArn"},
        members={"AttributeName": "Policy"},
        rewritten={"Topics": only},
    ),
    "AWS::SQS::QueuePolicy": Provider(
        service="sqs",
        create="set_queue_attributes",
        ref="{Name of the resource}",
        renames={"PolicyDocument": "Attributes", "Queues": "QueueUrl"},
        rewritten={"PolicyDocument": lambda document: {"Policy": document}, "Queues": only},
    ),
}

READINGS: Final = {
    "AWS::Events::Rule": Reading(
        service="events",
        operation="describe_rule",
        members={"Name": "{Ref}"},
        parts={
            "Tags": Reading(
                service="events",
                operation="list_tags_for_resource",
                members={"ResourceARN": "arn:aws:events:{region}:{account}:rule/{Ref}"},
                path="Tags",
            ),
            "Targets": Reading(
                service="events", operation="list_targets_by_rule", members={"Rule": "{Ref}"}, path="Targets"
            ),
        },
        attributes={"Arn": "{Arn}"},
    ),
    "AWS::KinesisFirehose::DeliveryStream": Reading(
        service="firehose",
        operation="describe_delivery_stream",
        members={"DeliveryStreamName": "{Ref}"},
        path="DeliveryStreamDescription",
        names={
            "DeliveryStreamEncryptionConfigurationInput": "DeliveryStreamEncryptionConfiguration",
            "ExtendedS3DestinationConfiguration": "Destinations.0.ExtendedS3DestinationDescription",
        },
        parts={
            "Tags": Reading(
                service="firehose",
                operation="list_tags_for_delivery_stream",
                members={"DeliveryStreamName": "{Ref}"},
                path="Tags",
            )
        },
        attributes={"Arn": "{DeliveryStreamARN}"},
    ),
    "AWS::SNS::Topic": Reading(
        service="sns",
        operation="get_topic_attributes",
        members={"TopicArn": "{Ref}"},
        path="Attributes",
        parts={
            "Tags": Reading(
                service="sns", operation="list_tags_for_resource", members={"ResourceArn": "{Ref}"}, path="Tags"
            )
        },
        attributes={"TopicArn": "{Ref}"},
    ),
    "AWS::SNS::TopicPolicy": Reading(
        service="sns",
        operation="get_topic_attributes",
        members={"TopicArn": "{Topics[0]}"},
        path="Attributes",
        names={"PolicyDocument": "Policy"},
        unread={"Topics": "is where it was found"},
    ),
    "AWS::SQS::Queue": Reading(
        service="sqs",
        operation="get_queue_attributes",
        members={"QueueUrl": "{Ref}", "AttributeNames": "All"},
        path="Attributes",
        parts={"Tags": Reading(service="sqs", operation="list_queue_tags", members={"QueueUrl": "{Ref}"}, path="Tags")},
        attributes={"Arn": "{QueueArn}", "QueueName": "{QueueName}"},
    ),
    "AWS::SQS::QueuePolicy": Reading(
        service="sqs",
        operation="get_queue_attributes",
        members={"QueueUrl": "{Queues[0]}", "AttributeNames": "All"},
        path="Attributes",
        names={"PolicyDocument": "Policy"},
        unread={"Queues": "is where it was found"},
    ),
}
