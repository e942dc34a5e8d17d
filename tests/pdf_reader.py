"""Reads the words back out of a PDF of ours, as a program that searches it would."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:[^\\()]|\\.)*)\) Tj", re.DOTALL)
ESCAPES = {b"\\r": b"\r", b"\\n": b"\n", b"\\t": b"\t"}


def words_of(pdf: bytes) -> str:
    """Every line that is shown, in order, one a line."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    fonts = _fonts(objects)
    pages = [_stream(body) for body in objects.values() if b"/Length" in body]
    lines = [line for page in pages if b" Tj" in page for line in _shown(page, fonts)]
    return "\n".join(lines)


def _shown(page: bytes, fonts: dict[bytes, dict[int, str]]):
    letters: dict[int, str] = {}
    for font, raw in SHOWN.findall(page):
        if font:
            letters = fonts[font]
            continue
        plain = re.sub(rb"\\.", lambda m: ESCAPES.get(m[0], m[0][1:]), raw, flags=re.DOTALL)
        codes = (int.from_bytes(plain[n : n + 2], "big") for n in range(0, len(plain), 2))
        yield "".join(letters[code] for code in codes)


def _fonts(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    named = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            unicode_of = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            if unicode_of:
                named[name] = _letters(_stream(objects[int(unicode_of[1])]))
    return named


def _letters(table: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", table)
    return {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in pairs}


def _stream(body: bytes) -> bytes:
    raw = body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw
