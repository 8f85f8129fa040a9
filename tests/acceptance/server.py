"""An independent fake of the Lucca API v5 on loopback, written from its documentation.

Three listeners, three origins: the tenant (`/lucca-api/*`), the token endpoint, and a stranger that nobody should ever call.
Every request is recorded; the rate window, the latency and the faults are set by whoever runs the check.
"""
import hashlib
import json
import threading
import time
from collections import deque
from urllib.parse import urlencode

from handlers import Accounts, Problem, Stranger, TenantHandler, listen
from rules import COLLECTIONS, INCLUDES, applicable, matches

class Lucca:
    """The fake. `rate` = (requests, seconds) of a sliding window, None for no limit; `over_limit` is "refuse" or "clamp"."""

    def __init__(self, rate=None, latency=0.0, over_limit="refuse", token_seconds=1800):
        self.rate, self.latency, self.over_limit, self.token_seconds = rate, latency, over_limit, token_seconds
        self.lock = threading.Lock()
        self.faults, self.requests, self.token_requests, self.strangers = [], [], [], []
        self.tokens, self.all_tokens, self.cursors, self.hrefs = {}, [], {}, set()
        self.accepted, self.too_many, self.in_flight, self.most_in_flight = deque(), 0, 0, 0
        self.cache, self.tenant = {}, None
        self.listeners = [listen(self, h) for h in (TenantHandler, Accounts, Stranger)]
        self.origin, self.accounts, self.stranger = (f"http://127.0.0.1:{x.server_address[1]}" for x in self.listeners)

    def serve(self, tenant, faults=()):
        """Serves this tenant from now on, with an empty record and these faults."""
        if tenant is not self.tenant:
            self.tenant, self.cache, self.cursors = tenant, {}, {}
        self.faults, self.requests, self.token_requests, self.strangers = list(faults), [], [], []
        self.hrefs, self.too_many, self.most_in_flight = set(), 0, 0
        self.accepted.clear()
        return self

    def close(self):
        for listener in self.listeners:
            listener.shutdown()
            listener.server_close()

    def texts(self, name, links):
        """Rendered records of a collection, made once."""
        with self.lock:
            if (name, links) not in self.cache:
                self.cache[name, links] = self.tenant.texts(name, links)
            return self.cache[name, links]

    def positions_of(self, name, query):
        """Indexes of the records that pass the filters."""
        if name == "employee-attributes" and "employee.id" in query:
            with self.lock:
                if "people" not in self.cache:
                    people = self.cache["people"] = {}
                    for n, record in enumerate(self.tenant.collections[name]):
                        people.setdefault(record["employee"]["id"], []).append(n)
            wanted = set(query["employee.id"].split(","))
            found = sorted(n for id_ in wanted for n in self.cache["people"].get(id_, []))
            query = {k: v for k, v in query.items() if k != "employee.id"}
        else:
            found = range(len(self.tenant.collections[name]))
        records = self.tenant.collections[name]
        for path in COLLECTIONS[name].lists.keys() & query.keys():
            wanted = set(query[path].split(","))
            found = [n for n in found if matches(records[n], path, wanted)]
        if "applicability.asOf" in query:
            found = [n for n in found if applicable(records[n], query["applicability.asOf"])]
        return found

    def admit(self):
        """Refuses what exceeds the rate window."""
        if self.rate is None:
            return
        allowed, seconds = self.rate
        with self.lock:
            now = time.monotonic()
            while self.accepted and self.accepted[0] <= now - seconds:
                self.accepted.popleft()
            if len(self.accepted) >= allowed:
                self.too_many += 1
                raise Problem(429, "Too Many Requests", retry_after=str(int(self.accepted[0] + seconds - now) + 1))
            self.accepted.append(now)

    def page(self, request, name, query):
        """JSON text of one page of a collection."""
        rules, include = COLLECTIONS[name], set(filter(None, query.get("include", "").split(",")))
        if include - INCLUDES:
            raise Problem(400, "One or more validation errors occurred.", errors={"include": ["Unknown value."]})
        limit = self._limit(rules, query)
        for path, most in rules.lists.items():
            if len(query.get(path, "").split(",")) > most:
                raise Problem(400, "One or more validation errors occurred.", errors={path: [f"At most {most} values."]})
        for key in filter(None, query.get("sort", "").split(",")):
            if rules.sorts and key.lstrip("-") not in rules.sorts:
                raise Problem(400, "One or more validation errors occurred.", errors={"sort": ["Not sortable."]})
            if key != "id":
                request.notes.append(f"sort={key} is not served by this fake")
        filters = sorted((k, v) for k, v in query.items() if k not in ("page", "limit", "include"))
        offset = self._offset(name, filters, limit, query)
        found = self.positions_of(name, query)
        texts = self.texts(name, "links" in include)
        items = [texts[n] for n in found[offset:offset + limit]]
        after = offset + limit if items else None
        faults = [f for f in self.faults if f.kind in ("foreign_next", "loop", "overlap") and f.strikes(name, request.number)]
        following = None if after is None or after >= len(found) or limit == 0 else after
        for fault in faults:
            if fault.kind == "loop":
                following = offset
            elif fault.kind == "overlap" and following:
                following -= 1
        links = {"prev": None, "next": None}  # without include=links the documented sample shows this trap, not the truth
        if "links" in include:
            links = {"prev": self._href(name, filters, max(0, offset - limit), query) if offset else None,
                     "next": None if following is None else self._href(name, filters, following, query)}
            for fault in faults:
                if fault.kind == "foreign_next" and links["next"]:
                    links["next"]["href"] = links["next"]["href"].replace(self.origin, fault.arg)
        envelope = {"links": json.dumps(links), "type": json.dumps(name), "url": json.dumps(self.origin + request.target),
                    "items": "[" + ",\n".join(items) + "]"}
        if "totalCount" in include:
            envelope["totalCount"] = str(len(found))
        if "embedded" in include:
            envelope["embedded"] = json.dumps({kind: {"1": {"id": "1", "items": []}} for kind in rules.embeds})
        envelope["generatedBy"] = '{"items": [], "links": {"next": null}}'  # an unknown property that looks like the envelope
        order = list(envelope) if request.number % 2 else list(envelope)[::-1]
        return "{" + ", ".join(f'"{key}": {envelope[key]}' for key in order) + "}"

    def _limit(self, rules, query):
        text = query.get("limit", "25")
        if not text.isdigit() or (int(text) > rules.max_limit and self.over_limit == "refuse"):
            raise Problem(400, "One or more validation errors occurred.",
                          errors={"limit": [f"The field limit must be between 0 and {rules.max_limit}."]})
        return min(int(text), rules.max_limit)

    def _offset(self, name, filters, limit, query):
        page = query.get("page")
        if page is None:
            return 0
        if page.isdigit() and int(page) > 0:
            return (int(page) - 1) * limit
        known = self.cursors.get(page)
        if known is None or known[:2] != (name, filters):  # a cursor belongs to the query it came from
            raise Problem(400, "One or more validation errors occurred.", errors={"page": ["Invalid cursor."]})
        return known[2]

    def _href(self, name, filters, offset, query):
        digest = hashlib.sha256(repr((name, filters, offset)).encode()).hexdigest()
        cursor = f"!w.{digest[:10]}" if offset % 2 else f"!{digest[:8].upper()}"
        self.cursors[cursor] = (name, filters, offset)
        # Odd but legal: `!` and `,` bare, as the documentation shows them. The link is to be followed as it is.
        target = f"/lucca-api/{name}?" + urlencode({**{k: v for k, v in query.items() if k != "page"}, "page": cursor}, safe="!,")
        self.hrefs.add(target)
        return {"href": self.origin + target}
