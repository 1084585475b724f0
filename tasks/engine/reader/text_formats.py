"""Texts that are no table, such as SQL, YAML or an e-mail: what each is, and what to do with it.

Lines of theirs can be split like those of a CSV, so none may be told by one word alone: a table
whose first cell is INSERT or {, is a table.
"""

import codecs
import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.engine.reader.encoding_signs import find_wide
from tasks.engine.reader.file_signs import EXPORT, NO_TABLE, TABLE, UNPACK

MOST_LINES = 400
JSON_LINES = "Save it as JSON lines, with one object in each line, or as CSV"
SQL_COMMENTS = r"(?:(?:--[^\n]*+|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/;?)?\s++)*+"
SQL_WORDS = (
    r"(?:insert|create|drop|set|pragma|begin|start|use|alter|lock|copy|replace|delete|commit|if|go|"
    r"select\s+pg_catalog|\\(?:connect|restrict))(?=[ \n(]|;\s|;?\Z)"
)
SQL_NAME = r"(?:[\w.$]+|[\"`\[][^\"`\]\n]+[\"`\]])(?:\.[\"`\[]?\w[^\"`\]\n(]*[\"`\]]?)?"
SQL_FIRST = re.compile(rf"\s*+(?:/\*|--|#|{SQL_WORDS})", re.IGNORECASE)
SQL_BEGINS = re.compile(rf"\s*+{SQL_COMMENTS}{SQL_WORDS}", re.IGNORECASE)
SQL_TABLE = re.compile(
    rf"^[ \t]*(?:insert\s+(?:ignore\s+)?(?:into\s+)?{SQL_NAME}\s*(?:\([^()\n]*\)\s*)?"
    r"values\s*(?:\(|$)"
    rf"|create\s+(?:(?:temp|temporary|unlogged)\s+)?table\s+(?:if\s+not\s+exists\s+)?{SQL_NAME}\s*\("
    rf"|copy\s+{SQL_NAME}\s*(?:\([^()\n]*\)\s*)?from\s+stdin)",
    re.IGNORECASE | re.MULTILINE,
)
# A text in quotes over several lines, as a cell may be.
SQL_QUOTED = re.compile(r"\"[^\"\n]*\"|\"[^\"]*(?:\"|\Z)")
ARFF = re.compile(r"\s*+(?:%[^\n]*+\s++)*+@relation\s[\s\S]*?^[ \t]*@attribute\s", re.I | re.M)
# The first tag, with another one behind it: a table may begin with one alone.
XML_TREE = re.compile(
    r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+<([A-Za-z_][\w:.-]*+)[^<>]*+(?<!/)>\s*+<[\w/!?]"
)
CLOSED = re.compile(r"(?:</([A-Za-z_][\w:.-]*+)\s*|/)>[\"']?[ \t]*[,;|\t]")  # as a cell
XML_SPACE = re.compile(r"\s*+<[A-Za-z_][\w:.-]*+\s[^<>]*xmlns\b")
DOCTYPE = re.compile(r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+<!DOCTYPE\s+(?!html)\w+", re.I)
SVG = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+(?:<!DOCTYPE\s+svg|<svg[\s>])",
    re.IGNORECASE,
)
MAIL_WORDS = re.compile(
    r"^(from|to|subject|date|received|message-id|mime-version|return-path|content-type"
    r"|delivered-to|reply-to|cc): ?\S", re.IGNORECASE,
)  # fmt: skip
MAIL_ALONE = {"message-id", "received", "mime-version"}  # a report has none of them
MAIL_LINE = re.compile(r"[A-Za-z][\w-]*: ?.*|[ \t]+\S.*")
MBOX = re.compile(r"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d")
YAML_KEY = re.compile(r"(?:- +)*(?:\"[^\"]*\"|'[^']*'|[A-Za-z_$][\w .$/-]*):(?: .*)?$")
YAML_DEEP = re.compile(r" +(?:- +\S|(?:\"[^\"]*\"|'[^']*'|[A-Za-z_$][\w .$/-]*):(?: |$))")
SECTION = re.compile(r"\[{1,2}[A-Za-z_][\w .:/-]*\]{1,2}\s*$")
SETTING = re.compile(r"[A-Za-z_\"'][\w .\"'/-]*\s*=")
SVM_PAIR = re.compile(r" (\d+):(\S+)")
TIME = re.compile(r"[0-5]\d(?:[.:]\d+)?")  # what follows the hours
SVM_LINE = re.compile(r"[-+]?\d+(?:\.\d+)?(?: qid:\d+)?(?: \d+:[-+\d.eE]+)+ *(?:#.*)?")
# Each alone is beyond doubt.
BEGINNINGS = (
    (re.compile(r"version https://git-lfs\.github\.com/spec/"), "a pointer of Git LFS",
     'Run "git lfs pull", then upload the file itself'),
    (re.compile(r"\s*+%PDF-\d"), "a PDF", TABLE),
    (re.compile(r"%YAML \d|---\s*\n(?:- +\S|[\w\"' -]+:(?: |\n))"), "a YAML document", TABLE),
    (re.compile(r"BEGIN:VCARD\s"), "a file of contacts", EXPORT),
    (re.compile(r"BEGIN:VCALENDAR\s"), "a calendar", EXPORT),
    (re.compile(r"ID;P[^\n]*\n(?:[A-Z]{1,2};[^\n]*\n)*?C;(?:[XYK]\d*;)*[XY]\d+;"),
     "a SYLK spreadsheet", TABLE),
    (re.compile(r"TABLE\s*\n0,1\s*\n\""), "a DIF spreadsheet", TABLE),
    (re.compile(r"%%MatrixMarket\s"), "a Matrix Market file", TABLE),
    (re.compile(r"-----BEGIN [A-Z0-9 ]+-----\s"), "a key, a certificate or a sealed message",
     NO_TABLE),
    (re.compile(r"begin \d{3} \S[^\n]*\n[ -`]{2,62}\n"), "a file packed as text", UNPACK),
    (re.compile(r"\s*+(?:%[^\n]*+\s++)*+\\(?:documentclass|begin\{)"), "a LaTeX document", TABLE),
    (re.compile(r"\s*+<\?php\s"), "a PHP program", "Upload what it gives, as CSV"),
    (re.compile(r"\s*+(?:(?:var|let|const)\s+\w+|(?:window|module)\.[\w.]+)\s*=\s*[\[{]\s*[\[{\"']"),
     "a JavaScript program", JSON_LINES),
    (re.compile(r"\s*+(?:/\*\*/\s*)?[A-Za-z_$][\w$.]*\(\s*(?:(?:\[\s*)?\{\s*\"|\[\s*\[)"),
     "a JSON document in a call", JSON_LINES),
    (re.compile(r"\s*+(?:\[\s*)?\{\s*'[^'\n]*'\s*:"), "data as Python prints it", TABLE),
)  # fmt: skip
# A list of objects, or an object over several lines, though something in it is no JSON.
JSON_TREE = re.compile(
    r'\s*+(?:\[\s*\{\s*"(?:[^"\\\n]|\\.)*+"\s*:|\{\s*\n\s*"(?:[^"\\\n]|\\.)*+"\s*:)'
)


