"""Whether a text is Windows-1250: Czech, Polish, Hungarian and their neighbours.

Both it and Windows-1252 read nearly any bytes, as letters. What tells them apart is that words of
one language have few letters beyond ASCII, the same ones again and again: those of its alphabet.
"""

from collections.abc import Iterator
from typing import Literal

from tasks.engine.reader.likely_encodings import WORD, is_written_well

# Letters beyond ASCII of languages that are written in each of the two.
WESTERN = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüªº", "áâãàçéêíóôõúüªº", "àèéìíîòóùú", "àçèéíïòóúü·",
    "åäöé", "æøåéèêóòôâ", "éëïóöüáèêúíâî", "áðéíóúýþæö", "õäöüšž", "äöåšžé", "áéíóúàèìòù",
)  # fmt: skip
CENTRAL = (
    "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "čšžćđ", "ăâîşţ",
)  # fmt: skip
# Of all words beyond ASCII so many belong to the one language, the others may be foreign names.
MOSTLY = 0.97
# So many different words have a letter that Windows-1252 would read as another one, and such a
# share of all: names of several Western languages, one beside the other, have some by chance.
LEAST_WORDS, LEAST_SHARE = 5, 0.05
MOST_WORDS = 5_000


def find_central(lines: bytes) -> Literal["no", "maybe", "surely"]:
    """Tell whether lines are in a language of Central Europe, written in Windows-1250.

    Parameters
    ----------
    lines : bytes
        Some lines of the text, with letters beyond ASCII.

    Returns
    -------
    {"no", "maybe", "surely"}
        ``no`` where a language of Western Europe suits them in Windows-1252; ``maybe`` where few
        words tell the two apart.
    """
    try:
        central = list(_words_of(lines.decode("cp1250")))[:MOST_WORDS]
    except UnicodeDecodeError:
        return "no"
    telling = {word for word in central if _reads_otherwise(word)}
    if not telling or not any(_suits(central, letters) for letters in CENTRAL):
        return "no"
    western = list(_words_of(lines.decode("cp1252", "replace")))[:MOST_WORDS]
    if any(_suits(western, letters) for letters in WESTERN):
        return "no"
    share = sum(word in telling for word in central) / len(central)
    return "surely" if len(telling) >= LEAST_WORDS and share >= LEAST_SHARE else "maybe"


def _words_of(text: str) -> Iterator[str]:
    """Yield the words with a letter beyond ASCII, without the signs around them."""
    for word in WORD.findall(text):
        inner = word.strip("".join(sign for sign in word if not sign.isalpha() and sign > "\x7f"))
        if not inner.isascii():
            yield inner


def _suits(words: list[str], letters: str) -> bool:
    alphabet = set(letters + letters.upper())
    n = sum(
        is_written_well(word) and all(sign in alphabet for sign in word if sign > "\x7f")
        for word in words
    )
    return n >= MOSTLY * len(words)


def _reads_otherwise(word: str) -> bool:
    return word.encode("cp1250").decode("cp1252", "replace") != word
