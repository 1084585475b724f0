"""Files that are no text, by the bytes that they begin with: what each is, and what to do with it.

A sign that is made of letters alone may begin a text too: then something that is none must follow.
"""

import re

PROGRAM = "a program"
PICTURE, SOUND, VIDEO = "a picture", "a sound recording", "a video"
TABLE = "Save its table as CSV, then upload that file"
COLUMNAR = "Save its table as CSV or Parquet, then upload that file"
EXPORT = "Export the table as CSV, then upload that file"
UNPACK = "Unpack it and upload the CSV file"
NO_TABLE = "Upload the table itself as CSV"
PICKLE = "In Python load it with pandas.read_pickle, write it with to_csv, then upload that file"
STATA = 'In Stata write it with "export delimited", then upload that file'
SPSS = "In SPSS choose File, Save As and the type CSV, then upload that file"
SAS = "In SAS write it with PROC EXPORT and DBMS=CSV, then upload that file"
R_DATA = "In R write it with write.csv, then upload that file"
# The bytes, what a file is that begins so, and what to do.
SIGNS = (
    (b"%PDF-", "a PDF", TABLE),
    (b"%!PS-", "a PostScript document", TABLE),
    (b"{\\rtf", "a rich text document", TABLE),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"\0\1\0\0Standard Jet DB", "an Access database", EXPORT),
    (b"\0\1\0\0Standard ACE DB", "an Access database", EXPORT),
    (b"PGDMP", "a PostgreSQL dump", EXPORT),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"]\0\0", "an LZMA archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\x04\x22\x4d\x18", "an lz4 archive", UNPACK),
    (b"\x1f\x9d", "a .Z archive", UNPACK),
    (b"\x89LZO\0", "an lzop archive", UNPACK),
    (b"\xff\x06\0\0sNaPpY", "a Snappy archive", UNPACK),
    (b"MSCF\0\0\0\0", "a cabinet archive", UNPACK),
    (b"!<arch>\n", "an ar archive", UNPACK),
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"\x1f\x8b", "gzip", UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd", UNPACK),
    (b"ARROW1\0\0", "an Arrow file", COLUMNAR),
    (b"FEA1", "a Feather file", COLUMNAR),
    (b"ORC", "an ORC file", COLUMNAR),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", COLUMNAR),
    (b"Obj\x01", "an Avro file", COLUMNAR),
    (b"CDF\x01", "a NetCDF file", COLUMNAR),
    (b"CDF\x02", "a NetCDF file", COLUMNAR),
    (b"GRIB", "a GRIB file", COLUMNAR),
    (b"\x93NUMPY", "a NumPy array", TABLE),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", TABLE),
    (b"$FL2@(#)", "an SPSS file", SPSS),
    (b"$FL3@(#)", "an SPSS file", SPSS),
    (b"HEADER RECORD*******LIB", "a SAS transport file", SAS),
    (b"<stata_dta>", "a Stata file", STATA),
    (b"\xac\xed\0\5", "a Java object", TABLE),
    (b"\x7fELF", PROGRAM, NO_TABLE),
    (b"MZ\x90\0", PROGRAM, NO_TABLE),
    (b"\x89PNG", PICTURE, NO_TABLE),
    (b"\xff\xd8\xff", PICTURE, NO_TABLE),
    (b"GIF8", PICTURE, NO_TABLE),
    (b"BM", PICTURE, NO_TABLE),
    (b"II*\0", PICTURE, NO_TABLE),
    (b"MM\0*", PICTURE, NO_TABLE),
    (b"8BPS", PICTURE, NO_TABLE),
    (b"\0\0\1\0", PICTURE, NO_TABLE),
    (b"\0\0\0\x0cjP  ", PICTURE, NO_TABLE),
    (b"ID3", SOUND, NO_TABLE),
    (b"OggS", SOUND, NO_TABLE),
    (b"fLaC", SOUND, NO_TABLE),
    (b"\x1a\x45\xdf\xa3", VIDEO, NO_TABLE),
)
# What no few bytes at the beginning tell. Within a text these may stand by chance.
UNCLEAR_PATTERNS = (
    (re.compile(rb".{257}ustar", re.DOTALL), "a tar archive", UNPACK),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), PICTURE, NO_TABLE),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), SOUND, NO_TABLE),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), VIDEO, NO_TABLE),
    (re.compile(rb".{4}ftyp(avif|heic|heix|mif1)", re.DOTALL), PICTURE, NO_TABLE),
    (
        re.compile(rb"c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n[q(]|[\](})]q", re.DOTALL),
        "a Python pickle",
        PICKLE,
    ),
)
PATTERNS = (
    (re.compile(rb"\0.{3}ftyp", re.DOTALL), VIDEO, NO_TABLE),
    (re.compile(rb"\xff\xff\xff\xff..\0\0", re.DOTALL), "an Arrow file", COLUMNAR),
    (re.compile(rb"\x80[\x02-\x05][^\r\n]"), "a Python pickle", PICKLE),
    # Of texts: the first two objects are kept by numbers, or the file is over.
    (
        re.compile(rb"c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\np[01]\n(?:\.\Z|\([\s\S]*?[a-z\n]p[12]\n)"
                   rb"|\([dlt]p[01]\n"),
        "a Python pickle", PICKLE,
    ),
    # As these, and such of few bytes: one that was kept, and the sign that ends all.
    (re.compile(rb"(?:c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|[\](})])q[\0\1][\s\S]*\.\Z"),
     "a Python pickle", PICKLE),
    (re.compile(rb"[\x68-\x73][\x01\x02]\x01\0"), "a Stata file", STATA),
    (re.compile(rb".{12}\xc2\xea\x81\x60\xb3\x14\x11\xcf", re.DOTALL), "a SAS table", SAS),
    (re.compile(rb".{0,200}SPSS PORT FILE.{0,500}SPSSPORT", re.DOTALL), "an SPSS file", SPSS),
    # Two versions of R stand in it: that which wrote, and the first one that reads it.
    (re.compile(rb"X\n\0\0\0[\x02\x03]\0|RDX[23]\nX\n|(?:RDA[23]\n)?A\n(?:2\n\d{6}\n131840"
                rb"|3\n\d{6}\n197888)\n"),
     "an R data file", R_DATA),
    (re.compile(rb"[\x03\x30\x43\x83\x8b\xf5].[\x01-\x0c][\x01-\x1f].{4}.[\0-\x1f].[\0-\x1f]\0\0",
                re.DOTALL), "a dBase table", TABLE),
    (re.compile(rb"SIMPLE  = {20}T"), "a FITS file", TABLE),
    (re.compile(rb"07070[127][0-9A-Fa-f]{56}"), "a cpio archive", UNPACK),
    (re.compile(rb"\0\0(?:\x02\0[\x04-\x06]\x04|\x1a\0)"), "a Lotus 1-2-3 workbook", TABLE),
)  # fmt: skip
# Within a text these may begin a line of their own.
UNCLEAR = {
    b"BZh", b"BM", b"II*\0", b"GIF8", b"Obj\x01", b"PK\x03\x04", b"PGDMP", b"FEA1", b"ORC",
    b"GRIB", b"8BPS", b"ID3", b"OggS", b"fLaC", b"]\0\0", b"\0\0\1\0",
}  # fmt: skip
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")  # no text has many of them


def find_sign(head: bytes) -> tuple[str, str] | None:
    """Tell what a file that is no text is, and what to do with it.

    Parameters
    ----------
    head : bytes
        Its beginning.

    Returns
    -------
    tuple of str or None
        None where it may be a text, or nothing tells what it is.
    """
    for sign, what, advice in SIGNS:
        if head.startswith(sign) and (sign not in UNCLEAR or _is_no_text(head)):
            return what, advice
    patterns = (*UNCLEAR_PATTERNS, *PATTERNS) if _is_no_text(head) else PATTERNS
    return next((found[1:] for found in patterns if found[0].match(head)), None)


def _is_no_text(head: bytes) -> bool:
    return b"\0" in head or len(CONTROL.findall(head)) > max(10, 0.02 * len(head))
