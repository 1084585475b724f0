"""Words by which notes below a table begin, and rows that sum up others."""

import re
from collections.abc import Sequence

import pyarrow as pa

# What a note begins with, and hardly ever the first cell of a row that holds nothing else.
_SURE = (
    r"(foot|end)?notes?( \d+)?\s*:|sources?\s*:|remarks?\s*:|legend\s*:|disclaimer\b|copyright\b|©"
    r"|quellen?\s*:|anmerkung(en)?\s*:|hinweise?\s*:|fuentes?\s*:|notas?\s*:|fonte\s*:|stand\s*:"
    r"|(źródło|uwagi?|zdroj|poznámk[ay]|forrás|megjegyzés|sursa|notă|izvor|bron|källa|kilde|lähde"
    r"|πηγή|источник|примечани[ея]|출처|注|備考|备注|出典|資料|来源|來源)\s*[:\uff1a]|※"
    r"|(generated|exported|created|downloaded|printed|retrieved|last updated|updated|data)"
    r" (on|at|by|from|as of|source)\b"
    r"|(total |number of )?(rows|records|entries|lines)\s*: *\d+$"
    r"|\.{2,3} +\w|\*+ *\w{2}|[†‡§]|\(\d{1,2}\) \w"
    r"|\[\d{1,2}\] \w|\d{1,2}\) ?\w|_{5,}$|\(c\) ?(opyright|\d)"
)
# What the only cell of a row may begin with, too: a note below a blank row, or beside others.
_LIKELY = (
    r"(champ|lecture|légende|définitions?|erläuterung(en)?|leyenda|legenda|p\.?s|n\.?b)\.?\s*:"
    r"|[^\s=]{1,4} = \w|\([a-z]\) \w"
)
SURE_NOTE = re.compile(_SURE, re.IGNORECASE)
NOTE = re.compile(f"{_SURE}|{_LIKELY}", re.IGNORECASE)
_TOTALS = (
    "total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sous-total", "totaux",
    "totale", "gesamt", "gesamtsumme", "insgesamt", "summe", "suma", "total general",
    "total général", "totale generale", "total geral", "totaal", "totalt", "i alt", "summa",
    "yhteensä", "razem", "ogółem", "celkem", "spolu", "összesen", "ukupno", "skupaj", "toplam",
    "σύνολο", "итого", "всего", "разом", "合計", "合计", "总计", "總計",
)  # fmt: skip
_MEANS = ("average", "mean", "durchschnitt", "mittelwert", "moyenne", "promedio", "média")
_SUMS = (*_TOTALS, *_MEANS)
TOTALS = pa.array(
    {f"{written}{end}" for word in _SUMS for end in ("", ":")
     for written in (word, word.capitalize(), word.title(), word.upper())},
    pa.string(),
)  # fmt: skip
_OF_MEANS = frozenset(f"{word}{end}" for word in _MEANS for end in ("", ":"))
_NAMES_OF_SUMS = frozenset(TOTALS.to_pylist())
# How the name of a row begins that sums up others, as in Total 2020.
OF_SUMS = re.compile(rf"({'|'.join(map(re.escape, _SUMS))}|sum)\b", re.IGNORECASE)


def is_called_a_sum(text: str, *, or_mean: bool = True) -> bool:
    """Tell whether a cell is the name of a row that sums up others, or their mean, alone."""
    name = text.strip()
    return name in _NAMES_OF_SUMS and (or_mean or name.lower() not in _OF_MEANS)


def find_notes(firsts: Sequence[str | None]) -> list[bool]:
    """Tell which of the last rows are notes.

    Parameters
    ----------
    firsts : sequence of str or None
        How each row begins that may be one; empty for others, None for blank ones.

    Returns
    -------
    list of bool
        Without a sure one, and without two that begin differently, only those below a blank row.
    """
    begun = [match[0].casefold() for match in map(NOTE.match, filter(None, firsts)) if match]
    are_sure = len(set(begun)) > 1 or any(map(SURE_NOTE.match, filter(None, firsts)))
    blank = firsts.index(None) if None in firsts else len(firsts)
    after = 0 if are_sure else blank
    return [bool(first) and n >= after for n, first in enumerate(firsts)]
