"""People with a known truth: who came in twice, and how their details were written the second
time. Seeded: the same numbers make the same people."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from participants.rules.likeness import Person, person
from participants.rules.names import SHORT_FOR

GIVEN = [group.split()[0].title() for group in SHORT_FOR] + [
    "Amina",
    "Łukasz",
    "Siân",
    "Zoë",
    "José",
    "Björn",
    "Chloé",
    "Nadia",
    "Omar",
    "Fatima",
    "Yusuf",
    "Leila",
    "Hassan",
    "Ewa",
    "Piotr",
    "Anna",
    "Ivan",
    "Olga",
    "Bohdan",
    "Oksana",
    "Ahmed",
    "Khadija",
    "Rhys",
    "Carys",
    "Dafydd",
    "Gwen",
    "Ioan",
    "Aoife",
    "Niamh",
    "Sinead",
    "Eoin",
    "Priya",
    "Ravi",
    "Anjali",
    "Arjun",
    "Wei",
    "Mei",
    "Jing",
    "Hana",
    "Kenji",
    "Abdi",
    "Hodan",
    "Faisal",
    "Ines",
    "Tiago",
    "Marek",
    "Jana",
]
SHORTER = {
    words[0].title(): [one.title() for one in words[1:]] for words in map(str.split, SHORT_FOR)
}
STARTS = [
    "Bar",
    "Bel",
    "Cal",
    "Cor",
    "Dav",
    "Den",
    "Ed",
    "Far",
    "Gar",
    "Gil",
    "Hal",
    "Har",
    "Il",
    "Jor",
    "Kel",
    "Lam",
    "Mar",
    "Mor",
    "Nor",
    "Ol",
    "Par",
]
MIDDLES = ["a", "an", "e", "en", "i", "il", "o", "or", "u", "ar", "am", "ek"]
ENDS = [
    "by",
    "croft",
    "den",
    "field",
    "ford",
    "ham",
    "kins",
    "ley",
    "man",
    "more",
    "ner",
    "ridge",
    "sen",
    "son",
    "stead",
    "ton",
    "well",
    "wick",
]
MARKS = str.maketrans("aeioucnlsz", "áéíöüçñłśż")
HEARD = [("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "ck"), ("ee", "i"), ("y", "ie"), ("s", "ss")]


@dataclass(frozen=True)
class Someone:
    name: str
    born: date | None
    email: str
    phone: str

    def as_person(self, key: int) -> Person:
        return person(key, name=self.name, born=self.born, email=self.email, phone=self.phone)


def people(count: int, *, doubles: float = 0.05, seed: int = 1) -> tuple[list[Someone], set]:
    """So many people, and the pairs of their places that are one person twice."""
    dice = random.Random(seed)
    surnames = [a + b + c for a in STARTS for b in MIDDLES for c in ENDS]
    dice.shuffle(surnames)
    twice = int(count * doubles)
    once = [a_person(dice, surnames, number) for number in range(count - twice)]
    chosen = dice.sample(range(len(once)), twice)
    again = [written_again(dice, once[place]) for place in chosen]
    truth = {(place, len(once) + number) for number, place in enumerate(chosen)}
    return once + again, truth


def a_person(dice: random.Random, surnames: list[str], number: int) -> Someone:
    given = GIVEN[min(int(dice.paretovariate(0.7)) - 1, dice.randrange(len(GIVEN)))]
    surname = surnames[min(int(dice.expovariate(1 / 900)), len(surnames) - 1)]
    born = date(1945, 1, 1) + timedelta(days=dice.randrange(22_500))
    if dice.random() < 0.02:
        born = born.replace(month=1, day=1)
    phone = f"07{dice.randrange(10**9):09}" if dice.random() < 0.75 else ""
    if dice.random() < 0.05:
        phone = f"0800 {dice.randrange(2_000):06}"
    email = f"{given}.{surname}.{number}@example.org".lower() if dice.random() < 0.5 else ""
    return Someone(f"{given} {surname}", born if dice.random() < 0.95 else None, email, phone)


def written_again(dice: random.Random, one: Someone) -> Someone:
    """The same person, with one to three differences, some of them in contacts."""
    for change in dice.sample(CHANGES, dice.choice((1, 1, 2, 2, 3))):
        one = change(dice, one)
    if dice.random() < 0.6:
        one = replace(one, phone="" if dice.random() < 0.5 else f"07{dice.randrange(10**9):09}")
    if dice.random() < 0.6:
        one = replace(one, email="")
    return one


def _named(one: Someone, given: str | None = None, surname: str | None = None) -> Someone:
    first, *rest = one.name.split()
    return replace(one, name=" ".join([given or first, *rest[:-1], surname or rest[-1]]))


def marked(dice, one):
    return replace(one, name=one.name.translate(MARKS))


def shortened(dice, one):
    return _named(one, given=dice.choice(SHORTER.get(one.name.split()[0], [one.name.split()[0]])))


def misheard(dice, one):
    surname = one.name.split()[-1]
    old, new = dice.choice([pair for pair in HEARD if pair[0] in surname] or [("", "")])
    return _named(one, surname=surname.replace(old, new, 1))


def mistyped(dice, one):
    letters = list(one.name)
    place = dice.randrange(1, len(letters) - 1)
    if letters[place].isalpha() and letters[place - 1].isalpha():
        letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return replace(one, name="".join(letters))


def turned(dice, one):
    return replace(one, name=" ".join(reversed(one.name.split())))


def given_a_middle_name(dice, one):
    first, *rest = one.name.split()
    return replace(one, name=" ".join([first, dice.choice(GIVEN), *rest]))


def married(dice, one):
    return _named(one, surname=dice.choice(STARTS) + dice.choice(ENDS))


def swapped(dice, one):
    born = one.born
    if born and born.day <= 12:
        born = born.replace(month=born.day, day=born.month)
    return replace(one, born=born)


def misdated(dice, one):
    return replace(one, born=one.born and one.born + timedelta(days=dice.choice((1, -1, 365))))


def undated(dice, one):
    return replace(one, born=None)


CHANGES = [
    marked,
    shortened,
    misheard,
    mistyped,
    turned,
    given_a_middle_name,
    married,
    swapped,
    misdated,
    undated,
]
