"""The end of a server, in this process."""

from __future__ import annotations

import os
import signal
import socket
import threading

from augury.waiting import before_waiting
from functions.container.application import Application
from functions.container.patient_threads import PatientThreads
from functions.container.running import Lifecycle, listen, serve
from functions.exchange import Answer, Request


def test_a_call_that_does_not_end_leaves_time_for_the_log() -> None:
    is_over, left_s = threading.Event(), list[float]()

    def hang(request: Request) -> Answer:
        before_waiting()
        for _ in range(2):  # the second time changes nothing
            os.kill(os.getpid(), signal.SIGTERM)
        is_over.wait(20)
        return Answer(200)

    listener = listen("127.0.0.1", 0)
    with socket.create_connection(listener.getsockname()) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        serve(Application(hang, PatientThreads()), listener, Lifecycle(), drain_s=2, drain=left_s.append)
        is_over.set()
    assert 0 < left_s[0] < 2
