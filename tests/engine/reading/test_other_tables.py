"""Rows of words below a blank line: which are told as the names of another table."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

CLEAN = (
    "name,dept,ext\nAnna Bell,Sales,12\nBert Cole,IT,15\n\nCora Dell,none,none\nEd Fox,IT,17\n",
    "city,people,area\nUlm,126000,118\nBonn,330000,141\n\nNowhere,unknown,unknown\nKiel,2,118\n",
    "word,count\nthe,100\nof,50\n\nand,many\nto,40\n",
    "en,de\nzero,0\none,1\n\ncar,Auto\nthree,3\n",
    "who,q1,q2\nAnna,5,4\n\nBerta,agree,disagree\nCora,3,2\nDora,5,5\n",
    "item,price\npen,1\nink,2\n\npaper,on request\nglue,3\nclip,1\n",
    "v1,v2\n1,2\n3,4\n\nerror,error\n5,6\n\nerror,error\n7,8\n9,1\n",
    "v1,v2\n1,2\n3,4\n\noff,off\n5,6\n7,8\n8,9\n9,10\n10,11\n",
    "runner,time\nAnn,10.2\nBob,10.8\n\nCid,DNF\nDan,11.0\n\nEls,DNS\nFay,12.0\nGus,13.1\n",
    "Runner,Time\nAnn,10.2\nBob,DNF\n\nEls,DNS\nFay,12.0\nGus,13.1\n",
    "Item,Price\npen,1\nink,few\n\npaper,On request\nglue,3\nclip,1\n",
    "Station,Lat,Lon\nBath,1.5,2.5\nDean,3.5,4.5\n\nCorby,Closed,Closed\nDover,5.5,6.5\n",
    "a,b\n1,2\n3,4\n\nTotal Sum,All\n4,6\n",
    "item,price,left\npen,1,4\nink,2,5\n\npaper,on request,few\nglue,3,none\nclip,1,none\n",
    "item,price,left\npen,1,4\nink,2,5\n\npaper,on request,few\nglue,3,\nclip,1,\n",
    "team,points\nReds,30\nBlues,28\n\nGreens,withdrawn\nBlacks,12\nWhites,10\n",
)
MONTHS = "Month,Visitors,Revenue\nJan,12,340\nFeb,15,410\nMar,11,300\n"
SECOND = (
    "country,population\nA,100\nB,200\nC,300\n\ncountry,area\nA,10\nB,20\n",
    f"{MONTHS}\nQuarter,Guests,Income\nQ1,40,900\nQ2,50,950\n",
    f"{MONTHS}\nQuarter,Guests,Income\nQ1,40,900\nQ2,50,950\nQ3,45,920\n",
    "a,b\n" + "".join(f"{n},{n * 7}\n" for n in range(20)) + "\nc,d\n5,6\n7,8\n9,10\n",
    "year,value\n2001,5\n2002,7\n2003,8\n\nregion name,total value\nNorth,12\nSouth,15\n",
    "id,name,qty\n1,pen,5\n2,ink,6\n\nregion,manager,phone\nNorth,Ann,555\nSouth,Bob,556\n",
)


@pytest.mark.parametrize("text", CLEAN)
def test_rows_of_words_of_clean_files_are_not_told(reader: Reader, text: str) -> None:
    assert "SECOND_TABLE" not in warnings_of(reader.read(text))


@pytest.mark.parametrize("text", SECOND)
def test_names_above_two_rows_are_told(reader: Reader, text: str) -> None:
    assert "SECOND_TABLE" in warnings_of(reader.read(text))
