"""Serves a tenant from memory, at next to no cost: a page is one slice of one long text, sent without a copy.

    python3 serve.py --employees 3000 [--gzip]

prints its origin and what it holds once it is ready, and ends when its standard input does. One thread per connection: what a
request costs is spent in the kernel, without the interpreter's lock. A list of people who do not follow one another is refused,
as their values would have to be put together.
"""
import argparse
import functools
import gzip
import json
import socket
import sys
import threading
from itertools import accumulate
from urllib.parse import parse_qsl, urlencode, urlsplit

import tenant

HEAD = ("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nApi-Version: 2024-11-01\r\n"
        "Content-Length: {}\r\n{}\r\n")
TOKEN = json.dumps({"access_token": "benchmark", "token_type": "Bearer", "expires_in": 1800}).encode()


class Collection:
    """Rendered records, one after another, and where each begins."""

    def __init__(self, records):
        texts = list(records)
        self.starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        self.text = memoryview(b",".join(texts))

    def __len__(self):
        return len(self.starts) - 1

    def items(self, start, end):
        return self.text[self.starts[start]:self.starts[end] - 1] if end > start else b""


class Tenant:
    """What is served."""

    def __init__(self, origin, employees):
        root = self.root = origin + "/lucca-api"
        self.ids = [str(tenant.FIRST_EMPLOYEE + n) for n in range(employees)]
        self.collections = {"employees": Collection(tenant.employees(root, employees)),
                            "employee-attributes": Collection(tenant.attributes(root, employees))}
        self.nothing = Collection([])

    def page(self, target):
        """One page, in parts."""
        split = urlsplit(target)
        name, query = split.path.removeprefix("/lucca-api/"), dict(parse_qsl(split.query))
        collection = self.collections.get(name, self.nothing)
        first, last = self._owned(query["employee.id"].split(",")) if "employee.id" in query else (0, len(collection))
        limit, start = min(int(query.get("limit", 25)), 1000), first + int(query.get("page", "!0")[1:])
        end = min(start + limit, last)
        further = f"{self.root}/{name}?" + urlencode(query | {"page": f"!{end - first}"}, safe="!,")
        links = {"prev": None, "next": {"href": further} if 0 < limit and end < last else None}
        envelope = {"type": name, "url": f"{self.root}/{name}", "totalCount": last - first, "links": links, "items": []}
        return [json.dumps(envelope).removesuffix("]}").encode(), collection.items(start, end), b"]}"]

    @functools.cache
    def packed(self, target):
        return gzip.compress(b"".join(self.page(target)), 6)

    def _owned(self, ids):
        start, each = int(ids[0]) - tenant.FIRST_EMPLOYEE, len(tenant.DEFINITIONS)
        if self.ids[start:start + len(ids)] != ids:
            raise ValueError("the people of a list must follow one another")
        return start * each, (start + len(ids)) * each


def requests(connection):
    """Head of one request after another; bodies are read and forgotten."""
    received = b""
    while True:
        while b"\r\n\r\n" not in received:
            received += (more := connection.recv(65536))
            if not more:
                return
        head, _, received = received.partition(b"\r\n\r\n")
        head = head.decode().lower() if head.startswith(b"POST") else head.decode()
        for line in head.split("\r\n") if head.startswith("post") else ():
            while line.startswith("content-length:") and len(received) < int(line[15:]):
                received += connection.recv(65536)
        received = b"" if head.startswith("post") else received
        yield head


def converse(connection, served, gzipped):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    for head in requests(connection):
        target, encoding = head.split(" ", 2)[1], ""
        if head.startswith("post"):  # a token for everybody
            parts = [TOKEN]
        elif gzipped and "gzip" in head:
            parts, encoding = [served.packed(target)], "Content-Encoding: gzip\r\n"
        else:
            parts = served.page(target)
        parts.insert(0, HEAD.format(sum(map(len, parts)), encoding).encode())
        left = [memoryview(part) for part in parts if part]
        while left:
            sent = connection.sendmsg(left)
            while left and sent >= len(left[0]):
                sent -= len(left.pop(0))
            left[:1] = [left[0][sent:]] if left else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--employees", type=int, default=3000)
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it, each page once")
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    served = Tenant(origin, options.employees)

    def accept():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    def talk(connection):
        try:
            with connection:
                converse(connection, served, options.gzip)
        except ConnectionError:
            pass  # a client may leave whenever it likes

    threading.Thread(target=accept, daemon=True).start()
    values = served.collections["employee-attributes"]
    print(json.dumps({"origin": origin, "values": len(values), "bytes": len(values.text)}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
