"""Which encodings suit a text beyond ASCII, by how its words read in them: a guess to be shown.

It decides nothing: the person sees what a line would read, and chooses.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import BinaryIO

from tasks.engine.reader.encoding_signs import CHUNK_BYTES, has_mark
from tasks.engine.reader.refusals import HEAD_BYTES

# By names that can be chosen, the stricter ones first; each with what its letters are called.
LATIN, CYRILLIC = ("LATIN",), ("CYRILLIC",)
EASTERN = ("CJK", "HIRAGANA", "KATAKANA", "FULLWIDTH", "IDEOGRAPHIC")
LIKELY = (
    ("Windows-1250", LATIN), ("Mac Roman", LATIN), ("cp850", LATIN),
    ("Windows-1255", ("HEBREW",)), ("Windows-1253", ("GREEK",)), ("Windows-1251", CYRILLIC),
    ("KOI8-R", CYRILLIC), ("cp866", CYRILLIC), ("Windows-1256", ("ARABIC",)),
    ("EUC-KR", ("HANGUL",)), ("Shift JIS", EASTERN), ("GB 18030", EASTERN), ("Big5", EASTERN),
    ("EUC-JP", EASTERN),
)  # fmt: skip
WORD = re.compile(r"[^\x00-\x40\[-`{-\x7f\u2019]+")  # of letters, and what is beyond ASCII
BEYOND = re.compile(rb"[\x80-\xff]")
MOST_WORDS = 1_000
MOST_SIGNS = 2  # that stand alone
MOST_SHOWN = 3
SHOWN = 12  # characters before and after a place
MOSTLY = 0.9


def show_likely(file: BinaryIO) -> str:
    """Say how a text that may be no Windows-1252 reads in the encodings that suit it.

    Parameters
    ----------
    file : BinaryIO
        The file; its position is changed.

    Returns
    -------
    str
        The end of a sentence; empty where Windows-1252 suits it, or nothing does.
    """
    lines = find_lines(file)
    if suits(lines, "Windows-1252", LATIN):
        return ""
    return say_likely(lines, [name for name, scripts in LIKELY if suits(lines, name, scripts)])


def say_likely(lines: bytes, names: Sequence[str]) -> str:
    """Say how the first of some lines reads in some encodings."""
    shown = [f'"{_shown(lines, name)}" in {name}' for name in names[:MOST_SHOWN]]
    return f": it would read {', or '.join(shown)}" if shown else ""


def find_lines(file: BinaryIO) -> bytes:
    """Return some lines, whole as far as they are held, from the first that is beyond ASCII."""
    if not has_mark(file):
        file.seek(0)
    while (chunk := file.read(CHUNK_BYTES)) and chunk.isascii():
        pass
    beyond = BEYOND.search(chunk)
    at = chunk.rfind(b"\n", 0, beyond.start()) + 1 if beyond else 0
    lines = chunk[at : at + HEAD_BYTES]
    return lines[: lines.rfind(b"\n") + 1] or lines


def suits(lines: bytes, name: str, scripts: Sequence[str]) -> bool:
    """Tell whether nearly all words beyond ASCII read as words of some scripts in an encoding."""
    try:
        text = _decode(lines, name)
    except UnicodeError:
        return False
    words = [word for word in WORD.findall(text) if not word.isascii()][:MOST_WORDS]
    return sum(_is_word(word, scripts) for word in words) >= MOSTLY * len(words)


def _decode(lines: bytes, name: str) -> str:
    return lines.decode(name.replace(" ", ""))


def _is_word(word: str, scripts: Sequence[str]) -> bool:
    """Tell whether a word has letters of one script, written as words are.

    In a Latin one most letters are ASCII; in an Eastern text words stand together.
    """
    beyond = [sign for sign in word if sign > "\x7f"]
    letters = [sign for sign in beyond if sign.isalpha()]
    if not all(unicodedata.name(sign, "").startswith(tuple(scripts)) for sign in letters):
        return False
    if scripts is EASTERN:
        return len(letters) > 0
    n_ascii = len(word) - len(beyond)
    is_mixed_well = len(letters) <= max(n_ascii, 2) if scripts is LATIN else not n_ascii
    return is_written_well(word) and (is_mixed_well or not letters)


def is_written_well(word: str) -> bool:
    """Tell whether capitals stand before other letters, and signs at the ends of a word."""
    inner = word.strip("".join(sign for sign in word if not sign.isalpha()))
    if not inner:
        return len(word) <= MOST_SIGNS
    before = word.partition(inner)[0]
    return (
        inner.isalpha()
        and all(unicodedata.category(sign).startswith(("P", "Sc")) for sign in before)
        and not any(
            a.islower() and b.isupper() and not (a + b).isascii() for a, b in pairwise(inner)
        )
        and not any(b > "\x7f" and b.isupper() and c.islower() for b, c in pairwise(inner[1:]))
    )


def _shown(lines: bytes, name: str) -> str:
    first = _decode(lines, name).partition("\n")[0].rstrip("\r")
    at = next((n for n, sign in enumerate(first) if sign > "\x7f"), 0)
    return first[max(at - SHOWN, 0) : at + SHOWN].strip()
