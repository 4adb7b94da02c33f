"""A client that keeps some connections busy, for machines without wrk; it takes more time of its own than wrk does.

``python -m benchmarks.serving.load_client PORT PATH HEADERS BODIES CONNECTIONS SECONDS``
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """Sends a request whenever the one before was answered, until it is told to stop."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.latencies: list[float] = []
        self.failed = 0
        self._requests = requests
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Send the next request, once the answer is whole."""
        self._received += data
        head, end, body = self._received.partition(_END)
        if end and len(body) >= _length(head):
            self.latencies.append(time.perf_counter() - self._sent_at)
            self.failed += not head.startswith(b"HTTP/1.1 200")
            self._received = b""
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """Count a connection that the server ended as a failure."""
        self.failed += error is not None or not self._transport.is_closing()

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))


def _length(head: bytes) -> int:
    (line,) = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(line.partition(b":")[2])


async def drive(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> dict[str, int]:
    """Keep connections busy for some seconds and return what came of it."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [await loop.create_connection(lambda: Connection(requests), "127.0.0.1", port) for _ in range(connections)]
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - began
    for _, connection in made:
        connection.close()
    latencies = [latency for _, connection in made for latency in connection.latencies]
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "requests": len(latencies),
        "duration_us": round(elapsed * 1e6),
        "failed": sum(connection.failed for _, connection in made),
        "p50_us": round(cuts[49] * 1e6),
        "p99_us": round(cuts[98] * 1e6),
    }


def main() -> None:
    """Drive a server and print what came of it as one line of JSON."""
    port, path, headers, bodies, connections, seconds = sys.argv[1:]
    fixed = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", **json.loads(headers)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())

    def request(body: bytes) -> bytes:
        return f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body

    requests = itertools.cycle([request(body) for body in Path(bodies).read_bytes().splitlines()])
    print(json.dumps(asyncio.run(drive(int(port), requests, int(connections), float(seconds)))))


if __name__ == "__main__":
    main()
