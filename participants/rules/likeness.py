"""Whether two people may be one: a score, with its reasons. Nothing here decides; people do.

A pair is shown from `THRESHOLD` points on. What is the same, or nearly, adds points; what
contradicts takes some away; what is not known does neither.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from rapidfuzz.distance import JaroWinkler

from participants.rules.names import folded, formal, sound

POINTS = {
    "same_email": 45,
    "same_phone": 40,
    "same_name": 45,
    "short_name": 40,
    "sounds_alike": 35,
    "close_name": 30,
    "part_of_name": 30,
    "other_name": -15,
    "rare_name": 20,
    "same_birth": 40,
    "swapped_birth": 25,
    "close_birth": 15,
    "other_birth": -25,
}
THRESHOLD = 65
MOST_FOR_A_NAME = POINTS["same_name"]
RARE = 2  # people, the two themselves
CLOSE = 0.9
CROWDED = 50
TOO_MANY = 3_000


@dataclass(frozen=True, slots=True)
class Person:
    """What one person is compared by; `key` is whose it is."""

    key: int
    words: tuple[str, ...]
    formal: tuple[str, ...]
    sounds: tuple[str, ...]
    born: str
    email: str
    phone: str


@dataclass(frozen=True)
class Likeness:
    """How much speaks for one person: points, and the reasons that gave them."""

    score: int
    reasons: tuple[str, ...]


def person(key: int, *, name: str, born: date | None, email: str, phone: str) -> Person:
    """Somebody as they are compared: without marks, cases, titles, blanks and prefixes."""
    words = folded(name)
    full = tuple(sorted(map(formal, words)))
    return Person(
        key=key,
        words=words,
        formal=full,
        sounds=tuple(sorted(map(sound, full))),
        born=born.isoformat() if born else "",
        email=email.strip().casefold(),
        phone=national(phone),
    )


def national(phone: str) -> str:
    """A telephone number without its prefixes: the last nine figures; nothing where it is shorter
    than six."""
    figures = "".join(sign for sign in phone if sign.isdigit())
    return figures[-9:] if len(figures) >= 6 else ""


def likeness(
    one: Person, other: Person, *, is_rare: bool = False, is_their_phone: bool = True
) -> Likeness | None:
    """The points of a pair, if there are enough of them to show it to somebody.

    `is_rare`: nobody else has a name that sounds so. `is_their_phone`: nobody else has the number.
    An address, or a number of theirs alone, is enough, unless name and birth date both contradict.
    """
    known = _contacts(one, other)
    is_exact = "same_email" in known or (bool(known) and is_their_phone)
    birth = _births(one.born, other.born)
    if birth:
        known.append(birth)
    if is_rare and one.sounds == other.sounds:
        known.append("rare_name")
    so_far = sum(POINTS[reason] for reason in known)
    if so_far + MOST_FOR_A_NAME < THRESHOLD and not is_exact:
        return None
    name = _names(one, other)
    score = so_far + POINTS[name]
    if is_exact and (name, birth) != ("other_name", "other_birth"):
        score = max(score, THRESHOLD)
    return Likeness(min(100, score), (name, *known)) if score >= THRESHOLD else None


def pairs_among(
    people: Iterable[Person], *, new: Collection[int] | None = None
) -> Iterator[tuple[int, int, Likeness]]:
    """Every pair that is alike, once, as two keys in order; with `new`, those with one of these.

    Only people who share an address, a number, a birth date or the sound of a whole name are
    compared: no other pair can reach the threshold. Where very many share one thing, they have
    to share the sound of one word of their names as well.
    """
    people = list(people)
    heard = Counter(one.sounds for one in people)
    called = Counter(one.phone for one in people)
    seen: set[tuple[int, int]] = set()
    for block in _blocks(people):
        for one, other in _couples(block, new):
            pair = (one.key, other.key) if one.key < other.key else (other.key, one.key)
            if one.key == other.key or pair in seen:
                continue
            is_rare, is_theirs = heard[one.sounds] <= RARE, called[one.phone] <= RARE
            if found := likeness(one, other, is_rare=is_rare, is_their_phone=is_theirs):
                seen.add(pair)
                yield *pair, found


def _contacts(one: Person, other: Person) -> list[str]:
    found = []
    if one.email and one.email == other.email:
        found.append("same_email")
    if one.phone and one.phone == other.phone:
        found.append("same_phone")
    return found


def _births(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other:
        return "same_birth"
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return "swapped_birth"
    differ = [n for n in range(len(one)) if one[n] != other[n]]
    is_turned = len(differ) == 2 and one[differ[0]] == other[differ[1]]
    is_turned = is_turned and one[differ[1]] == other[differ[0]]
    return "close_birth" if len(differ) == 1 or is_turned else "other_birth"


def _names(one: Person, other: Person) -> str:
    if one.words == other.words:
        return "same_name"
    if one.formal == other.formal:
        return "short_name"
    if one.sounds == other.sounds:
        return "sounds_alike"
    few, many = sorted((one.formal, other.formal), key=len)
    if 2 <= len(few) < len(many) and set(few) < set(many):
        return "part_of_name"
    return "close_name" if few and _is_close(few, many) else "other_name"


def _is_close(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether every word of the shorter name has one that is nearly the same in the other."""
    if len(many) - len(few) > 1 or len(few) == 1 < len(many):
        return False
    return all(
        any(
            JaroWinkler.similarity(word, other, score_cutoff=CLOSE) or sound(word) == sound(other)
            for other in many
        )
        for word in few
    )


def _blocks(people: Iterable[Person]) -> Iterator[list[Person]]:
    blocks: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for one in people:
        for key in _keys(one):
            blocks[key].append(one)
    for (kind, *_), block in blocks.items():
        if kind == "sounds" and len(block) > RARE:
            continue  # a name that others have too needs a date or a contact in common
        if len(block) > CROWDED:
            yield from _by_words(block)
        elif len(block) > 1:
            yield block


def _keys(one: Person) -> Iterator[tuple[str, ...]]:
    if one.email:
        yield "email", one.email
    if one.phone:
        yield "phone", one.phone
    if one.born:
        yield "born", one.born[:4], *sorted((one.born[5:7], one.born[8:]))
    if one.sounds:
        yield "sounds", *one.sounds


def _by_words(block: list[Person]) -> Iterator[list[Person]]:
    parts: dict[str, list[Person]] = defaultdict(list)
    for one in block:
        for heard in set(one.sounds):
            parts[heard].append(one)
    yield from (part for part in parts.values() if 1 < len(part) <= TOO_MANY)


def _couples(block: list[Person], new: Collection[int] | None) -> Iterator[tuple[Person, Person]]:
    if new is None:
        yield from combinations(block, 2)
        return
    fresh = [one for one in block if one.key in new]
    for one in fresh:
        for other in block:
            yield one, other
