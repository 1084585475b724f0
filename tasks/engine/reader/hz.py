"""Whether a file is Chinese as HZ writes it: in ASCII, two signs for each, between ~{ and ~}."""

import re
from collections.abc import Iterator
from typing import BinaryIO

MOST_WORDS = 10_000
CHUNK_BYTES = 1 << 20  # a line without an end may be no longer
# What a tilde begins: itself written twice, a word, or, in a group, what HZ does not have.
TOKEN = re.compile(rb"~~|~\{(?P<word>(?:[!-w][!-~])+)~\}|(?P<bare>~)")
COMMON = re.compile(rb"[0-W]")  # the first signs of the characters that most texts consist of
LETTERS = re.compile(rb"[$-'0-w]")  # those of all letters; others are of figures and punctuation
PLAIN = re.compile(rb"\w+")
LABEL = re.compile(rb"[A-Z0-9_]+|[A-Z][a-z]")  # as in ~{NAME~}, where a program fills it in


def has_hz(file: BinaryIO) -> bool:
    """Tell whether most letters between all braces of a file are common ones of Chinese.

    In doubt it is ASCII: where a tilde stands alone, and where there are but letters and digits
    of ASCII between the braces, unless all of them stand for common characters.
    """
    words: set[bytes] = set()  # some
    n_letters = n_common = 0
    for text in _texts(file):
        for found in TOKEN.finditer(text):
            if found["bare"]:
                return False
            if word := found["word"]:
                leads = word[::2]
                n_letters += len(LETTERS.findall(leads))
                n_common += len(COMMON.findall(leads))
                if len(words) < MOST_WORDS:
                    words.add(word)
    if all(map(PLAIN.fullmatch, words)) and n_common < n_letters:
        return False
    return 2 * n_common > n_letters and not all(map(LABEL.fullmatch, words))


def _texts(file: BinaryIO) -> Iterator[bytes]:
    """Yield the whole lines of a file that have a tilde, many at once; and one where it is none.

    That is alone, so that nothing more is read: beside what is not ASCII, and in an endless line.
    """
    file.seek(0)
    held = b""
    while chunk := file.read(CHUNK_BYTES):
        if not chunk.isascii() or len(held) > CHUNK_BYTES:
            yield b"~"
            return
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if end and (b"~" in held or b"~" in chunk[:end]):
            yield held + chunk[:end]
        held = chunk[end:] if end else held + chunk
    yield held
