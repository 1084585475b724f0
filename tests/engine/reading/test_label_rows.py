"""What looks like a row of names: small tables, with and without."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

SURE, ASSUMED, NONE = [], ["HEADER_ASSUMED"], ["HEADER_ABSENT"]
NUMBERS = "A,7,3,11\nB,14,6,22\nC,21,9,5\n"
PLAIN = "7.5,3,11,2\n14,6.5,22,4\n21,9,5,3\n"
TOWNS = "".join(f"Bob{n},{'Paris' if n % 2 else 'Rome'}\n" for n in range(30))
CASES = [
    # names of words
    ("a,b,c\n1,2,3\n4,5,6\n", SURE),
    ("name,town\nBob,Paris\nCarl,Rome\n", SURE),
    ("first_name,home_town\nBob,Paris\nCarl,Rome\n", SURE),
    ("Name,Town\n" + TOWNS, SURE),
    ("Name,Town\nBob,Paris\nName,Town\nCarl,Rome\n", SURE),
    ("Name,Born\nBob,1990-01-01\nCarl,1991-02-03\n", SURE),
    ("Name,Price\nBob,$5.00\nCarl,$6.50\n", SURE),
    ("a1,a2,a3\n1,2,3\n4,5,6\n", SURE),
    (",x,y\n0,1.5,2\n1,2.5,3\n", [*SURE, "NAME_BLANK"]),
    ("Name,Ort\nBob,1010 Wien\nCarl,8020 Graz\n", SURE),
    # words only
    ("Alice,London\nBob,Paris\nCarl,Rome\n", ASSUMED),
    ("alice,london\nBob,New York\ncarl,rome\n", ASSUMED),
    ("city,side\nOslo,north\nRome,south\n", SURE),
    ("Name,Town\nBob,Paris\nCarl,Rome\n", ASSUMED),
    ("Smith,Oslo\n" + "".join(f"B{'o' * n}b,To{'w' * (n // 2)}n\n" for n in range(30)), ASSUMED),
    ("Smith,A\n" + "".join(f"B{'o' * n}b,{'BC'[n % 2] * (n > 25)}\n" for n in range(30)), ASSUMED),
    ("Oslo,north\nRome,south\nOslo,south\nRome,north\n", NONE),
    ("f,f,t,f,f,won\nf,f,t,t,f,won\nf,t,f,f,f,won\nf,f,t,f,t,lost\n", NONE),
    ("f,f,t,f,f,won\n" * 3 + "t,f,t,t,f,lost\n", NONE),
    # a first row that is a row, with words
    ("Bob,5,x\nCarl,6,y\nDan,7,z\n", NONE),
    ("Bob,2020-01-05\nCarl,2020-01-06\n", NONE),
    ("?,1\nb,2\nc,3\n", NONE),
    ("Bob,NA\nCarl,2\nDan,3\n", NONE),
    ("Bob,Rome,\nCarl,Paris,3\nDan,Oslo,4\n", [*ASSUMED, "NAME_BLANK"]),
    ("Bob,unknown,5\nCarl,6,7\nDan,7,8\n", NONE),
    # years
    ("Region,Born,2020,Price\nA,1.5,6,7\nB,2.5,8,9\n", ASSUMED),
    ("Region,Price,2020\nA,1.5,6\nB,2.5,8\n", NONE),
    ("country,2019,2020,2021\n" + NUMBERS, SURE),
    ("country,2021,2020,2019\n" + NUMBERS, SURE),
    ("country,1990,1995,2000\n" + NUMBERS, SURE),
    ("country,1990,1995,2010\n" + NUMBERS, ASSUMED),
    ("country,2010,2011\nA,1,2\nB,3,4\n", SURE),
    ("country,code,2010,2011\nA,x,1,2\nB,y,3,4\n", SURE),
    ("country,2019,2020,2021\nA,7,2011,11\nB,14,6,22\n", ASSUMED),
    ("2019,2020,2021\n5.1,3.5,1.4\n4.9,3.2,1.5\n", SURE),
    ("Einstein,1879,1955\nBohr,1885,1962\nPauli,1900,1958\n", NONE),
    ("Einstein,1879,1955\nBohr,1885,\nPauli,1900,?\nHeld,1936,NA\n", NONE),
    ("Einstein,1879\nBohr,1885\nPauli,1900\n", NONE),
    ("Oslo,1850,1920,1810\nRome,2200,1750,2300\nBern,2210,2700,2350\n", NONE),
    ("Oslo,1850,1920,2010\nRome,2200,2750,2300\nBern,2210,2700,2350\n", ASSUMED),
    # numbers that rise by one
    ("label,1,2,3\n" + NUMBERS, ASSUMED),
    ("label,0,1,2\n" + NUMBERS, ASSUMED),
    ("0,1,2,3\n" + PLAIN, ASSUMED),
    ("1,2,3,4\n" + PLAIN, NONE),
    ("label,1,2\nA,7,3\nB,14,6\n", NONE),
    ("A,1,2,3\nB,2,3,4\nC,3,4,5\n", NONE),
    ("0,1,2,3\n1,2,3,4\n2,3,4,5\n", NONE),
    # dates
    ("c,2019-01-01,2019-02-01,2019-03-01\n" + NUMBERS, ASSUMED),
    ("c,01.01.2019,01.02.2019,01.03.2019\n" + NUMBERS, ASSUMED),
    ("c,1/22/20,1/23/20,1/24/20\n" + NUMBERS, ASSUMED),
    ("c,Jan-19,Feb-19,Mar-19\n" + NUMBERS, SURE),
    ("A,2019-01-01,2019-02-01,2019-03-01\nB,2019-01-02,2019-02-03,2019-03-04\n", NONE),
    # one column
    ("x\n1\n2\n", ["ONE_COLUMN"]),
    ("name\nBob Ray\nAnn Lee\n", ["ONE_COLUMN"]),
    ("Bob Ray\nAnn Lee\nJoe Poe\n", ["ONE_COLUMN", *ASSUMED]),
    ("no\nno\nyes\nno\nyes\n", ["ONE_COLUMN", *NONE]),
    ("1\n2\n3\n", ["ONE_COLUMN", *NONE]),
]


@pytest.mark.parametrize(("text", "codes"), CASES)
def test_names_are_told_from_a_row(reader: Reader, text: str, codes: list[str]) -> None:
    result = reader.read(text)
    assert result.dialect
    n_rows = text.count("\n") - text.count("Name,Town\n") + ("Name,Town\n" in text)
    assert (result.dialect.header, result.n_rows) == (
        codes[-1:] != NONE,
        n_rows - result.dialect.header,
    )
    assert [code for code in warnings_of(result) if code != "HEADER_REPEATED"] == codes
