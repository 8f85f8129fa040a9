"""A stand-in for an OpenTelemetry collector and an OpenLineage server: keeps what is posted to it, on loopback."""
import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """Takes what is posted until it is closed; `hangs` answers nothing for so many seconds."""

    def __init__(self, status=200, hangs=0):
        self.posted = []
        keep = self.posted.append

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                keep((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                time.sleep(hangs)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def headers(self):
        """Those of each request, their names in lower case."""
        return [headers for _, headers, _ in self.posted]

    def _read(self, path, message):
        for posted, headers, body in self.posted:
            if posted == path:
                assert headers["content-type"] == "application/x-protobuf", headers
                yield message.FromString(body)

    def spans(self):
        """Every span, with the attributes of its resource."""
        return [(span, values(group.resource.attributes)) for request in self._read("/v1/traces", ExportTraceServiceRequest)
                for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]

    def metrics(self):
        """Every value of a gauge by name and labels."""
        return {(metric.name, *sorted(values(point.attributes).items())): point.as_double
                for request in self._read("/v1/metrics", ExportMetricsServiceRequest) for group in request.resource_metrics
                for scope in group.scope_metrics for metric in scope.metrics for point in metric.gauge.data_points}


def values(attributes):
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}
