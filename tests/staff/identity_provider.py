"""A small OpenID Connect provider on 127.0.0.1: it keeps the rules that a real one keeps, and
can be told to break them."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "cashpilot", "a-fictional-client-secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class IdentityProvider:
    """What it says of whoever signs in stands in `claims`; `lies` overrides the identity."""

    def __init__(self):
        self.claims = {"sub": "noor-1", "email": "noor@example.org", "email_verified": True}
        self.lies: dict = {}
        self.about: dict | None = None
        self.codes: dict[str, dict] = {}
        self.refused: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def configuration(self) -> dict:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
        }

    def authorize(self, address: str) -> str:
        """What a person's browser does there: returns the address it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, asked: dict) -> dict | None:
        """The identity for a code: once, to the right client, who holds the verifier."""
        kept = self.codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if kept is None:
            return self._refuse("code")
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            return self._refuse("client")
        if kept.get("code_challenge") != challenge:
            return self._refuse("verifier")
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        identity = {**said, "nonce": kept.get("nonce"), **self.lies}
        signed = jwt.encode(identity, KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}

    def _refuse(self, why: str) -> None:
        self.refused.append(why)

    def _handler(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                answers = {
                    "/.well-known/openid-configuration": provider.configuration,
                    "/userinfo": lambda: provider.about or provider.claims,
                }
                self._answer(answers[urlsplit(self.path).path]())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                said = {name: values[0] for name, values in parse_qs(body).items()}
                self._answer(provider.token(said))

            def _answer(self, said):
                body = json.dumps(said or {"error": "invalid_grant"}).encode()
                self.send_response(200 if said else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
