"""Files as rows of text, CSV or XLSX. What a stranger's file says is never run, fetched or
believed: a formula is no value, an entity is no text, a size is counted before it is unpacked."""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

MOST_BYTES = 10_000_000
MOST_UNPACKED = 60_000_000
MOST_TIMES_SMALLER = 100
MOST_PARTS = 1_000
MOST_COLUMNS = 60
MOST_LINES = 100_000

BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


class Fault(str):
    """A cell that cannot be taken as it is; its text says why."""


class Unreadable(ValueError):
    """A file that is no list, in words for whoever made it."""


def lines_of(raw: bytes) -> list[list[str]]:
    """The cells of a CSV file, or of the first sheet of an XLSX file, line by line.

    Refused by `Unreadable`: whatever is too large, before it is unpacked, or not such a file.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"This file has more than {MOST_BYTES // 1_000_000} MB. Split it.")
    is_workbook = raw.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in raw
    lines = _workbook_lines(raw) if is_workbook else _csv_lines(raw)
    if not lines:
        raise Unreadable("This file is empty. Its first row names the columns.")
    return lines


def written(lines: Iterable[Iterable[Any]]) -> bytes:
    """Lines as a CSV file that spreadsheets open as UTF-8."""
    sheet = io.StringIO(newline="")
    csv.writer(sheet).writerows(lines)
    return codecs.BOM_UTF8 + sheet.getvalue().encode()


def _csv_lines(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
        lines = [] if "\x00" in text else list(csv.reader(io.StringIO(text, newline="")))
    except UnicodeDecodeError:
        raise Unreadable("This file is not UTF-8 text. Save it as “CSV UTF-8”.") from None
    except csv.Error:
        lines = []
    if not lines and raw.removeprefix(codecs.BOM_UTF8).strip():
        raise Unreadable("This file is not a CSV file. Save it as “CSV UTF-8”.")
    return lines


def _workbook_lines(raw: bytes) -> list[list[str]]:
    try:
        _check_parts(raw)
        book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a size that the sheet declares may be a lie
        rows = sheet.iter_rows(max_col=MOST_COLUMNS)
        lines = [[_text(cell) for cell in row] for row in islice(rows, MOST_LINES)]
    except Unreadable:
        raise
    except BROKEN:
        raise Unreadable(
            "This workbook cannot be read. Open it, and save it as XLSX or “CSV UTF-8” again."
        ) from None
    return _without_margins(lines)


def _check_parts(raw: bytes) -> None:
    """What the parts unpack to, as the file itself declares it; unpacking stops there too."""
    if not DEFUSEDXML:
        raise RuntimeError("defusedxml is missing: workbooks are not read without it")
    parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > max(1, min(packed, len(raw))) * MOST_TIMES_SMALLER:
        raise Unreadable("This workbook unpacks to far more than it is. It is not opened.")
    if unpacked > MOST_UNPACKED:
        raise Unreadable(
            f"This workbook unpacks to more than {MOST_UNPACKED // 1_000_000} MB. Split it."
        )


def _text(cell: Any) -> str:
    """What a cell says, as it would stand in a CSV file."""
    value = cell.value
    if cell.data_type == "f":
        return Fault("this is a formula. Copy the cell and paste its value.")
    if cell.data_type == "e":
        return Fault(f"this cell holds the error {value}.")
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _without_margins(lines: list[list[str]]) -> list[list[str]]:
    """Without the empty columns and rows that a spreadsheet keeps round its table."""
    last = max((len(line) - _blank_end(line) for line in lines), default=0)
    cut = [line[:last] + [""] * (last - len(line)) for line in lines]
    while cut and not any(cut[-1]):
        cut.pop()
    return cut


def _blank_end(line: list[str]) -> int:
    return next((n for n, cell in enumerate(reversed(line)) if cell), len(line))
