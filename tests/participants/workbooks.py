"""Workbooks for tests: honest ones, and ones made to do harm."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook

HEADINGS = ["name", "arm", "consent_date"]


def a_workbook(*rows: Iterable[Any], headings=HEADINGS, second: Iterable[Any] = ()) -> bytes:
    """The bytes of a workbook with these rows on its first sheet."""
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(list(row))
    if second:
        book.create_sheet("Another").append(list(second))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(raw: bytes, name: str, change) -> bytes:
    """The workbook with one of its parts changed, and all else as it was."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        assert name in old.namelist()
        for part in old.infolist():
            body = old.read(part)
            body = change(body) if part.filename == name else body
            new.writestr(part.filename, body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
FEED = b'<?xml version="1.0"?><!DOCTYPE worksheet [%s]>'
OUTSIDE = b'<!ENTITY there SYSTEM "file:///etc/hostname">'
LAUGHS = b'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'


def with_entity(raw: bytes, declared: bytes, used: bytes) -> bytes:
    """The workbook whose first sheet declares an entity and uses it in place of the name."""

    def change(body: bytes) -> bytes:
        body = body[body.index(b"<worksheet") :].replace(b"Amina Example", used)
        assert used in body
        return FEED % declared + body

    return with_part(raw, SHEET, change)


def a_bomb() -> bytes:
    """A workbook of some kilobytes whose first sheet unpacks to a hundred megabytes."""
    return with_part(
        a_workbook(["Amina Example", "cash", "2026-02-20"]),
        SHEET,
        lambda body: body.replace(b"</sheetData>", b" " * 100_000_000 + b"</sheetData>"),
    )
