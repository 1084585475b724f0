"""Words by which notes below a table begin, and rows that sum up others."""

import re

import pyarrow as pa

# What a note begins with, and hardly ever the first cell of a row that holds nothing else.
NOTE = re.compile(
    r"(foot|end)?notes?( \d+)?\s*:|sources?\s*:|remarks?\s*:|legend\s*:|disclaimer\b|copyright\b|©"
    r"|quellen?\s*:|anmerkung(en)?\s*:|hinweise?\s*:|fuentes?\s*:|notas?\s*:|fonte\s*:|stand\s*:"
    r"|(źródło|uwagi?|zdroj|poznámk[ay]|forrás|megjegyzés|sursa|notă|izvor|bron|källa|kilde|lähde"
    r"|πηγή|источник|примечани[ея]|출처|注|備考|备注|出典|資料|来源|來源)\s*[:\uff1a]|※"
    r"|(generated|exported|created|downloaded|printed|retrieved|last updated|updated|data)"
    r" (on|at|by|from|as of|source)\b"
    r"|(total |number of )?(rows|records|entries|lines)\s*: *\d+$"
    r"|(champ|lecture|légende|définitions?|erläuterung(en)?|leyenda|legenda|p\.?s|n\.?b)\.?\s*:"
    r"|[^\s=]{1,4} = \w|\.{2,3} +\w|\*+ *\w{2}|[†‡§]|\((\d{1,2}|[a-z])\) \w"
    r"|\[\d{1,2}\] \w|\d{1,2}\) ?\w|_{5,}$|\(c\) ?(opyright|\d)",
    re.IGNORECASE,
)
_SUMS = (
    "total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sous-total", "totaux",
    "totale", "gesamt", "gesamtsumme", "insgesamt", "summe", "suma", "average", "mean",
    "durchschnitt", "mittelwert", "moyenne", "promedio", "total general", "total général",
    "totale generale", "total geral", "média", "totaal", "totalt", "i alt", "summa",
    "yhteensä", "razem", "ogółem", "celkem", "spolu", "összesen", "ukupno", "skupaj", "toplam",
    "σύνολο", "итого", "всего", "разом", "合計", "合计", "总计", "總計",
)  # fmt: skip
TOTALS = pa.array(
    {f"{written}{end}" for word in _SUMS for end in ("", ":")
     for written in (word, word.capitalize(), word.title(), word.upper())},
    pa.string(),
)  # fmt: skip
