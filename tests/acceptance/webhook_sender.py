"""Sends signed webhooks as Lucca does, over as many connections as it takes, and remembers what was acknowledged."""
import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import time
from datetime import datetime, timedelta, timezone

SECRET, OLD_SECRET = "canary-webhook-secret-7Qw", "canary-webhook-old-2Zr"


def timestamp(seconds=0):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(body, secret=SECRET, at=None):
    """The headers of a delivery of this body."""
    at = at or timestamp()
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).digest()
    return {"Lucca-Timestamp": at, "Lucca-Signature": base64.b64encode(digest).decode(), "Content-Type": "application/json"}


def event(number):
    """A body as Lucca writes it; nobody shares its values, so that a log which quotes one is found out."""
    return json.dumps({"id": str(number), "type": "event", "topic": "employee.updated", "source": "https://example.ilucca.net",
                       "occurredAt": timestamp(), "data": {"id": "7", "familyName": f"Canary-{number}é", "note": "x" * (number % 900)}},
                      ensure_ascii=False).encode()


def ask(port, method, target, body=None, headers=None, timeout=20):
    """Status and body of one request by itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def deliver(port, body, **how):
    return ask(port, "POST", "/any/path", body, signed(body, **how))


class Load:
    """`rate` events a second over `connections`; what is not acknowledged is sent again until it is."""

    def __init__(self, port, connections=40):
        self.port, self.connections = port, connections
        self.acknowledged, self.sent, self.again, self.slowest = {}, {}, 0, 0.0

    async def send(self, numbers, rate):
        """Sends these events, the n-th not before it is due."""
        begun, waiting = time.monotonic(), asyncio.Queue()
        for n, number in enumerate(numbers):
            waiting.put_nowait((begun + n / rate, number))
        await asyncio.gather(*(self._connection(waiting) for _ in range(self.connections)))
        return time.monotonic() - begun

    async def _connection(self, waiting):
        stream = None
        while not waiting.empty():
            due, number = waiting.get_nowait()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            body = self.sent.setdefault(number, event(number))
            while number not in self.acknowledged:
                try:
                    stream = stream or await asyncio.open_connection("127.0.0.1", self.port)
                    began = time.monotonic()
                    status = await asyncio.wait_for(self._post(*stream, body), 3)
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    if status == 200:
                        self.acknowledged[number] = status
                        continue
                except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                    pass
                if stream:
                    stream[1].close()
                stream, self.again = None, self.again + 1
                await asyncio.sleep(0.05)
        if stream:
            stream[1].close()

    @staticmethod
    async def _post(reader, writer, body):
        head = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
        writer.write(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(length)
        return int(answer.split()[1])
