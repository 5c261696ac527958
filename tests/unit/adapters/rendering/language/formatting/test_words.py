"""Numbers in words, ordinal numbers, plurals, and lists with a last separator."""

import pytest

from tests.unit.adapters.rendering.template_text import placeholders, render


def say(expression: str, locale: str = "en-US", data: str = "{}") -> str:
    return render(f"{{{{ {expression} }}}}", data, locale=locale)


@pytest.mark.parametrize(
    ("locale", "number", "words"),
    [
        ("en-US", "0", "zero"),
        ("en-US", "1234", "one thousand two hundred thirty-four"),
        ("en-US", "999999999999999", "nine hundred ninety-nine trillion nine hundred ninety-nine billion nine hundred"
         " ninety-nine million nine hundred ninety-nine thousand nine hundred ninety-nine"),
        ("en-US", "-5", "minus five"),
        ("en-US", "12.05", "twelve point zero five"),
        ("en-US", "12.00", "twelve"),
        ("en-US", "-0.0", "zero"),
        ("zh-CN", "123456789012345.12345678901234567890", "一百二十三兆四千五百六十七亿八千九百零一万二千三百四十五"
         "点一二三四五六七八九零一二三四五六七八九零"),
        ("en-GB", "123", "one hundred and twenty-three"),
        ("de-DE", "1", "eins"),
        ("de-DE", "1001", "eintausendeins"),
        ("de-DE", "1234", "eintausendzweihundertvierunddreißig"),
        ("de-DE", "2000000", "zwei Millionen"),
        ("de-DE", "12.05", "zwölf Komma null fünf"),
        ("fr-FR", "71", "soixante-et-onze"),
        ("fr-CH", "71", "septante-et-un"),
        ("fr-BE", "92", "nonante-deux"),
        ("de-CH", "30", "dreissig"),
        ("fr-FR", "80", "quatre-vingts"),
        ("fr-FR", "81", "quatre-vingt-un"),
        ("fr-FR", "200", "deux cents"),
        ("fr-FR", "1234", "mille deux cent trente-quatre"),
        ("fr-FR", "-2.5", "moins deux virgule cinq"),
        ("es-ES", "21", "veintiuno"),
        ("es-ES", "100", "cien"),
        ("es-ES", "123", "ciento veintitrés"),
        ("es-ES", "21000", "veintiún mil"),
        ("es-ES", "1000000000", "mil millones"),
        ("pt-BR", "100", "cem"),
        ("pt-BR", "1234", "mil duzentos e trinta e quatro"),
        ("pt-BR", "16", "dezesseis"),
        ("pt-PT", "16", "dezasseis"),
        ("pt-BR", "1.1", "um vírgula um"),
        ("it-IT", "21", "ventuno"),
        ("it-IT", "123", "centoventitré"),
        ("it-IT", "2000", "duemila"),
        ("it-IT", "12.5", "dodici virgola cinque"),
        ("pl-PL", "123", "sto dwadzieścia trzy"),
        ("pl-PL", "2000", "dwa tysiące"),
        ("pl-PL", "5000", "pięć tysięcy"),
        ("pl-PL", "-1.25", "minus jeden przecinek dwa pięć"),
        ("zh-CN", "101", "一百零一"),
        ("zh-CN", "10000", "一万"),
        ("zh-CN", "123.45", "一百二十三点四五"),
        ("zh-TW", "10000", "一萬"),
        ("ja-JP", "123", "百二十三"),
        ("ja-JP", "10000", "一万"),
        ("ja-JP", "-5", "マイナス五"),
        ("ar", "3", "ثلاثة"),
        ("ar", "11", "أحد عشر"),
        ("ar", "100", "مائة"),
        ("ar", "123", "مائة وثلاثة وعشرون"),
        ("nl", "123", "honderddrieëntwintig"),
    ],
)  # fmt: skip
def test_numbers_in_words(locale: str, number: str, words: str) -> None:
    assert say("n | spell", locale, f'{{"n": {number}}}') == words


@pytest.mark.parametrize(
    ("locale", "form", "words"),
    [
        ("de", "feminine", "einundzwanzig"),
        ("fr", "feminine", "vingt-et-une"),
        ("es", "masculine", "veintiún"),
        ("es", "feminine", "veintiuna"),
        ("pt-BR", "feminine", "vinte e uma"),
        ("it", "feminine", "ventuna"),
        ("zh-CN", "financial", "贰拾壹"),
        ("ja", "financial", "弐拾壱"),
    ],
)
def test_forms_of_words(locale: str, form: str, words: str) -> None:
    assert say(f"21 | spell('{form}')", locale) == words


