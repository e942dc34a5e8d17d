"""One check that every page must pass, after every step of every browser test."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
OWN_HOSTS = {"127.0.0.1", "localhost"}

# Beginnings of Django's own English sentences: ours take their place in every language.
DJANGO_SAYS = (
    "This field is required",
    "This field cannot be",
    "Enter a valid",
    "Enter a whole number",
    "Enter a number.",
    "Enter a list of values",
    "Enter a complete value",
    "Ensure this ",
    "Ensure that there are",
    "Select a valid choice",
    "No file was submitted",
    "The submitted file is empty",
    "Please correct the",
    "Please submit",
)

# Where the reader's own colours replace ours, axe would judge colours that nobody sees.
# Text in a table that scrolls may be half hidden: axe is then unsure of its contrast, so it is
# brought into view and asked about again. What stays unsure is a fault.
ASK_AXE = """async (rules) => {
    const plain = (rule, node) => `axe ${rule.id}: ${rule.help}: ${node.target.join(" ")}`
        + ` ${node.html.slice(0, 160)} ${node.failureSummary}`
    const stillUnsure = async (node) => {
        const element = document.querySelector(node.target.at(-1))
        element.scrollIntoView({block: "center", inline: "center"})
        const {incomplete, violations} = await axe.run(element, {runOnly: ["color-contrast"]})
        return [...incomplete, ...violations].length > 0
    }
    const {violations, incomplete} = await axe.run(document, {
        runOnly: rules, resultTypes: ["violations", "incomplete"],
        rules: {"color-contrast": {enabled: !matchMedia("(forced-colors: active)").matches}},
    })
    const faults = violations.flatMap((rule) => rule.nodes.map((node) => plain(rule, node)))
    for (const rule of incomplete.filter(({id}) => id === "color-contrast")) {
        for (const node of rule.nodes) if (await stillUnsure(node)) faults.push(plain(rule, node))
    }
    return faults
}"""


@dataclass
class Seen:
    """What a page did behind the reader's back: its complaints, requests and bad answers."""

    complaints: list[str] = field(default_factory=list)
    requests: list = field(default_factory=list)
    bad_answers: list[str] = field(default_factory=list)


_SEEN: dict[Page, Seen] = {}


def watch(page: Page) -> Page:
    """Note all that `page` does from now on, for page_ok to look at; returns the page."""
    seen = _SEEN[page] = Seen()
    page.on("console", lambda message: _note_console(seen, page, message))
    page.on("pageerror", lambda error: seen.complaints.append(f"script error: {error}"))
    page.on("request", lambda request: seen.requests.append(request))
    page.on("response", lambda answer: _note_answer(seen, answer))
    page.on("close", lambda: _SEEN.pop(page, None))
    return page


def seen_by(page: Page) -> Seen:
    """What was noted of a watched page so far."""
    return _SEEN[page]


def page_ok(page: Page, *, lang: str = "en") -> None:
    """Fail with every fault of the page at once: accessibility, language, network, structure."""
    page.wait_for_load_state("load")
    faults = [
        *_behind_the_back(page),
        *_structure(page, lang),
        *_words(page),
        *_accessibility(page),
    ]

    assert not faults, f"{page.url}\n- " + "\n- ".join(faults)


def _behind_the_back(page: Page) -> list[str]:
    seen = seen_by(page)
    away = [
        f"asked another host: {request.url}"
        for request in seen.requests
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss")
        and urlsplit(request.url).hostname not in OWN_HOSTS
    ]
    return [*seen.complaints, *seen.bad_answers, *away]


def _structure(page: Page, lang: str) -> list[str]:
    facts = page.evaluate(
        """() => ({
            lang: document.documentElement.lang,
            dir: document.documentElement.dir,
            h1: document.querySelectorAll("h1").length,
            main: document.querySelectorAll("main").length,
            inline: document.querySelectorAll(
                "[style], style, script:not([src], [type$=json])").length,
            sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        })"""
    )
    direction = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    return [
        fault
        for is_fault, fault in (
            (facts["lang"].split("-")[0] != lang, f"lang is {facts['lang']!r}, not {lang!r}"),
            (facts["dir"] != direction, f"dir is {facts['dir']!r}, not {direction!r}"),
            (facts["h1"] != 1, f"{facts['h1']} h1 headings, not one"),
            (facts["main"] != 1, f"{facts['main']} main elements, not one"),
            (facts["inline"] > 0, f"{facts['inline']} inline styles or scripts"),
            (facts["sideways"] > 0, f"scrolls sideways by {facts['sideways']} px"),
        )
        if is_fault
    ]


def _words(page: Page) -> list[str]:
    text = page.locator("body").inner_text()
    return [f"Django's own words: {words!r}" for words in DJANGO_SAYS if words in text]


def _accessibility(page: Page) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE + "; undefined")
    return page.evaluate(ASK_AXE, RULES)


def _note_console(seen: Seen, page: Page, message) -> None:
    is_the_page_itself = message.location.get("url") == page.url
    if message.type == "error" and not (is_the_page_itself and "Failed to load" in message.text):
        seen.complaints.append(f"console: {message.text} {json.dumps(message.location)}")


def _note_answer(seen: Seen, answer) -> None:
    if answer.status >= 400 and answer.request.resource_type != "document":
        seen.bad_answers.append(f"{answer.status} for {answer.url}")
