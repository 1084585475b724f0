"""Characters that control a device and are no text: told where they stand first, and counted."""

import numpy as np

from tasks.engine.reader.encoding_signs import around

END_MARK = b"\x1a"
LONGEST_END = 1 << 16  # bytes behind the mark of a file's end, which are nothing but such marks
_LINE_SIGNS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\x85")  # U+2028, U+2029, U+0085
_KEPT = b"\t\n\r"
_IS_CONTROL = bytes(n < 32 and n not in _KEPT or n == 127 for n in range(256))


def find_end_mark(data: bytes) -> int:
    """Return where the marks begin with which DOS ends a file; the end where there are none."""
    tail = len(data.rstrip(END_MARK + b"\r\n"))
    at = data.find(END_MARK, tail)
    return at if at >= 0 and len(data) - at <= LONGEST_END else len(data)


def without_end_mark(text: str) -> str:
    """Return a text without the marks with which DOS ends a file."""
    body = text.rstrip("\x1a\r\n")
    return body + text[len(body) :].partition("\x1a")[0]


def find_line_sign(head: bytes) -> bytes:
    """Return the sign of Unicode's that ends lines where no other one does; empty without one."""
    if b"\n" in head or b"\r" in head:
        return b""
    return next((sign for sign in _LINE_SIGNS if sign in head), b"")


def with_line_ends(text: str) -> str:
    """Return a text whose lines end with LF, if they end with a sign of `find_line_sign`."""
    sign = find_line_sign(text.encode(errors="replace"))
    return text.replace(sign.decode(), "\n") if sign else text


class Controls:
    """Counts control characters, chunk by chunk of a text; tabs and lines' ends are none."""

    def __init__(self) -> None:
        self.n = self.line = 0
        self.sign = self.text = ""

    @property
    def is_of_letters(self) -> bool:
        """Whether the first is one that letters become in a wrong encoding."""
        return "\x80" <= self.sign <= "\x9f"

    def look(self, chunk: bytes, n_before: int) -> None:
        """Look at whole characters, behind so many ends of lines."""
        places = [_find_ascii(chunk), *_find_others(chunk)]
        self.n += sum(map(len, places))
        firsts = [int(found[0]) for found in places if len(found)]
        if firsts and not self.line:
            at = min(firsts)
            self.line = n_before + 1 + chunk.count(b"\n", 0, at)
            self.sign = chunk[at : at + 3].decode(errors="ignore")[0]
            self.text = around(chunk, at).decode(errors="ignore")


def _find_ascii(chunk: bytes) -> np.ndarray:
    data = np.frombuffer(chunk, np.uint8)
    n_low = np.count_nonzero(data < 32)
    kept = [sign for sign in _KEPT if sign in chunk]  # most texts have one of the three
    if b"\x7f" not in chunk and n_low == sum(np.count_nonzero(data == sign) for sign in kept):
        return data[:0]
    return np.flatnonzero(np.frombuffer(chunk.translate(_IS_CONTROL), np.uint8))


def _find_others(chunk: bytes) -> list[np.ndarray]:
    """Find U+0080 to U+009F, and the two that end lines and paragraphs."""
    if chunk.isascii():
        return []
    data = np.frombuffer(chunk + b"\n", np.uint8)
    found = []
    if b"\xc2" in chunk:
        at = np.flatnonzero(data == 0xC2)
        found.append(at[data[at + 1] < 0xA0])
    if any(sign in chunk for sign in _LINE_SIGNS[:2]):
        at = np.flatnonzero((data[:-2] == 0xE2) & (data[1:-1] == 0x80))
        found.append(at[np.isin(data[at + 2], (0xA8, 0xA9))])
    return found
