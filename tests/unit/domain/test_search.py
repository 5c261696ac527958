"""How texts are compared in searches."""

import pytest

from domain.search import fold, searched_text, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Größe", "grosse"),
        ("CAFÉ", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("Œuvre", "œuvre"),
        ("ﬁnal", "final"),
        ("\uff21\uff22", "ab"),
        ("ДОГОВОР", "договор"),
        ("a_b 50% \\", "a_b 50% \\"),
        ("", ""),
    ],
)
def test_case_accents_and_shapes_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(fold(text)) == fold(text)


def test_words_are_found_once_each() -> None:
    assert words_of("  Offer LETTER offer\t") == ("offer", "letter")
    assert words_of(" \n") == ()


def test_no_word_reaches_from_one_text_into_another() -> None:
    assert searched_text(["Offer", "Letter"]) == "offer\nletter"
