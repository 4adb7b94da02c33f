"""A platform whose events lie elsewhere: the split and the account find them all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from augury.analysis import account, plan_account
from augury.aws import ObjectStore
from augury.config import Deployment
from augury.lake import EventsPrefix
from augury.local import LocalPlatform

HIVE = EventsPrefix("logs/events.day=!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/hour=!{timestamp:HH}/")
LINE = b'{"n":1,"client":"acme","_event_id":"0123456789abcdef","_received_at":"%s"}\n'


def test_events_below_a_configured_prefix_are_split_and_accounted_for(tmp_path: Path) -> None:
    state = tmp_path / "local.json"
    with LocalPlatform(port=0, state=state, runs_in_background=False, events_prefix=HIVE) as platform:
        now = datetime.now(UTC)
        line = LINE % now.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        platform.connection.firehose().put_record(DeliveryStreamName="augury-local-events", Record={"Data": line})
        platform.flush()

        store = ObjectStore(platform.connection.s3(), platform.deployment.bucket)
        assert len(list(store.list("logs/events.day="))) == 1
        told = Deployment.read_local(state).events_prefix
        assert told == HIVE.expression
        days = (now.date() - timedelta(days=1), now.date())
        found = account(store, plan_account(store, *days, events_prefix=EventsPrefix(told)))
        assert (found.adds_up, found.total.logs, found.total.split) == (True, 1, 1)
        elsewhere = account(store, plan_account(store, *days))
        assert elsewhere.total.extra == 1