def find_text_format(text: str) -> tuple[str, str] | None:
    """Tell what a text that is no table is, and what to do with it.

    Parameters
    ----------
    text : str
        The beginning of the file, as `plain_text` gives it.

    Returns
    -------
    tuple of str or None
        None where it may be a table.
    """
    for pattern, what, advice in BEGINNINGS:
        if pattern.match(text):
            return what, advice
    if SVG.match(text):
        return "a picture", NO_TABLE
    if _is_sql(text):
        return "an SQL script", EXPORT
    if ARFF.match(text):
        return "an ARFF file", "In Weka save it with the type CSV, then upload that file"
    if _is_xml(text):
        return "an XML document", TABLE
    return _of_lines([line.rstrip() for line in text.split("\n")[:MOST_LINES]])


def plain_text(head: bytes) -> str:
    """Return the beginning of a file as text, without a mark, for what is ASCII in it."""
    wide = find_wide(head) if b"\0" in head else None
    data = head.removeprefix(codecs.BOM_UTF8)
    text = data.decode(wide, "ignore") if wide else data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def is_json_tree(text: str) -> bool:
    """Tell whether a text begins as a list of JSON objects, or an object over several lines."""
    return bool(JSON_TREE.match(text))


def _is_sql(text: str) -> bool:
    if not SQL_FIRST.match(text) or not SQL_BEGINS.match(text):
        return False
    bare = SQL_QUOTED.sub(lambda quoted: "" if "\n" in quoted[0] else quoted[0], text)
    return bool(SQL_TABLE.search(bare))


