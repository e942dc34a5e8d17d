"""A webhook endpoint of the tests' own, which keeps what it is sent."""

import http.server
import json

PLATFORM_SECRET, CONNECT_SECRET = "whsec_platform", "whsec_connect"


class Listener(http.server.ThreadingHTTPServer):
    """An endpoint that keeps what it is sent, and answers with `status`."""

    daemon_threads = True

    def __init__(self):
        self.received = []  # (path, body, signature)
        self.status = 200
        super().__init__(("127.0.0.1", 0), Receiver)

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def types(self, path="platform"):
        return [json.loads(body)["type"] for where, body, _ in self.received if where == "/" + path]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body, self.headers["Stripe-Signature"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass
