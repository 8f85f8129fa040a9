"""A stand-in of Google Cloud Storage on loopback: the calls of its XML API that a lake makes, written from its documentation.

No registry has an emulator that does these: those of the JSON API refuse a put by XML, or ignore its condition. It knows no OAuth:
requests come unsigned. All changes of a bucket are made one after the other, as those of one object are at Google.
"""
import hashlib
import itertools
import json
import threading
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

# The pages of a listing, far smaller than Google's 1,000, so that there are several.
PAGE = 40


class Bucket:
    """Objects by name, each with its generation: a number that only grows."""

    def __init__(self, name):
        self.name, self.lock, self.objects, self.uploads = name, threading.Lock(), {}, {}
        self.generations, self.ignores_conditions = itertools.count(1_700_000_000_000_000), False

    def put(self, name, body, condition):
        """Puts an object; `condition` is the generation that must be there, "0" for none. Returns it, or None where it is not so."""
        with self.lock:
            there = self.objects.get(name)
            if condition is not None and condition != str(there.generation if there else 0) and not self.ignores_conditions:
                return None
            self.objects[name] = found = Object(body, next(self.generations))
            return found

    def names(self, prefix, after):
        with self.lock:
            return sorted(name for name in self.objects if name.startswith(prefix) and name > after)


class Object:
    def __init__(self, body, generation):
        self.body, self.generation, self.modified = body, generation, formatdate(usegmt=True)
        self.etag = '"' + hashlib.md5(body).hexdigest() + '"'


@contextmanager
def running(name="lake"):
    """Serves one bucket: its address, and the bucket."""
    bucket = Bucket(name)
    handler = type("Bound", (Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", bucket
    finally:
        server.shutdown()
        server.server_close()


def environment(address):
    """What leads the program there: the key of an account that asks for no token."""
    key = {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}
    return {"GOOGLE_BASE_URL": address, "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer goes out whole and at once.
    wbufsize, disable_nagle_algorithm = 1 << 16, True
    bucket = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        name, query = self._asked()
        if name is None:
            return
        self._list(query) if name == "" else self._object(name, query)

    do_HEAD = do_GET

    def do_PUT(self):
        name, query = self._asked()
        if name is None:
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if "uploadId" in query:
            parts = self.bucket.uploads.get(query["uploadId"])
            if parts is None:
                return self._error(404, "NoSuchUpload")
            parts[int(query["partNumber"])] = body
            return self._answer(200, headers={"etag": Object(body, 0).etag})
        if "x-goog-copy-source" in self.headers:
            source = self.bucket.objects.get(unquote(self.headers["x-goog-copy-source"]).partition("/")[2])
            if source is None:
                return self._error(404, "NoSuchKey")
            body = source.body
        put = self.bucket.put(name, body, self.headers.get("x-goog-if-generation-match"))
        self._error(412, "PreconditionFailed") if put is None else self._answer(200, headers=_facts(put))

    def do_POST(self):
        name, query = self._asked()
        if name is None:
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if "uploads" in query:
            upload = f"upload-{next(self.bucket.generations)}"
            self.bucket.uploads[upload] = {}
            return self._answer(200, _xml("InitiateMultipartUploadResult", Bucket=self.bucket.name, Key=name, UploadId=upload))
        parts = self.bucket.uploads.pop(query.get("uploadId"), None)
        if parts is None:
            return self._error(404, "NoSuchUpload")
        wanted = [int(number.text) for number in ElementTree.fromstring(body).iter() if number.tag.endswith("PartNumber")]
        put = self.bucket.put(name, b"".join(parts[number] for number in wanted), None)
        self._answer(200, _xml("CompleteMultipartUploadResult", Bucket=self.bucket.name, Key=name, ETag=put.etag), _facts(put))

    def do_DELETE(self):
        name, query = self._asked()
        if name is None:
            return
        if "uploadId" in query:
            there = self.bucket.uploads.pop(query["uploadId"], None)
        else:
            with self.bucket.lock:
                there = self.bucket.objects.pop(name, None)
        self._error(404, "NoSuchKey") if there is None else self._answer(204)

    def _asked(self):
        """Object and query; no object where the bucket is another one, which is answered."""
        url = urlsplit(self.path)
        bucket, _, name = unquote(url.path).lstrip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        if bucket != self.bucket.name:
            self._error(404, "NoSuchBucket")
            return None, query
        return name, query

    def _object(self, name, query):
        found = self.bucket.objects.get(name)
        if found is None or query.get("generation", str(found.generation)) != str(found.generation):
            return self._error(404, "NoSuchKey")
        body, status, headers = found.body, 200, _facts(found)
        if said := self.headers.get("range"):
            first, _, last = said.removeprefix("bytes=").partition("-")
            begin = int(first) if first else max(0, len(body) - int(last))
            end = min(int(last), len(body) - 1) if first and last else len(body) - 1
            if begin >= len(body):
                return self._error(416, "InvalidRange")
            headers["content-range"], status = f"bytes {begin}-{end}/{len(body)}", 206
            body = body[begin:end + 1]
        self._answer(status, body, headers)

    def _list(self, query):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        contents, folders, last = [], [], ""
        names = self.bucket.names(prefix, max(query.get("continuation-token", ""), query.get("start-after", "")))
        for name in names:
            folder, found, _ = name[len(prefix):].partition(delimiter) if delimiter else (name, "", "")
            folder = prefix + folder + delimiter
            if found and last.startswith(folder):
                continue  # a folder that ended the page before, or is on this one
            if len(contents) + len(folders) == PAGE:
                break
            last = name
            folders.append(folder) if found else contents.append(name)
        else:
            last = ""
        # A page that ends with a folder goes on after everything in it.
        token = last + ("\U0010ffff" if last and delimiter and folders and last.startswith(folders[-1]) else "")
        xml = ["<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>", f"<IsTruncated>{str(bool(last)).lower()}</IsTruncated>"]
        for name in contents:
            found = self.bucket.objects.get(name)
            if found:
                xml.append(f"<Contents><Key>{escape(name)}</Key><Generation>{found.generation}</Generation><Size>{len(found.body)}</Size>"
                           f"<LastModified>{_iso(found.modified)}</LastModified><ETag>{escape(found.etag)}</ETag></Contents>")
        xml += [f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders]
        xml += [f"<NextContinuationToken>{escape(token)}</NextContinuationToken>"] if last else []
        self._answer(200, "".join([*xml, "</ListBucketResult>"]).encode())

    def _error(self, status, code):
        self._answer(status, _xml("Error", Code=code, Message="as the stand-in says it"))

    def _answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _facts(found):
    return {"etag": found.etag, "x-goog-generation": str(found.generation), "last-modified": found.modified}


def _iso(http_date):
    return parsedate_to_datetime(http_date).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _xml(tag, **fields):
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return f"<?xml version='1.0' encoding='UTF-8'?><{tag}>{inner}</{tag}>".encode()
