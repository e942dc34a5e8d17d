"""Names as people write them, reduced to what they have in common."""

import unicodedata
from functools import lru_cache

LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
TITLES = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr"))
SHORT_FOR = (
    "abigail abby gail",
    "alexander alexandra alex sandy sasha",
    "andrew andy drew",
    "anthony tony antonio",
    "benjamin ben benny",
    "catherine katherine kathryn cath kate kathy katie kitty",
    "charles charlie chuck",
    "christopher chris kit",
    "christine christina chrissie tina",
    "daniel dan danny",
    "david dave davey",
    "deborah debbie deb",
    "dorothy dot dottie",
    "edward ed eddie ted teddy ned",
    "elizabeth liz lizzie beth betty eliza elsie bess",
    "frances francis fran frankie frank",
    "frederick fred freddie",
    "geoffrey jeffrey geoff jeff",
    "gregory greg",
    "henry harry hal",
    "isabella isabel bella izzy",
    "jacob jake",
    "james jim jimmy jamie",
    "jennifer jen jenny",
    "jessica jess jessie",
    "john jack johnny jon",
    "jonathan jonny",
    "joseph joe joey jo",
    "joshua josh",
    "judith judy",
    "kenneth ken kenny",
    "lawrence larry",
    "leonard len lenny",
    "margaret maggie meg peggy marge madge",
    "mary molly polly mae",
    "matthew matt",
    "michael mike mick mickey",
    "mohammed muhammad mohamed mo",
    "nathaniel nathan nat nate",
    "nicholas nick nicky",
    "oliver ollie",
    "pamela pam",
    "patricia pat patsy trish tricia",
    "patrick paddy pat",
    "peter pete",
    "philip phil",
    "rebecca becky becca",
    "richard rick dick richie",
    "robert rob bob bobby robbie bert",
    "samuel samantha sam sammy",
    "sarah sally sadie",
    "stephen steve steven stevie",
    "susan sue susie",
    "theodore theo",
    "theresa terry tess tessa",
    "thomas tom tommy",
    "timothy tim timmy",
    "victoria vicky tori",
    "william will bill billy liam",
    "zachary zach",
)
_FORMAL = {short: group.split()[0] for group in SHORT_FOR for short in group.split()}
_HEARD_ALIKE = ("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")
_SOUNDS = {sign: str(n) for n, signs in enumerate(_HEARD_ALIKE, start=1) for sign in signs}


@lru_cache(maxsize=200_000)
def folded(name: str) -> tuple[str, ...]:
    """The words of a name in the order of the alphabet: no case, no marks, no titles."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    kept = "".join(
        sign if sign.isalnum() else " " if sign not in "'’" else ""
        for sign in plain
        if not unicodedata.combining(sign)
    )
    return tuple(sorted(word for word in kept.split() if word not in TITLES))


def formal(word: str) -> str:
    """The full form of a short name, such as elizabeth for liz."""
    return _FORMAL.get(word, word)


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Soundex: the first letter, and the classes of the next three consonants that are heard.

    Of a word in another alphabet, the word itself.
    """
    if not word.isascii() or not word.isalpha():
        return word
    code, last = word[0], _SOUNDS.get(word[0], "")
    for sign in word[1:]:
        heard = _SOUNDS.get(sign, "")
        if heard and heard != last:
            code += heard
        if sign not in "hw":
            last = heard
    return code[:4].ljust(4, "0")
