"""The HTTP side of the fake: sockets, headers, tokens, compression, and faults that break the transport."""
import gzip
import json
import secrets
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from rules import COLLECTIONS, undocumented

CLIENT_ID, CLIENT_SECRET = "acceptance-client", "canary-secret-7Qv"
VERSION = "2024-11-01"


class _Answered(Exception):
    """The fault has already sent the answer."""


@dataclass
class Request:
    """One request to the tenant. `notes` lists what a stricter server might have refused."""

    number: int
    time: float
    path: str
    query: dict
    target: str
    status: int = 0
    finished: float = 0.0
    notes: list = field(default_factory=list)


class Problem(Exception):
    """An answer other than 200, as problem+json."""

    def __init__(self, status, title, retry_after=None, **more):
        super().__init__(title)
        self.status, self.retry_after = status, retry_after
        self.body = {"type": "https://tools.ietf.org/html/rfc7231#section-6.5.1", "title": title, "status": status} | more


def listen(lucca, handler):
    listener = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"lucca": lucca}))
    listener.daemon_threads = True
    listener.socket.listen(256)
    threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
    return listener


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        """Standard output belongs to the checks."""

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # a client may leave whenever it likes

    def answer(self, status, body, content_type="application/json; charset=utf-8", headers=(), cut=False):
        body = body.encode() if isinstance(body, str) else body
        encoded = "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 200
        body = gzip.compress(body, 1) if encoded else body
        self.send_response(status)
        always = {"Content-Type": content_type, "Content-Length": len(body), "Api-Version": VERSION}
        for key, value in (always | dict(headers)).items():
            self.send_header(key, str(value))
        if encoded:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        raise ConnectionResetError


class TenantHandler(_Handler):
    """GET /lucca-api/*, in the order a gateway would look: size, rate, time, token, version, scope, then the data."""

    def do_GET(self):
        lucca, split = self.lucca, urlsplit(self.path)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        with lucca.lock:
            lucca.in_flight += 1
            lucca.most_in_flight = max(lucca.most_in_flight, lucca.in_flight)
            request = Request(len(lucca.requests) + 1, time.time(), split.path, query, self.path)
            lucca.requests.append(request)
        try:
            self._serve(lucca, request)
        except Problem as problem:
            request.status = problem.status
            extra = {} if problem.retry_after is None else {"Retry-After": problem.retry_after}
            body = json.dumps(problem.body | {"instance": lucca.origin + self.path})
            self.answer(problem.status, body, "application/problem+json", extra.items())
        except _Answered:
            pass
        finally:
            request.finished = time.time()
            with lucca.lock:
                lucca.in_flight -= 1

    def _serve(self, lucca, request):
        if len(self.raw_requestline) + sum(len(k) + len(v) + 4 for k, v in self.headers.items()) > 8192:
            raise Problem(431, "Request Header Fields Too Large")
        lucca.admit()
        time.sleep(lucca.latency)
        name = request.path.removeprefix("/lucca-api/")
        after = self._break(lucca, request, name)
        expiry, scopes = lucca.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "), (0, ()))
        if expiry < time.monotonic():
            raise Problem(401, "Unauthorized")
        if self.headers.get("Api-Version", "") < VERSION:
            raise Problem(400, "Api-Version is required.")
        if name not in COLLECTIONS or not request.path.startswith("/lucca-api/"):
            raise Problem(404, "Not Found")
        if COLLECTIONS[name].scope not in scopes:
            raise Problem(403, "You do not have the required oAuth scopes")
        self._note(lucca, request, name)
        body = lucca.page(request, name, request.query)
        request.status = 200
        self.answer(200, body[:len(body) * 2 // 3] if after == "half_json" else body, cut=after == "cut")

    def _break(self, lucca, request, name):
        """Applies the faults that replace the answer; returns the kind of those that spoil it."""
        after = None
        for fault in lucca.faults:
            if fault.kind in ("foreign_next", "loop", "overlap") or not fault.strikes(name, request.number):
                continue
            if fault.kind == "html":
                request.status = 200
                self.answer(200, "<!DOCTYPE html><html><body>Maintenance: back soon</body></html>" * 9, "text/html")
                raise _Answered
            if fault.kind == "status":
                raise Problem(fault.arg[0], "Injected", retry_after=fault.arg[1]() if callable(fault.arg[1]) else fault.arg[1])
            if fault.kind == "forbidden":
                raise Problem(403, "You do not have the required oAuth scopes")
            if fault.kind == "revoke":
                lucca.tokens.clear()
            if fault.kind == "reset":
                self.reset()
            after = fault.kind
        return after

    def _note(self, lucca, request, name):
        """What a stricter server might refuse: the run goes on, a check reports it."""
        notes, query = request.notes, request.query
        notes += [f"undocumented parameter {p}" for p in undocumented(name, query)]
        if "gzip" not in self.headers.get("Accept-Encoding", ""):
            notes.append("does not accept gzip")
        if self.headers.get("Api-Version") != VERSION:
            notes.append(f"Api-Version {self.headers.get('Api-Version')}")
        if query.get("limit") != "0" and "links" not in query.get("include", "").split(","):
            notes.append("no include=links")
        if "page" in query and self.path not in lucca.hrefs:
            notes.append("a page link not followed as given")


class Accounts(_Handler):
    """POST /connect/token, credentials in the form body."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form, lucca = dict(parse_qsl(body)), self.lucca
        scopes = form.get("scope", "").split(" ")
        known = {f"{r.scope}.{access}" for r in COLLECTIONS.values() for access in ("readonly", "readwrite")}
        error = None
        if self.path != "/connect/token" or "x-www-form-urlencoded" not in self.headers.get("Content-Type", ""):
            error = "invalid_request"
        elif form.get("grant_type") != "client_credentials":
            error = "unsupported_grant_type"
        elif (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            error = "invalid_client"
        elif not set(scopes) <= known or len(form["scope"]) > 4000:
            error = "invalid_scope"
        lucca.token_requests.append({"scopes": scopes, "error": error})
        if error:
            return self.answer(400, json.dumps({"error": error}))
        token = "canary-token-" + secrets.token_urlsafe(12)
        lucca.tokens[token] = (time.monotonic() + lucca.token_seconds, {s.rsplit(".", 1)[0] for s in scopes})
        lucca.all_tokens.append(token)
        self.answer(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": lucca.token_seconds}))


class Stranger(_Handler):
    """Another origin. Being called at all is the failure."""

    def do_GET(self):
        self.lucca.strangers.append((self.path, "Authorization" in self.headers))
        self.answer(200, '{"type": "x", "url": "x", "items": [], "links": {"prev": null, "next": null}}')

    do_POST = do_GET
