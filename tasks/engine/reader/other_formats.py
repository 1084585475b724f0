"""Files that are no CSV, told by their first bytes and named as what they are."""

import json
import re
from typing import Literal

from tasks.engine.reader.encoding_signs import ISO_2022, find_ebcdic, find_wide
from tasks.engine.reader.file_signs import CONTROL, TABLE, find_sign
from tasks.engine.reader.refusals import HEAD_BYTES, Problem, error
from tasks.engine.reader.text_formats import find_text_format, is_json_tree, plain_text

Format = Literal["csv", "parquet", "jsonl"]
BOM = b"\xef\xbb\xbf"
PARQUET = b"PAR1"
EXCEL_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WIDE = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)
COMMENTS = rb"\s*+(?:<!--.*?-->\s*+)*+"
PAGE = re.compile(
    COMMENTS + rb"<(!doctype\s+html|html|head|body|!--\[if)\b", re.IGNORECASE | re.DOTALL
)
# These begin a page without a head, but also the first cell of a CSV: then a separator follows.
MARKUP = re.compile(
    COMMENTS + rb"<(meta|link|base|style|script|title|table|thead|tbody|tr|div|p|h[1-6]|hr|br|"
    rb"center|font|form|iframe|img|ul|ol|pre)\b(?![^\n]*[>\"]\s*[,;|\t])[^\n<]*>",
    re.IGNORECASE | re.DOTALL,
)
EXCEL_PAGE = b"urn:schemas-microsoft-com:office:excel"
XML = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
XML_KINDS = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "an Excel workbook in XML"),
    (b"<svg", "a picture"),
    (b"<html", "a web page"),
)
LINES_NAMES = re.compile(r"\.(jsonl|ndjson|jsonlines)(\.(gz|zip|zst|zstd))?$", re.IGNORECASE)


def excel(file_name: str) -> Problem:
    """Say that a file is an Excel workbook, and what to do."""
    return error(
        "FILE_XLSX",
        f"{file_name} is an Excel workbook. In Excel choose File, Save As, "
        '"CSV UTF-8 (Comma delimited)", then upload that file',
    )


def is_workbook(head: bytes) -> bool:
    """Tell whether a file begins as a workbook of a newer Excel does: it is a zip."""
    return head.startswith(b"PK\x03\x04") and b"xl/" in head and b".xml" in head


def find_refusal(
    head: bytes,
    file_name: str,
    encoding: str | None = None,
    *,
    unpacked: bool = False,
    is_split: bool = False,
) -> Problem | None:
    """Say why a file cannot be a table, if its beginning shows it.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of the file, unpacked.
    file_name : str
        The name that the person knows it by.
    encoding : str, optional
        The one that the person chose; a wide one has zero bytes in every text.
    unpacked : bool, default False
        Whether the file was compressed, so that it may not be so once more.
    is_split : bool, default False
        Whether the person said what separates the cells: then a text is a table, whatever it
        looks like.

    Returns
    -------
    Problem or None
        In the words of the interface; None when the file may be a table.
    """
    is_whole = len(head) < HEAD_BYTES  # else a table may follow the blank lines
    if is_whole and not head.strip(BOM + b"\r\n\t \x1a"):
        return error("FILE_EMPTY", f"{file_name} is empty")
    if head.startswith(EXCEL_97):
        return _of_office_97(head, file_name)
    if is_workbook(head):
        return excel(file_name)
    sign = find_sign(head)
    if sign:
        what, advice = sign
        inside = " inside another archive" if unpacked and what in PACKED else ""
        words = f"{file_name} is {what}{inside}, not a text file. {advice}"
        return error("FILE_BINARY", words)
    if head.startswith(PARQUET):
        return None
    bare = plain_text(head)
    return (
        _of_markup(bare.encode(), file_name)
        or (None if is_split else _of_text(bare, file_name))
        or _of_bytes(head, file_name, encoding)
    )


NO_TABLES = {"a PDF", "a picture", "a pointer of Git LFS"}
TABLE_ALL_THE_SAME = (
    'If it is a table all the same, choose its separator under "How we read the file"'
)
PACKED = {"a zip archive", "gzip", "zstd"}


def _of_text(text: str, file_name: str) -> Problem | None:
    found = find_text_format(text)
    if not found:
        return None
    what, advice = found
    code = "FILE_XML" if what == "an XML document" else "FILE_OTHER"
    table = "" if what in NO_TABLES else f". {TABLE_ALL_THE_SAME}"
    return error(code, f"{file_name} is {what}, not a CSV. {advice}{table}")


