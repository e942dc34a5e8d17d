"""A real browser: the system's Chromium, on a cheap phone's screen unless a test asks otherwise."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.page_ok import watch

# Playwright's synchronous interface keeps an event loop in this thread; our code stays synchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PHONE = {"width": 360, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The system's Chromium; its sandbox is off only for root, who cannot have one."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return browser_type_launch_args | {
        "executable_path": chromium_path(),
        "chromium_sandbox": not is_root,
        "args": [*QUIET, "--no-sandbox"] if is_root else list(QUIET),
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return browser_context_args | {"viewport": PHONE, "locale": "en-GB"}


@pytest.fixture
def page(page: Page) -> Page:
    """A page on a phone, 360 by 640, watched for page_ok."""
    return watch(page)


@pytest.fixture
def new_page(new_context) -> Callable[..., Page]:
    """Opens watched pages of any size: new_page(width=1280, height=800, color_scheme="dark")."""

    def opened(*, width: int = 360, height: int = 640, **settings) -> Page:
        page = watch(new_context(**settings).new_page())
        page.set_viewport_size({"width": width, "height": height})
        return page

    return opened


@pytest.fixture
def desktop_page(new_page) -> Page:
    """A page on a desktop screen, 1280 by 800."""
    return new_page(**DESKTOP)


@pytest.fixture
def dark_page(new_page) -> Page:
    """A page on a phone whose owner prefers dark."""
    return new_page(color_scheme="dark")


def chromium_path() -> str:
    """Where the system's Chromium is; without one the browser tests fail, or skip if told to."""
    asked = os.environ.get("CASHPILOT_CHROMIUM")
    found = asked or next(filter(None, map(shutil.which, NAMES)), None)
    if found and Path(found).exists():
        return found
    sentence = (
        "The browser tests need Chromium, and none was found: "
        "run `apt-get install chromium`, or set CASHPILOT_CHROMIUM to where it is."
    )
    if os.environ.get("CASHPILOT_TEST_MISSING") == "skip":
        pytest.skip(sentence)
    pytest.fail(sentence, pytrace=False)
