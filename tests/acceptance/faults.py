"""Faults on demand. A fault strikes chosen requests: the 1st, 2nd … of those whose path matches."""
import threading
from dataclasses import dataclass, field

KINDS = ("html", "status", "cut", "half_json", "reset", "revoke", "forbidden", "foreign_next", "loop", "overlap")


@dataclass
class Fault:
    """`kind` is one of KINDS; `at` counts matching requests from 1, None means every one; `path` None means any collection.

    html: a maintenance page with 200. status: `arg` = (code, Retry-After or None). cut: the connection closes half-way through
    the body. half_json: a complete response whose JSON ends early. reset: TCP reset instead of an answer. revoke: 401 and all
    tokens so far become invalid. forbidden: 403. foreign_next: `links.next` leads to `arg`. loop: `links.next` leads back.
    overlap: the next page starts with the last record of this one, as when data moves while it is read.
    """

    kind: str
    at: frozenset | None = None
    path: str | None = None
    arg: object = None
    seen: int = 0
    struck: list = field(default_factory=list)  # request numbers

    def __post_init__(self):
        assert self.kind in KINDS, self.kind
        self.lock = threading.Lock()

    def strikes(self, collection, number):
        """Counts one request and tells whether it is to fail."""
        if self.path not in (None, collection):
            return False
        with self.lock:
            self.seen += 1
            if self.at is not None and self.seen not in self.at:
                return False
            self.struck.append(number)
            return True
