"""Addresses: one form for each, and no way around a prefix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.address_rules import (
    BadAddressError,
    is_below,
    parse_address,
    parse_prefix,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (" https://Example.ORG/a.csv ", "https://example.org/a.csv"),
        ("HTTPS://example.org", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://bücher.example/ü%20b", "https://xn--bcher-kva.example/%C3%BC%20b"),
        ("https://bücher.example/ü b?q=a b", "https://xn--bcher-kva.example/%C3%BC%20b?q=a%20b"),
        ("https://example.org/%7euser/%41?q=%7E", "https://example.org/~user/A?q=~"),
        ("https://example.org/a?x=1&y=a/b", "https://example.org/a?x=1&y=a/b"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("s3://bucket/a folder/ü.csv", "s3://bucket/a folder/ü.csv"),
        ("S3://bucket", "s3://bucket/"),
    ],
)
def test_address_has_one_form(text: str, form: str) -> None:
    assert parse_address(text).text == form
    assert parse_address(form).text == form


@pytest.mark.parametrize(
    "text",
    [
        "", "example.org/a", "http://example.org/a", "ftp://example.org/a", "file:///etc/passwd",
        "/etc/passwd", "https:///a", "https://user:pw@example.org/a", "https://user@example.org/",
        "https://example.org@evil.test/a", "https://example.org\\@evil.test/a",
        "https://example.org/a#b", "https://example.org/\ta",
        "https://example.org/a\nHost: evil", "https://example.org/../a", "https://example.org/b/..",
        "https://example.org/%2e%2e/a", "https://example.org/%252e%252e/a",
        "https://example.org/a/..;x/b", "https://example.org/a%2fb", "https://example.org/a%252fb",
        "https://example.org/a%5cb", "https://example.org/a%00b", "https://example.org:99999/",
        "https://example.org:x/", "https://exa mple/", "https://exa<mple/", "https://.example/",
        "https://[::1", "https://a..b/", "https://[fe80::1%25eth0]/", "s3:///a", "s3://B_ucket/a",
        "s3://bucket/../a", "s3://bucket/a?versionId=1", "s3://user:pw@bucket/a",
        "https://" + "a" * 3000, "https://\ud800/", "javascript:alert(1)", "data:text/csv,a",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddressError):
        parse_address(text)


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        (
            "https://example.org/data/",
            ["https://EXAMPLE.org:443/data/a.csv", "https://example.org/data/b/c?x=1",
             "https://example.org/%64ata/a"],
            ["https://example.org/data", "https://example.org/dataset.csv",
             "https://example.org.evil.test/data/a", "https://example.org:444/data/a",
             "s3://example.org/data/a", "https://example.org/DATA/a"],
        ),
        (
            "https://example.org",
            ["https://example.org/a", "https://example.org/?a=b"],
            ["https://sub.example.org/a", "https://example.orgx/a"],
        ),
        (
            "https://example.org/one.csv",
            ["https://example.org/one.csv"],
            ["https://example.org/one.csv?x=1", "https://example.org/one.csv/b",
             "https://example.org/one.csvx"],
        ),
        (
            "https://example.org/one?id=7",
            ["https://example.org/one?id=7"],
            ["https://example.org/one?id=77", "https://example.org/one"],
        ),
        ("s3://bucket", ["s3://bucket/a"], ["s3://bucket2/a", "https://bucket/a"]),
        ("s3://bucket/in/", ["s3://bucket/in/a"], ["s3://bucket/in", "s3://bucket/inside"]),
    ],
)  # fmt: skip
def test_prefix_ends_where_it_ends(prefix: str, inside: list[str], outside: list[str]) -> None:
    kept = parse_prefix(prefix)
    assert [text for text in inside if not is_below(parse_address(text), kept)] == []
    assert [text for text in outside if is_below(parse_address(text), kept)] == []


def test_folder_with_a_query_is_no_prefix() -> None:
    with pytest.raises(BadAddressError, match=r"Leave out the \?"):
        parse_prefix("https://example.org/a/?b=1")


@given(
    st.text(max_size=60) | st.text("ahtps:/@.%25fF\\#?[]e2", max_size=40).map("https://".__add__)
)
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        found = parse_address(text)
    except BadAddressError:
        return
    assert parse_address(found.text) == found
    assert found.text.isascii() or found.scheme == "s3"


def test_secrets_in_a_query_are_no_part_of_the_place() -> None:
    found = parse_address("https://example.org/a.csv?token=secret")
    assert found.place == "https://example.org/a.csv"
    assert found.file_name == "a.csv"
