"""Arabic letters for paper: joined to their neighbours, and in the order in which a pen moves.

A browser does both by itself; a PDF draws letters one by one, as it is given them.
"""

import unicodedata
from collections.abc import Iterator

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

KINDS = ("<isolated>", "<initial>", "<medial>", "<final>")
LAM = "\u0644"
TURNED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
JOINS_AND_HAS_NO_FORMS = "\u0640"  # the stroke that makes a word longer


def _forms() -> dict[str, dict[str, str]]:
    """Every letter, and lam with alef, by its four shapes, as the Unicode tables have them."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD)):
        kind, _, letters = unicodedata.decomposition(chr(code)).partition(" ")
        whole = "".join(chr(int(one, 16)) for one in letters.split())
        if kind in KINDS and (len(whole) == 1 or whole[0] == LAM):
            found.setdefault(whole, {})[kind] = chr(code)
    return found


FORMS = _forms()


def is_right_to_left(text: str) -> bool:
    """Whether any letter of it is written from right to left."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def joined(text: str) -> str:
    """The same words with each letter in the shape that its neighbours ask for."""
    units = list(_units(text))
    return "".join(_shaped(units, place) for place in range(len(units)))


def as_drawn(line: str, *, base: str) -> str:
    """One line, joined, from left to right as it stands on paper; `base` is "rtl" or "ltr".

    Brackets are turned round, and a mark stands after its letter, as fonts expect it.
    """
    drawn, marks = "", ""
    paragraph = BidiParagraph(joined(line), TextDirection(base.upper()))
    for one in paragraph.get_reordered_characters():
        is_leftward = one.embedding_level % 2 == 1
        if is_leftward and unicodedata.combining(one.character):
            marks = one.character + marks
            continue
        turned = TURNED.get(one.character) if is_leftward else None
        drawn += (turned or one.character) + marks
        marks = ""
    return drawn + marks


def _units(text: str) -> Iterator[str]:
    """Letters; lam with the alef after it is one."""
    place = 0
    while place < len(text):
        size = 2 if text[place : place + 2] in FORMS else 1
        yield text[place : place + size]
        place += size


def _shaped(units: list[str], place: int) -> str:
    unit = units[place]
    forms = FORMS.get(unit)
    if not forms:
        return unit
    after = _joins_on(_neighbour(units, place, -1)) and "<final>" in forms
    before = _joins_back(_neighbour(units, place, +1)) and "<initial>" in forms
    kind = KINDS[(3 if after else 0) if not before else (2 if after else 1)]
    return forms.get(kind, unit)


def _neighbour(units: list[str], place: int, step: int) -> str:
    """The next letter that way; marks above and below do not part letters."""
    place += step
    while 0 <= place < len(units):
        if not unicodedata.combining(units[place][0]):
            return units[place]
        place += step
    return ""


def _joins_on(unit: str) -> bool:
    return unit == JOINS_AND_HAS_NO_FORMS or "<initial>" in FORMS.get(unit, ())


def _joins_back(unit: str) -> bool:
    return unit == JOINS_AND_HAS_NO_FORMS or "<final>" in FORMS.get(unit, ())
