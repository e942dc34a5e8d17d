"""Letters as PDF, from plain values: a title, a language, words that can be searched and copied.

The library cannot tag a document's structure; the page that a letter comes from has it, and prints.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import FontFace

from cashpilot.arabic import as_drawn, is_right_to_left, joined
from cashpilot.core.templatetags.cashpilot_words import direction

FONTS = Path(__file__).parent / "static" / "cashpilot" / "fonts"
MARGIN_MM, SIZE, LEADING_MM = 22, 11, 6


@dataclass(frozen=True)
class Heading:
    words: str


@dataclass(frozen=True)
class Words:
    """One paragraph, or several with lines between; `language` says which way it is written."""

    text: str
    language: str = "en"


@dataclass(frozen=True)
class Table:
    """Columns by name; each cell is text, and those in `numbers` stand to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()


Block = Heading | Words | Table


def draw(*, title: str, language: str, blocks: Sequence[Block], now: datetime) -> bytes:
    """The letter on A4."""
    pdf = _blank(title, language, now)
    _write(pdf, Words(title, language), style="B", size=SIZE + 5)
    for block in blocks:
        if isinstance(block, Table):
            _lay_out(pdf, block)
        elif isinstance(block, Heading):
            _write(pdf, Words(block.words, language), style="B", size=SIZE + 1)
        else:
            _write(pdf, block)
    return bytes(pdf.output())


def _blank(title: str, language: str, now: datetime) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_title(title)
    pdf.set_lang(language)
    pdf.set_creation_date(now)
    pdf.set_margin(MARGIN_MM)
    pdf.set_auto_page_break(True, margin=MARGIN_MM)
    pdf.add_font("words", "", FONTS / "DejaVuSans.ttf")
    pdf.add_font("words", "B", FONTS / "DejaVuSans-Bold.ttf")
    pdf.add_page()
    return pdf


def _write(pdf: FPDF, words: Words, *, style: str = "", size: int = SIZE) -> None:
    pdf.set_font("words", style, size)
    base = direction(words.language)
    for paragraph in words.text.splitlines():
        for line in _lines(paragraph, pdf.epw, pdf.get_string_width):
            drawn = as_drawn(line, base=base) if is_right_to_left(line) else line
            align = "R" if base == "rtl" else "L"
            pdf.cell(pdf.epw, LEADING_MM, drawn, align=align, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(LEADING_MM / 2)


def _lines(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Text cut where a line is full: between words, or within one that is wider than a line."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if measure(joined(longer)) <= width:
            line = longer
            continue
        if line:
            yield line
        *full, line = _pieces(word, width, measure)
        yield from full
    yield line


def _pieces(word: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    piece = ""
    for letter in word:
        if piece and measure(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _lay_out(pdf: FPDF, table: Table) -> None:
    pdf.set_font("words", "", SIZE - 1)
    aligns = tuple("RIGHT" if n in table.numbers else "LEFT" for n in range(len(table.columns)))
    with pdf.table(
        text_align=aligns,
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD"),
        line_height=LEADING_MM,
    ) as drawn:
        for row in (table.columns, *table.rows):
            drawn.row([str(cell) for cell in row])
    pdf.ln(LEADING_MM)