def _is_xml(text: str) -> bool:
    if DOCTYPE.match(text) or XML_SPACE.match(text):
        return True
    tree = XML_TREE.match(text)
    if not tree or ("</" not in text and "/>" not in text):
        return False
    closed = [found[1] for found in CLOSED.finditer(text.lstrip().partition("\n")[0])]
    is_whole = text.rstrip().endswith(f"</{tree[1]}>")
    return not closed or (is_whole and tree[1] not in closed)


def _of_lines(lines: Sequence[str]) -> tuple[str, str] | None:
    if _is_mail(lines):
        return "an e-mail", "Save the file attached to it, then upload that file"
    body = [line for line in lines if line and not line.startswith("#")]
    if len(lines) == MOST_LINES:
        body = body[:-1]
    if _is_yaml(body):
        return "a YAML document", TABLE
    if _are_settings(body):
        return "a file of settings", NO_TABLE
    if _are_svm(body):
        return "a LIBSVM file", (
            "In Python load it with sklearn.datasets.load_svmlight_file, write a CSV, "
            "then upload that file"
        )
    return None


def _is_mail(lines: Sequence[str]) -> bool:
    if MBOX.match(lines[0]):
        return True
    head = lines[: lines.index("")] if "" in lines else []
    if not head or not all(map(MAIL_LINE.fullmatch, head)):
        return False
    words = {found[1].lower(): line for line in head if (found := MAIL_WORDS.match(line))}
    is_sent = not MAIL_ALONE.isdisjoint(words) or "@" in words.get("from", "")
    return len(words) >= 3 and "from" in words and is_sent


def _is_yaml(body: Sequence[str]) -> bool:
    """Tell whether lines are keys or items of a list, and some that stand below them are too."""
    top = [line for line in body if not line.startswith(" ")]
    deep = [line for line in body if line.startswith(" ")]
    return (
        len(body) > 2 and not body[0].startswith(" ") and len(deep) > 0
        and all(line.startswith("- ") or YAML_KEY.match(line) for line in top)
        and all(map(YAML_DEEP.match, deep))
    )  # fmt: skip


def _are_settings(body: Sequence[str]) -> bool:
    n_sections = sum(bool(SECTION.match(line)) for line in body)
    n_settings = sum(bool(SETTING.match(line)) for line in body)
    return (
        len(body) > 1 and bool(SECTION.match(body[0])) and n_settings > 0
        and n_sections + n_settings >= 0.9 * len([x for x in body if x[:1] not in {";", " "}])
    )  # fmt: skip


def _are_svm(body: Sequence[str]) -> bool:
    """Tell whether lines hold numbered values, and not times: the numbers rise in each line."""
    if len(body) < 2 or not all(map(SVM_LINE.fullmatch, body)):
        return False
    lines = [SVM_PAIR.findall(line) for line in body]
    rise = all(int(a) < int(b) for pairs in lines for (a, _), (b, _) in pairwise(pairs))
    are_times = all(TIME.fullmatch(value) for pairs in lines for _, value in pairs)
    return rise and not are_times and any(len(pairs) > 1 for pairs in lines)
