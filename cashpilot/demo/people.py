"""The people of the demo. All are made up."""

FIRST = (
    "Amina",
    "Bartosz",
    "Carys",
    "Dafydd",
    "Elif",
    "Fatuma",
    "Gwen",
    "Hodan",
    "Ioana",
    "Jakub",
    "Kemi",
    "Lowri",
    "Magda",
    "Nia",
    "Oksana",
    "Piotr",
    "Rania",
    "Siân",
    "Tomasz",
    "Ugo",
    "Valentyna",
    "Wojciech",
    "Xiomara",
    "Yusuf",
    "Zofia",
    "Ángel",
    "Begoña",
    "Łukasz",
    "Mohamud",
    "Ifeoma",
)
LAST = (
    "Ashgrove",
    "Brookfield",
    "Cwmbach",
    "Dunmore",
    "Eastwick",
    "Fernhill",
    "Gorsewood",
    "Hartley",
    "Ivybridge",
    "Juniper",
    "Kestrel",
    "Lindenau",
    "Millrace",
)
STAFF = {
    "priya": ("priya@demo.example", "Priya", "Raman"),
    "tom": ("tom@demo.example", "Tom", "Hale"),
    "ali": ("ali@demo.example", "Dr Ali", "Stone"),
}


def name_of(number: int) -> str:
    """The name of the n-th person: no two of the demo share one."""
    return f"{FIRST[number % len(FIRST)]} {LAST[(number * 7 + number // len(FIRST)) % len(LAST)]}"


def answers_of(number: int, wave: int, *, is_paid: bool) -> dict[str, int]:
    """The made-up answers of one person to the four ONS questions; cash adds a point by wave 1."""
    mood = (number * 37 + wave * 11) % 5
    better = 1 if is_paid and wave else 0
    high = {"ons_life_satisfaction": 4, "ons_worthwhile": 4, "ons_happiness": 3}
    answers = {item: min(10, base + mood + better) for item, base in high.items()}
    return answers | {"ons_anxiety": max(0, 6 - mood - better)}
