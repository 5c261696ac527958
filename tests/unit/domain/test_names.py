"""Slugs, file names, locales, time zones, identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.document import MAX_FILE_NAME_LENGTH, file_name_for
from domain.errors import InvalidRequestError
from domain.formats import OutputFormat, TemplateFormat, outputs_of, template_format_of
from domain.identifiers import is_id
from domain.locale import parse_locale, parse_timezone
from domain.slug import MAX_LENGTH, parse_slug, slug_from


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Offer letter", "offer-letter"),
        ("Größe & Preis", "grosse-preis"),
        ("  ÉTÉ 2026 -- Ærø ", "ete-2026-aero"),
        ("x" * 100, "x" * MAX_LENGTH),
    ],
)
def test_a_slug_is_made_of_a_name(name: str, slug: str) -> None:
    assert slug_from(name) == slug


def test_a_name_without_latin_letters_needs_a_slug() -> None:
    with pytest.raises(InvalidRequestError, match="give one"):
        slug_from("請求書")


@pytest.mark.parametrize("text", ["", "A", "a b", "-a", "a-", "a--b", "ä", "x" * 64, "tpl_1", "a\n"])
def test_what_is_no_slug_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="is not a slug"):
        parse_slug(text)


@given(st.text(max_size=80))
def test_a_made_slug_is_one(name: str) -> None:
    try:
        slug = slug_from(name)
    except InvalidRequestError:
        return
    assert parse_slug(slug) == slug


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("offer", "offer.docx"),
        ("offer.docx", "offer.docx"),
        ("Ängebot für Ada", "Ängebot für Ada.docx"),
        ("../../etc/passwd", "etc-passwd.docx"),
        ("a/b\\c:d", "a-b-c-d.docx"),
        ("", "document.docx"),
        (" . ", "document.docx"),
        ("con", "document-con.docx"),
        ("invoice\u202efdp", "invoicefdp.docx"),
        ("a\r\nSet-Cookie: x", "a-Set-Cookie- x.docx"),
    ],
)
def test_a_wished_file_name_becomes_harmless(wish: str, name: str) -> None:
    assert file_name_for(wish, OutputFormat.DOCX) == name


@given(st.text(max_size=300))
def test_no_wish_leaves_its_directory_or_grows_too_long(wish: str) -> None:
    name = file_name_for(wish, OutputFormat.TEXT)
    assert name.endswith(".txt")
    assert len(name) <= MAX_FILE_NAME_LENGTH + len("document-.txt")
    assert not set(name) & set('/\\:*?"<>|\x00\r\n')
    assert not name.startswith(".")
    name.encode("utf-8")


@pytest.mark.parametrize("sign", ["ä", "漢", "😀"])
def test_a_file_name_is_no_longer_than_file_systems_take(sign: str) -> None:
    name = file_name_for(sign * 1_000, OutputFormat.DOCX)
    assert 150 < len(name.encode()) < 245
    assert name.removesuffix(".docx").strip(sign) == ""


def test_locales_take_both_separators() -> None:
    assert parse_locale("de_DE") == "de-DE"


@pytest.mark.parametrize("text", ["", "d", "de DE", "../de", "deutsch-"])
def test_what_is_no_locale_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="is not a locale"):
        parse_locale(text)


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "\0"])
def test_what_is_no_time_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="no time zone"):
        parse_timezone(text)


def test_formats_follow_from_the_extension() -> None:
    assert template_format_of("Letter.DOCX") is TemplateFormat.DOCX
    assert template_format_of("notes.markdown") is TemplateFormat.MARKDOWN
    assert template_format_of(".docx") is None
    assert template_format_of("letter.doc") is None


def test_every_format_has_a_default_output_of_its_own_kind() -> None:
    assert [outputs_of(kind)[0].value for kind in TemplateFormat] == [kind.value for kind in TemplateFormat]


def test_identifiers_are_told_by_prefix_and_form() -> None:
    assert is_id("tpl_" + "0" * 32, "tpl")
    assert not is_id("rnd_" + "0" * 32, "tpl")
    assert not is_id("tpl_" + "0" * 31, "tpl")


@pytest.mark.parametrize("text", ["localtime", "posixrules", "Factory", "right/Europe/Berlin", "posix/UTC"])
def test_a_zone_that_is_another_one_on_another_machine_is_none(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="there is no time zone"):
        parse_timezone(text)
