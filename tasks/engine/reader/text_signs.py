"""Signs in UTF-8 text that it went wrong before: letters encoded twice, numbers with hidden signs.

Only told: the letters may be meant so, and a cell stays as it stands in the file.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.encoding_signs import CHUNK_BYTES, count_lines
from tasks.engine.reader.refusals import Problem

# The bytes that go on with a letter, as the signs for which Windows-1252 or Latin-1 take them.
ENDS = re.escape("".join(
    {bytes([n]).decode(e, "ignore") for n in range(0x80, 0xC0) for e in ("cp1252", "latin-1")}
))  # fmt: skip
# Those that begin one: of Western and Central Europe, Cyrillic, and of a curved quote.
TWICE = re.compile(f"[\xc3\xc4\xc5\xd0\xd1][{ENDS}]|\xe2[\u20ac\x80][{ENDS}]")
HIDDEN = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
# Bytes without which neither is there; most chunks have none, and are not decoded.
TWICE_BYTES = re.compile(rb"\xc3(?:[\x83-\x85\x90\x91][\xc2\xc5\xc6\xcb\xe2]|\xa2[\xc2\xe2])")
HIDDEN_BYTES = re.compile(rb"\xc2\xad|\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81\xa0)")
BEFORE, AFTER = re.compile(r"[^,;\t|\"'\r\n]*\Z"), re.compile(r"[^,;\t|\"'\r\n]*")
MARK = "\ufeff"
AROUND = {"\u200b", "\u2060", "\ufeff"}
STANDS = r"(?:^|[,;\t|\"\r\n]){}(?:$|[,;\t|\"\r\n])"
DIGIT = re.compile(r"[0-9]")
LONGEST = 40  # characters of a number or date
SHOWN_CHARS = 12  # before and after a place
MOST_PLACES, MOST_WORDS = 1_000, 20  # that are looked at in a chunk
Place = tuple[int, str]


def of_text(file: BinaryIO, *, is_chosen: bool) -> Iterator[Problem]:
    """Yield what is to be said about a file of UTF-8, unless its encoding was chosen."""
    found = None if is_chosen else _first(file, TWICE_BYTES.search, _find_twice)
    if found:
        line, text = found
        message = (
            f'Line {line} reads "{text}". It seems that UTF-8 was taken for another encoding and '
            f'saved so, and that this was "{_once(text)}". Letters stay as they are in the file; '
            "no choice here mends them, so export the file anew"
        )
        yield Problem("warning", "ENCODED_TWICE", message, line=line)
    if found := _first(file, _may_hide, _find_hidden):
        line, text = found
        signs = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys("".join(
            HIDDEN.findall(text)
        )))  # fmt: skip
        plain = HIDDEN.sub("", text)
        so = "is read as a word" if is_typed(plain) else "is not the same as without it"
        message = (
            f'Line {line} has "{plain}" with a character that cannot be seen '
            f"({signs}), so it {so}. Take such characters out of the file"
        )
        yield Problem("warning", "HIDDEN_CHARACTERS", message, line=line)


def _first(
    file: BinaryIO, is_worth: Callable[[bytes], object], find: Callable[[str], Place | None]
) -> Place | None:
    """Return line and text of the first place that is found in chunks that are worth a look."""
    file.seek(0)
    done, rest = 0, b""  # bytes of whole lines, and of one that is not whole
    while (chunk := file.read(CHUNK_BYTES)) or rest:
        held = rest + chunk if rest else chunk
        end = len(held) if held.isascii() or len(chunk) < CHUNK_BYTES else held.rfind(b"\n") + 1
        held, rest = held[: end or None], held[end:] if end else b""
        if (
            not held.isascii()
            and is_worth(held)
            and (found := find(text := held.decode("utf-8", "ignore")))
        ):
            return 1 + count_lines(file, done) + text.count("\n", 0, found[0]), found[1]
        done += len(held)
    return None


def _may_hide(data: bytes) -> bool:
    return bool(HIDDEN_BYTES.search(data)) or MARK.encode() in data


def _find_twice(text: str) -> Place | None:
    """Return where a letter beside others was encoded twice, if most of its kind were."""
    few: set[str] = set()
    for found in islice(TWICE.finditer(text), MOST_PLACES):
        start, end = found.span()
        beside = text[max(start - 1, 0) : start] + text[end : end + 1]
        sign = text[start]
        if sign in few or not any(one.isalpha() for one in beside):
            continue
        if 2 * len(re.findall(f"{sign}[{ENDS}]", text)) > text.count(sign):
            first = max(text.rfind("\n", 0, start) + 1, start - SHOWN_CHARS)
            return start, text[first : end + SHOWN_CHARS].partition("\n")[0].strip()
        few.add(sign)
    return None


def _find_hidden(text: str) -> Place | None:
    """Return where a cell is a number, a date or the like but for signs that cannot be seen.

    Or where one has such a sign around it, and also stands without: then they look the same. A
    mark that begins files is told in any case.
    """
    words: set[str] = set()
    for found in islice(HIDDEN.finditer(text), MOST_PLACES):
        is_mark = not found[0].strip(MARK)
        if is_mark and not found.start():
            continue  # it begins the file
        if found[0] == MARK and text[found.start() - 1] in "\r\n":
            continue  # it begins another one that was put behind it
        before = BEFORE.search(text, max(found.start() - LONGEST, 0), found.start())
        after = AFTER.match(text, found.end(), found.end() + LONGEST)
        cell = f"{before[0] if before else ''}{found[0]}{after[0] if after else ''}".strip()
        plain = HIDDEN.sub("", cell)
        if DIGIT.search(plain) and is_typed(plain):
            return found.start(), cell
        if plain in words or not plain or not {cell[0], cell[-1]} & AROUND:
            continue
        if MARK in found[0] or (
            len(words) < MOST_WORDS and re.search(STANDS.format(re.escape(plain)), text)
        ):
            return found.start(), cell
        words.add(plain)
    return None


def _once(text: str) -> str:
    """Return a text in which letters that were encoded twice are read as meant."""
    return TWICE.sub(lambda found: _decoded(found[0]), text)


def _decoded(signs: str) -> str:
    data = b"".join(_byte_of(sign) for sign in signs)
    return data.decode("utf-8", "ignore") or signs


def _byte_of(sign: str) -> bytes:
    return sign.encode("latin-1") if sign <= "\xff" else sign.encode("cp1252")
