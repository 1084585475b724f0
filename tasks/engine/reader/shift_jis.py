"""Shift JIS by its letters: two bytes each, of a form that no text of single bytes has for long.

Kana and common kanji begin with bytes that in Windows-1252 are no letters. So they are told from
all else, while EUC-JP, EUC-KR and GB 2312 share theirs, and only the person knows. So it is where
the words are of capitals alone in an encoding of DOS, which has its capitals at the same bytes.
"""

from tasks.engine.reader.likely_encodings import CYRILLIC, WORD, suits

# With the signs that Windows added, also where a file has none of them: in the encoding without
# these a dash and a tilde are other characters, so that files of one source would differ.
SHIFT_JIS = "cp932"
SHOWN = 24  # characters
LEAST_LETTERS = 4
MOSTLY = 0.9
LEAST_IN_A_WORD = 1.5  # on average; single ones are letters of a Western text
COMMON = range(0x81, 0x99)  # first bytes: signs, kana, and the kanji that children learn


def are_shift_jis(lines: bytes) -> bool:
    """Tell whether some lines are Shift JIS for all that is known.

    Parameters
    ----------
    lines : bytes
        Whole lines, with characters beyond ASCII in them; none where there are no such.
    """
    try:
        text = lines.decode(SHIFT_JIS)
        words = [word for word in WORD.findall(text) if not word.isascii()]
        letters = [sign.encode(SHIFT_JIS) for word in words for sign in word if sign > "\x7f"]
    except UnicodeError:
        return False
    n_common = sum(len(letter) == 2 and letter[0] in COMMON for letter in letters)
    n_pure = sum(not any(sign.isascii() and sign.isalpha() for sign in word) for word in words)
    return (
        len(letters) >= max(LEAST_LETTERS, LEAST_IN_A_WORD * len(words))
        and n_common >= MOSTLY * len(letters)
        and n_pure >= MOSTLY * len(words)
        and not suits(lines, "cp866", CYRILLIC)
    )


def beginning_of(lines: bytes) -> bytes:
    """Return how some lines begin, as whole characters."""
    return lines.decode(SHIFT_JIS).partition("\n")[0].strip()[:SHOWN].encode(SHIFT_JIS)
