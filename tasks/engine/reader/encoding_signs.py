"""Signs of an encoding in the bytes of a file: marks, zero bytes, escapes."""

import codecs
import re
import unicodedata
from typing import BinaryIO

from tasks.engine.reader.refusals import HEAD_BYTES

CHUNK_BYTES = 1 << 20
WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
NO_TEXT = {"Cc", "Cn", "Co", "Cs"}  # controls, and what is no character
ISO_2022 = re.compile(rb"\x1b\$(?:[@B]|\([@BCDQ]|\)C)")
UTF_7 = re.compile(rb"\+(?!-)[A-Za-z0-9+/]*-?")
MOST_PAIRS = 0.4  # of all characters; in Chinese text it is a fifth
LEAST_UTF_7 = 3  # characters after the plus of one letter
C1_CONTROL = re.compile(rb"[\x80-\x9f]")
HIGH = re.compile(rb"[\x80-\xff]+")
# Of all bytes of EBCDIC: letters and digits, and what reads as ASCII's characters.
MOSTLY_HIGH, PLAIN, LEAST_EBCDIC = 0.4, 0.97, 8
SHOWN = 12  # bytes before and after a place


def find_wide(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 by the mark at a file's start, or by how its zero bytes stand."""
    for mark, encoding in WIDE_BOMS:
        if head.startswith(mark):
            return encoding
    head = head[:4096]
    return next((e for e in WIDE if b"\0" in head and _is_text(head, e)), None)


def has_mark(file: BinaryIO) -> bool:
    """Tell whether a file begins with the mark of UTF-8; its position is then behind it."""
    file.seek(0)
    return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8


def skip_mark(file: BinaryIO, encoding: str) -> None:
    """Go to a file's beginning: behind the mark of UTF-8, which is no text in other encodings."""
    if encoding.startswith("utf") or not has_mark(file):
        file.seek(0)


def _is_text(head: bytes, encoding: str) -> bool:
    """Tell whether bytes are lines of text in an encoding; what has zero bytes is so in one."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return False
    letters = set(text) - set("\t\r\n")
    if not any(sign in text for sign in "\r\n\t,;|"):
        return False
    n_pairs = sum(_is_pair(ord(sign)) for sign in text)
    are_letters = not any(unicodedata.category(sign) in NO_TEXT for sign in letters)
    return are_letters and n_pairs <= MOST_PAIRS * len(text)


def _is_pair(code: int) -> bool:
    """Tell whether both bytes of a character would be ASCII text too."""
    return 9 <= code >> 8 < 127 and 9 <= code & 255 < 127


def has_iso_2022(file: BinaryIO) -> bool:
    """Tell whether a file has an escape sequence of ISO-2022, which nothing else has."""
    file.seek(0)
    end = b""
    while chunk := file.read(CHUNK_BYTES):
        if ISO_2022.search(end + chunk):
            return True
        end = chunk[-3:]
    return False


def find_utf_7(file: BinaryIO) -> tuple[int, str] | None:
    """Return line and text of the first word that is written as in UTF-7, if each plus is.

    What follows the plus then stands for letters beyond ASCII.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    words = list(UTF_7.finditer(head)) if head.isascii() else []
    if not words or not all(_is_utf_7(word[0]) for word in words):
        return None
    return line_of(head, words[0].start()), around(head, words[0].start()).decode()


def _is_utf_7(word: bytes) -> bool:
    if len(word.strip(b"+-")) < LEAST_UTF_7:
        return False
    try:
        text = word.decode("utf-7")
    except UnicodeError:
        return False
    return text.isalpha() and not text.isascii()


def find_ebcdic(head: bytes) -> str | None:
    """Return how the first words of a file read if it is EBCDIC, as mainframes write it.

    Its letters and digits are bytes beyond ASCII, its ends of lines are none of ASCII's, and
    nearly all of it reads as ASCII's characters.
    """
    if b"\n" in head or len(head) < LEAST_EBCDIC:
        return None
    n_high = sum(map(len, HIGH.findall(head)))
    if n_high < MOSTLY_HIGH * len(head):
        return None
    text = head.decode("cp037")
    n_plain = sum(sign in "\r\n\x85" or " " <= sign <= "~" for sign in text)
    n_words = sum(sign.isascii() and sign.isalnum() for sign in text)
    is_it = n_plain >= PLAIN * len(text) and n_words >= MOSTLY_HIGH * len(text)
    lines = filter(None, map(str.strip, text.splitlines()))
    return next(lines, "")[: 2 * SHOWN].strip() or None if is_it else None


def find_c1_control(file: BinaryIO) -> tuple[int, bytes] | None:
    """Return line and surroundings of the first byte that is no letter in Latin-1."""
    file.seek(0)
    line = 1
    while chunk := file.read(CHUNK_BYTES):
        if found := C1_CONTROL.search(chunk):
            return line + chunk.count(b"\n", 0, found.start()), around(chunk, found.start())
        line += chunk.count(b"\n")
    return None


def count_lines(file: BinaryIO, size: int) -> int:
    """Count the line ends in the first bytes of a file."""
    file.seek(0)
    count = 0
    while size > 0 and (chunk := file.read(min(size, CHUNK_BYTES))):
        count += chunk.count(b"\n")
        size -= len(chunk)
    return count


def line_of(data: bytes, at: int) -> int:
    """Return the line of a place in bytes that begin in line 1."""
    return 1 + data.count(b"\n", 0, at)


def around(data: bytes, at: int) -> bytes:
    """Return what stands around a place, in its line."""
    start = max(data.rfind(b"\n", 0, at) + 1, at - SHOWN)
    end = data.find(b"\n", at)
    return data[start : min(end if end >= 0 else len(data), at + SHOWN)].strip()
