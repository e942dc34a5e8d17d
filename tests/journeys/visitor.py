"""Somebody at a browser or a script: a real HTTP session, with its cookies and CSRF token."""

import re
import time

import requests

PASSWORD = "a long enough password"


class Visitor:
    """One person's HTTP session against a running site."""

    def __init__(self, site: str):
        self.site = site
        self.http = requests.Session()

    def get(self, path: str, **options) -> requests.Response:
        return self.http.get(self.site + path, timeout=20, **options)

    def post(self, path: str, **options) -> requests.Response:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", "")}
        return self.http.post(self.site + path, headers=headers, timeout=20, **options)

    def sign_in(self, email: str) -> "Visitor":
        """Through the sign-in form that people use."""
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", data={"login": email, "password": PASSWORD})
        assert answer.ok, answer.text
        assert "/staff/" in answer.url, answer.url
        return self

    def open_link(self, url: str) -> requests.Response:
        """Open a sign-in link and press its button."""
        page = self.http.get(url, timeout=20)
        assert page.ok, page.text
        return self.post(url.removeprefix(self.site), data={"phone": "mine"})


def link_in(page: requests.Response) -> str:
    """The sign-in link that a staff page shows."""
    return re.search(r"http://[^<\s]+/s/[^<\s]+", page.text)[0]


def bank_link_in(page: requests.Response) -> str:
    """The link to the provider's page for bank details."""
    return re.search(r'href="(http://[^"]+/sandbox/onboard/[^"]+)"', page.text)[1]


def eventually(is_so, *, seconds: float = 60, every: float = 0.2):
    """Wait until something has come about in another process, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"it has not come about in {seconds} seconds"
        time.sleep(every)
    return found