@pytest.mark.parametrize(
    ("locale", "printed"),
    [
        ("en-US", "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th 1,000th"),
        ("de-DE", "1. 2. 3. 4. 11. 12. 13. 21. 22. 101. 111. 1.000."),
        ("fr-FR", "1er 2e 3e 4e 11e 12e 13e 21e 22e 101e 111e 1\u202f000e"),
        ("es-ES", "1.º 2.º 3.º 4.º 11.º 12.º 13.º 21.º 22.º 101.º 111.º 1.000.º"),
        ("pt-BR", "1º 2º 3º 4º 11º 12º 13º 21º 22º 101º 111º 1.000º"),
        ("it-IT", "1º 2º 3º 4º 11º 12º 13º 21º 22º 101º 111º 1.000º"),
        ("pl-PL", "1. 2. 3. 4. 11. 12. 13. 21. 22. 101. 111. 1\u00a0000."),
        ("zh-CN", "第1 第2 第3 第4 第11 第12 第13 第21 第22 第101 第111 第1,000"),
        ("ja-JP", "第1 第2 第3 第4 第11 第12 第13 第21 第22 第101 第111 第1,000"),
        ("ar", "1. 2. 3. 4. 11. 12. 13. 21. 22. 101. 111. 1,000."),
        ("sv", "1:a 2:a 3:e 4:e 11:e 12:e 13:e 21:a 22:a 101:a 111:e 1\u00a0000:e"),
    ],
)
def test_ordinal_numbers(locale: str, printed: str) -> None:
    assert say("[1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 1000] | map('ordinal') | join(' ')", locale) == printed


@pytest.mark.parametrize(
    ("locale", "printed"), [("fr", "1re 2e"), ("es", "1.ª 2.ª"), ("it", "1ª 2ª"), ("en", "1st 2nd")]
)
def test_feminine_ordinal_numbers(locale: str, printed: str) -> None:
    assert say("1 | ordinal('feminine') ~ ' ' ~ 2.0 | ordinal('feminine')", locale) == printed


@pytest.mark.parametrize(
    ("locale", "call", "printed"),
    [
        ("en", "plural('item', 'items')", "items item items items items items"),
        ("de", "plural('Stück', 'Stücke')", "Stücke Stück Stücke Stücke Stücke Stücke"),
        ("fr", "plural('jour', 'jours')", "jour jour jours jours jours jours"),
        ("pl", "plural('plik', 'pliki', 'plików')", "plików plik pliki plików plików pliki"),
        ("pl", "plural('plik', 'pliki', 'plików', 'pliku')", "plików plik pliki plików plików pliki"),
        ("ja", "plural('冊')", "冊 冊 冊 冊 冊 冊"),
        ("ja", "plural('a', 'b')", "b b b b b b"),
        ("ar", "plural('z', 'o', 't', 'f', 'm', 'x')", "z o t f m m"),
        ("ar", "plural('o', 'x')", "x o x x x x"),
        ("en", "plural(one='item', other='items')", "items item items items items items"),
        ("en", "plural('item', 'items', zero='nothing')", "nothing item items items items items"),
        ("pl", "plural(one='plik', few='pliki', other='plików')", "plików plik pliki plików plików pliki"),
    ],
)
def test_plurals(locale: str, call: str, printed: str) -> None:
    template = f"{{% for count in [0, 1, 2, 5, 11, 22] %}}{{{{ count | {call} }}}} {{% endfor %}}"
    assert render(template, locale=locale).strip() == printed


def test_plurals_of_fractions() -> None:
    assert say("1.5 | plural('item', 'items')") == "items"
    assert say("1.5 | plural('plik', 'pliki', 'plików', 'pliku')", "pl") == "pliku"


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("['a', 'b', 'c'] | join(', ', last=' and ')", "a, b and c"),
        ("['a', 'b'] | join(', ', last=' and ')", "a and b"),
        ("['a'] | join(', ', last=' and ')", "a"),
        ("[] | join(', ', last=' and ')", ""),
        ("[{'n': 1}, {'n': 2}, {'n': 3}] | join(', ', attribute='n', last=' & ')", "1, 2 & 3"),
        ("['a', 'b', 'c'] | join(last=' and ')", "ab and c"),
    ],
)
def test_lists_with_a_last_separator(expression: str, printed: str) -> None:
    assert say(expression) == printed


def test_null_prints_nothing() -> None:
    assert say("n | spell ~ n | ordinal ~ '|'", data='{"n": null}') == "|"


def test_kinds() -> None:
    template = "{{ a | spell }}{{ b | ordinal }}{{ c | plural('x', 'y') }}{{ d | join(', ', last=e) }}"
    assert placeholders(template)[:4] == ["a:number!", "b:number!", "c:number!", "d:list!"]