def _of_office_97(head: bytes, file_name: str) -> Problem:
    """Name a file of the Office of 1997 to 2003: its parts are named in UTF-16."""
    for part, what in (("WordDocument", "a Word document"), ("PowerPoint", "a presentation"),
                       ("__substg1.0", "an Outlook message")):  # fmt: skip
        if part.encode("utf-16-le") in head:
            words = f"{file_name} is {what}, not a text file. {TABLE}"
            return error("FILE_BINARY", words)
    return excel(file_name)


def _of_markup(head: bytes, file_name: str) -> Problem | None:
    if PAGE.match(head) and EXCEL_PAGE in head:
        return excel(file_name)
    if PAGE.match(head) or MARKUP.match(head):
        return error(
            "FILE_HTML",
            f"{file_name} looks like a web page, not a CSV. "
            "The download link may have needed a sign-in",
        )
    if XML.match(head):
        small = head[:4096].lower()
        what = next((words for part, words in XML_KINDS if part in small), "an XML document")
        return error("FILE_XML", f"{file_name} is {what}, not a CSV. Save it as CSV")
    return None


def _of_bytes(head: bytes, file_name: str, encoding: str | None) -> Problem | None:
    is_wide = bool(WIDE.match(encoding or "")) or find_wide(head) is not None
    # Text in ISO-2022 is full of them: each word has two.
    text = head.translate(None, b"\x1b\x0e\x0f") if ISO_2022.search(head) else head
    text = text.translate(None, b"\x15") if find_ebcdic(head) else text  # ends of its lines
    found = [] if encoding else CONTROL.findall(text.rstrip(b"\r\n\x1a"))  # as DOS ends files
    controls = len(found)
    # A few zero bytes are left out, and so are those that fill a file up at its end.
    controls += (head.rstrip(b"\0") or head).count(b"\0")
    if not is_wide and controls > max(10, 0.02 * len(head)):
        which = f": it is full of control characters such as U+{found[0][0]:04X}" if found else ""
        return error("FILE_BINARY", f"{file_name} is not a text file{which}")
    return None


def format_of(head: bytes, file_name: str) -> Format | Literal["json"]:
    """Tell what kind of table a file is, of those that are read.

    ``json`` is a document, which is no table: its value goes over several lines, or it is alone
    in a file that is not called JSON lines. One of the first two lines of JSON lines may be
    broken, or longer than what is looked at; their reader says which.
    """
    if head.startswith(PARQUET):
        return "parquet"
    text = plain_text(head).lstrip()
    if not text.startswith(("{", "[")):
        return "csv"
    first, _, rest = text.partition("\n")
    second = rest.lstrip().partition("\n")[0]
    is_named = bool(LINES_NAMES.search(file_name))
    if is_named or (_is_json(first) and (_is_json(second) or _are_objects(first, second))):
        return "jsonl"
    if _begins_json(text):
        return "json"
    return "jsonl" if _are_objects(second, first) else "csv"


def _are_objects(whole: str, other: str) -> bool:
    """Tell whether a line is an object and another one begins as such, whatever follows in it."""
    return whole.startswith("{") and other.startswith("{") and _is_json(whole) and '"' in whole


def _is_json(line: str) -> bool:
    """Tell whether a line is a JSON object or list; one that was cut off is none."""
    line = line.strip()
    if not line.startswith(("{", "[")):
        return False
    try:
        json.loads(line, parse_int=str)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _begins_json(text: str) -> bool:
    """Tell whether a text is JSON, or the beginning of it."""
    try:
        _value, end = json.JSONDecoder(parse_int=str).raw_decode(text)
    except RecursionError:
        return True
    except json.JSONDecodeError as problem:
        # Where it was cut off nothing is left, or a text has no end.
        is_cut = problem.pos >= len(text.rstrip()) - 8 or problem.msg.startswith("Unterminated")
        is_begun = is_cut and bool(re.match(r'\{\s*"[^"\n]*"\s*:|\[\s*[\[{"\d-]', text))
        return is_begun or is_json_tree(text)
    rest = text[end:].lstrip(" \t")
    return not rest.strip() or rest[0] in "{["  # one behind the other, in one line


def json_document(file_name: str) -> Problem:
    """Say that a file is a JSON document, and what to do."""
    return error(
        "FILE_JSON",
        f"{file_name} is a JSON document, not a CSV. "
        "Save it as JSON lines, with one object in each line, or as CSV",
    )
