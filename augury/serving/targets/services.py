"""What answers outside this process: called within the caller's time, and left alone while it keeps failing."""

from __future__ import annotations

import time

from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName
from augury.registry import HttpTarget, LambdaTarget
from augury.serving.calls import Call, Reply
from augury.serving.targets.breaker import CircuitBreakers
from augury.serving.targets.contract import MalformedAnswer, parse_answer, refusal_details, request_json
from augury.serving.targets.http_service import HttpServices
from augury.serving.targets.lambda_function import LambdaFunctions
from augury.serving.targets.outcomes import ServiceFailed, ServiceRefused, ServiceTimedOut
from augury.waiting import before_waiting

type External = LambdaTarget | HttpTarget


class Services:
    """Lambda functions and HTTP services of every client.

    Parameters
    ----------
    functions : LambdaFunctions
        Calls functions.
    http : HttpServices
        Calls services on allowed hosts.
    breakers : CircuitBreakers, optional
        Circuits by client and target, so that what one client does to a service is not felt by another.
    """

    def __init__(
        self,
        functions: LambdaFunctions,
        http: HttpServices,
        breakers: CircuitBreakers[tuple[ClientName, External]] | None = None,
    ) -> None:
        self._functions = functions
        self._http = http
        self._breakers = breakers or CircuitBreakers()

    def answer(self, call: Call, target: External) -> Reply:
        """Return a target's reply to a call.

        Raises
        ------
        AuguryError
            502 where the target failed, 504 where it took too long, 422 where it refused the data. Each names the
            target.
        """
        before_waiting()
        circuit = (call.client, target)
        if not self._breakers.admits(circuit):
            raise _failure(
                Kind.TARGET_FAILED, target, "it failed several times in a row, and is left alone for a while"
            )
        try:
            reply = self._called(call, target)
        except (ServiceFailed, ServiceTimedOut, MalformedAnswer) as failure:
            self._breakers.failed(circuit)
            kind = Kind.TARGET_TIMED_OUT if isinstance(failure, ServiceTimedOut) else Kind.TARGET_FAILED
            raise _failure(kind, target, str(failure)) from failure
        except ServiceRefused as refusal:
            self._breakers.succeeded(circuit)
            raise AuguryError(Kind.SCHEMA_MISMATCH, refusal_details(refusal.body, target.name)) from None
        except BaseException:
            self._breakers.failed(circuit)
            raise
        self._breakers.succeeded(circuit)
        return reply

    def _called(self, call: Call, target: External) -> Reply:
        deadline = min(call.deadline, time.monotonic() + target.timeout_s)
        json = request_json(call.request, call.puid)
        if isinstance(target, LambdaTarget):
            body = self._functions.call(target, call.client, json, deadline=deadline)
        else:
            body = self._http.call(target, call.client, json, deadline=deadline)
        answer = parse_answer(body, call.request)
        return Reply(
            answer.predictions, lane=target.kind, target=target.name, model_name=answer.model_name, custom=answer.custom
        )


def _failure(kind: Kind, target: External, why: str) -> AuguryError:
    return AuguryError(kind, [Detail(("target", target.name), why)])
