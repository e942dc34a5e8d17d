"""The design system holds on every size of screen, in both directions, light and dark."""

import gzip
import hashlib
import re
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.template.loader import render_to_string
from django.test import override_settings

from tests.browser import gallery
from tests.browser.conftest import chromium_path
from tests.browser.page_ok import page_ok, seen_by

HERE = Path(gallery.__file__).parent
STATIC = HERE.parents[1] / "cashpilot" / "static" / "cashpilot"
TEMPLATES = HERE.parents[1] / "cashpilot" / "templates"
VENDORED = sorted(STATIC.glob("ui-*"))
SHEETS = [file for file in VENDORED if file.suffix == ".css"]
WIDTHS = (320, 360, 1280)
PAGES = ("participant/", "form/new/", "form/wrong/", "staff/", "staff/form/wrong/", "error/404/")
ERRORS = ("400", "403", "403_csrf", "404", "500", "refused")
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active", "reduced_motion": "reduce"},
}


@pytest.fixture(scope="module")
def address():
    """Where the gallery is served: a small server of its own, no database behind it."""
    with override_settings(ROOT_URLCONF="tests.browser.gallery", TEMPLATES=_with_gallery()):
        server = make_server(
            "127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), _Server, _Quiet
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()
        thread.join()


# What is vendored


def test_the_vendored_files_are_the_ones_that_the_recipe_made():
    listed = dict(
        reversed(line.split()) for line in (STATIC / "SHA256SUMS").read_text().splitlines()
    )

    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDORED}

    assert found == listed


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
@pytest.mark.parametrize(
    "theirs", ["crown", r"gov\.uk", "#1d70b8", "gds transport", "@font-face", r"url\((?!.?data:)"]
)
def test_no_sheet_carries_another_brand_or_asks_for_a_file(sheet, theirs):
    text = sheet.read_text(encoding="utf-8").lower()

    assert not re.search(theirs, text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
def test_one_sheet_serves_both_directions_of_writing(sheet):
    text = sheet.read_text(encoding="utf-8")

    physical = re.findall(
        r"[;{]\s*(?:(?:margin|padding|border)-)?(?:left|right)(?:-\w+)*\s*:"
        r"|[;{]\s*(?:float|clear|text-align)\s*:\s*(?:left|right)\b",
        text,
    )

    assert physical == []


def test_no_template_carries_another_brand_or_an_inline_style():
    pages = {
        file: file.read_text(encoding="utf-8")
        for file in TEMPLATES.rglob("*.html")
        if file.name != "copy.html"  # no page: a file that people take away
    }

    faults = re.compile(
        r"gov\.uk|crown|#1d70b8|\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", re.I
    )

    assert [file.name for file, text in pages.items() if faults.search(text)] == []


def test_licences_stand_beside_what_they_are_for():
    ours = (STATIC / "LICENSES.md").read_text(encoding="utf-8")
    axe = (HERE / "axe" / "LICENSE").read_text(encoding="utf-8")

    assert "govuk-frontend 6.6.0" in ours
    assert "@ministryofjustice/frontend 11.1.0" in ours
    assert "Permission is hereby granted" in ours
    assert axe.startswith("Mozilla Public License")


# What a browser shows


@pytest.mark.browser
@pytest.mark.parametrize("where", PAGES)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_component_is_sound(new_page, address, where, language, look):
    page = new_page(**LOOKS[look])

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(f"{address}{language}/{where}")

        page_ok(page, lang=language)


@pytest.mark.browser
@pytest.mark.parametrize("name", ERRORS)
def test_a_page_for_when_something_goes_wrong_is_sound(page, address, name):
    page.goto(f"{address}en/error/{name}/")

    page_ok(page)


def test_the_page_for_a_crash_needs_nothing_from_the_crashed_request():
    page = render_to_string("500.html")

    assert "You did not do anything wrong." in page


@pytest.mark.browser
def test_staff_sign_in_is_sound_and_says_in_plain_words_what_is_missing(page, address, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    page.goto(f"{address}accounts/login/")
    page_ok(page)

    page.get_by_role("button", name="Sign in").click()

    assert "Enter password" in page.locator(".govuk-error-summary").inner_text()
    page_ok(page)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_next_payment_is_seen_without_scrolling(page, address, language):
    page.goto(f"{address}{language}/participant/")

    card = page.locator(".cp-card").bounding_box()

    assert card["y"] + card["height"] <= 640


@pytest.mark.browser
def test_a_first_page_is_light(page, address):
    page.goto(f"{address}en/participant/")

    answers = [request.response() for request in seen_by(page).requests]
    weight = sum(len(gzip.compress(answer.body())) for answer in answers)

    assert weight <= 14_000
    assert len(answers) <= 3
    assert page.locator("script").count() == 0


@pytest.mark.browser
def test_a_finger_can_hit_every_link_and_button(page, address):
    page.goto(f"{address}en/participant/")

    def height(target):
        return target.bounding_box()["height"]

    main = page.locator(".cp-actions a, .govuk-button, .cp-leave, .cp-tel").all()
    others = page.locator("a:visible:not(.govuk-skip-link), button:visible, summary").all()

    assert min(map(height, main)) >= 44
    assert min(map(height, others)) >= 24


@pytest.mark.browser
@pytest.mark.parametrize("where", ["form/wrong/", "staff/form/wrong/"])
def test_the_list_of_errors_takes_the_focus_and_leads_to_each_field(page, address, where):
    page.goto(f"{address}en/{where}")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"

    for link in page.locator(".govuk-error-summary a").all():
        target = page.locator(link.get_attribute("href"))

        assert target.evaluate("it => it.matches('input, select, textarea')"), link.inner_text()


@pytest.mark.browser
def test_paper_gets_the_payments_and_the_help_line_only(page, address):
    page.goto(f"{address}en/participant/")

    page.emulate_media(media="print")

    assert page.locator(".cp-card").is_visible()
    assert page.locator(".cp-help").is_visible()
    for hidden in (".cp-actions", ".cp-leave", ".govuk-back-link", ".govuk-pagination"):
        assert not page.locator(hidden).is_visible()


# What page_ok itself catches


@pytest.mark.browser
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("no-alternative", "image-alt"),
        ("two-headings", "2 h1 headings"),
        ("djangos-words", "Django's own words"),
        ("another-host", "asked another host"),
        ("missing-file", "404 for"),
        ("sideways", "scrolls sideways"),
        ("faint", "color-contrast"),
        ("on-a-picture", "color-contrast"),
        ("inline-script", "Content Security Policy"),
    ],
)
def test_page_ok_finds(page, address, fault, says):
    page.goto(f"{address}broken/{fault}/")

    with pytest.raises(AssertionError, match=says):
        page_ok(page)


@pytest.mark.browser
def test_page_ok_finds_the_wrong_language(page, address):
    page.goto(f"{address}broken/none/")
    page_ok(page)

    with pytest.raises(AssertionError, match="lang is 'en', not 'ar'"):
        page_ok(page, lang="ar")


@pytest.mark.parametrize(("missing", "outcome"), [("", pytest.fail), ("skip", pytest.skip)])
def test_a_missing_browser_is_named_in_one_sentence(monkeypatch, missing, outcome):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CASHPILOT_CHROMIUM", raising=False)
    monkeypatch.setenv("CASHPILOT_TEST_MISSING", missing)

    with pytest.raises(outcome.Exception, match="apt-get install chromium"):
        chromium_path()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def _with_gallery() -> list[dict]:
    (engine,) = settings.TEMPLATES
    return [engine | {"DIRS": [*engine["DIRS"], HERE / "templates"]}]
