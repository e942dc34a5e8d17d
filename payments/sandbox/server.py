"""HTTP on 127.0.0.1: keep-alive, answers in one packet, and every way a line can misbehave."""

import base64
import binascii
import contextlib
import json
import select
import socket
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from . import control, errors, forms, json_forms, pages
from .world import API_VERSION, Call

HOST = "127.0.0.1"
LOOK_EVERY = 0.1  # real seconds between looks at a client that is kept waiting
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
BAD_GATEWAY = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


class Server(ThreadingHTTPServer):
    """One sandbox's port. Lines that are open at the end are closed, not left to their clients."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, sandbox, port):
        self.sandbox = sandbox
        self.lines_opened = 0
        self._lines = set()
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(sandbox.world.options.lines)
        super().__init__((HOST, port), Handler)

    @property
    def url(self):
        return f"http://{HOST}:{self.server_port}"

    def stop(self):
        self.shutdown()
        self.server_close()
        with self._lock:
            for line in self._lines:
                _shut(line)

    def process_request(self, request, client_address):
        """A thread for the line, once there are fewer than `lines` of them."""
        while not self._free.acquire(timeout=LOOK_EVERY):
            if self.sandbox.is_stopping:
                return _shut(request)
        with self._lock:
            self._lines.add(request)
            self.lines_opened += 1
        return super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._lock:
            was_served = request in self._lines
            self._lines.discard(request)
        super().shutdown_request(request)
        if was_served:
            self._free.release()

    def handle_error(self, request, client_address):
        """Show it, unless a client went away or the sandbox is ending."""
        if not isinstance(sys.exc_info()[1], OSError) and not self.sandbox.is_stopping:
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        self.timeout = self.server.sandbox.world.options.idle
        super().setup()

    def do_GET(self):
        self._serve("GET")

    def do_POST(self):
        self._serve("POST")

    def do_DELETE(self):
        self._serve("DELETE")

    def log_message(self, *words):
        """The sandbox keeps its own log."""

    def date_time_string(self, timestamp=None):
        """The Date header tells the sandbox's time."""
        return formatdate(
            self.server.sandbox.now() if timestamp is None else timestamp, usegmt=True
        )

    def _serve(self, method):
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if address.path.startswith(("/v1/", "/v2/")):
            self._serve_api(method, address, body)
        elif page := pages.answer(self.server.sandbox, method, address.path, body):
            self._send_page(page)
        else:
            status, result = control.answer(self.server.sandbox, method, address, body)
            self._send_json(status, result)

    def _serve_api(self, method, address, body):
        sandbox = self.server.sandbox
        try:
            params = _params(method, address, body)
        except (errors.ApiError, UnicodeDecodeError):
            refusal = errors.invalid("The parameters could not be read.")
            return self._send_json(refusal.status, refusal.body)
        answer = sandbox.api.answer(self._call(method, address.path, params))
        if answer.conduct is None:
            return self._send_json(answer.status, answer.body, answer.headers)
        return getattr(self, f"_{answer.conduct}")(answer)

    def _call(self, method, path, params):
        headers = self.headers
        return Call(
            method=method,
            path=path,
            params=params,
            account=headers.get("Stripe-Account") or headers.get("Stripe-Context") or None,
            key=headers.get("Idempotency-Key") or None,
            id=self.server.sandbox.world.new_id("req"),
            version=headers.get("Stripe-Version") or API_VERSION,
            api_key=_api_key(headers.get("Authorization") or ""),
        )

    def _send_page(self, page):
        if page.location:
            return self._send(303, b"", {"Location": page.location})
        return self._send(
            page.status,
            page.html.encode(),
            {
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": "no-store",
                "Content-Security-Policy": PAGE_POLICY,
                "Referrer-Policy": "no-referrer",
            },
        )

    def _send_json(self, status, result, headers=None):
        self._send(
            status,
            json.dumps(result).encode(),
            {"Content-Type": "application/json", **(headers or {})},
        )

    def _send(self, status, body, headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # misconduct, by the names in faults.CONDUCT

    def _drop(self, answer):
        """Close the line without a word."""
        self.close_connection = True
        _shut(self.connection)

    def _hang(self, answer):
        """Say nothing until the client gives up, then close."""
        sandbox = self.server.sandbox
        waited = 0.0
        while waited < sandbox.world.options.hold and not sandbox.wait_while_running(LOOK_EVERY):
            waited += LOOK_EVERY
            if _has_left(self.connection):
                break
        self._drop(answer)

    def _html(self, answer):
        """What a proxy in between would say."""
        self._send(502, BAD_GATEWAY, {"Content-Type": "text/html"})

    def _garbage(self, answer):
        self._send(200, b'{"id": "tr_', {"Content-Type": "application/json", **answer.headers})

    def _empty(self, answer):
        self._send_json(200, {}, answer.headers)

    def _cut(self, answer):
        """Promise the whole body and close half way through it."""
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self._drop(answer)


def _params(method, address, body):
    if method == "GET":
        return forms.decoded(address.query)
    is_second = address.path.startswith("/v2/")
    return (json_forms if is_second else forms).decoded(body.decode())


def _api_key(authorization):
    """The key of a Bearer or Basic header."""
    scheme, _, value = authorization.partition(" ")
    if scheme == "Basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value


def _has_left(line):
    """Has the other side closed?"""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    try:
        return bool(poll.poll(0)) and line.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _shut(line):
    with contextlib.suppress(OSError):  # the other side was quicker
        line.shutdown(socket.SHUT_RDWR)
