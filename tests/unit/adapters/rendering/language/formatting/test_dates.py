"""Dates and times in the words of a locale. What is expected is what CLDR 47 prescribes for each locale."""

import pytest

from tests.unit.adapters.rendering.template_text import placeholders, render

# Saturday; half past eleven at night in London is half past midnight on the first of February in Berlin.
DATA = {
    "day": "2026-01-31",
    "offset": "2026-01-31T23:30:05Z",
    "summer": "2026-07-01T12:00:00-04:00",
    "naive": "2026-01-31T09:05:07.570",
    "clock": "18:30",
    "none": None,
}
# The narrow no-break space, and the mark that keeps Arabic dates in their order.
N, R = "\u202f", "\u200f"


def say(expression: str, locale: str = "en-US", timezone: str = "Europe/Berlin") -> str:
    return render(f"{{{{ {expression} }}}}", DATA, locale=locale, timezone=timezone)


@pytest.mark.parametrize(
    ("locale", "short", "medium", "long", "full"),
    [
        ("en-US", "1/31/26", "Jan 31, 2026", "January 31, 2026", "Saturday, January 31, 2026"),
        ("de-DE", "31.01.26", "31.01.2026", "31. Januar 2026", "Samstag, 31. Januar 2026"),
        ("fr-FR", "31/01/2026", "31 janv. 2026", "31 janvier 2026", "samedi 31 janvier 2026"),
        ("es-ES", "31/1/26", "31 ene 2026", "31 de enero de 2026", "sábado, 31 de enero de 2026"),
        ("pt-BR", "31/01/2026", "31 de jan. de 2026", "31 de janeiro de 2026", "sábado, 31 de janeiro de 2026"),
        ("it-IT", "31/01/26", "31 gen 2026", "31 gennaio 2026", "sabato 31 gennaio 2026"),
        ("pl-PL", "31.01.2026", "31 sty 2026", "31 stycznia 2026", "sobota, 31 stycznia 2026"),
        ("zh-CN", "2026/1/31", "2026年1月31日", "2026年1月31日", "2026年1月31日星期六"),
        ("ja-JP", "2026/01/31", "2026/01/31", "2026年1月31日", "2026年1月31日土曜日"),
        ("ar", f"31{R}/1{R}/2026", f"31{R}/01{R}/2026", "31 يناير 2026", "السبت، 31 يناير 2026"),
    ],
)
def test_styles_of_dates(locale: str, short: str, medium: str, long: str, full: str) -> None:
    styles = [say(f"day | date('{style}')", locale) for style in ("short", "medium", "long", "full")]
    assert styles == [short, medium, long, full]
    assert say("day | date", locale) == medium


@pytest.mark.parametrize(
    ("locale", "time", "moment"),
    [
        ("en-US", f"6:30{N}PM", f"Feb 1, 2026, 12:30{N}AM"),
        ("de-DE", "18:30", "01.02.2026, 00:30"),
        ("fr-FR", "18:30", "1 févr. 2026, 00:30"),
        ("es-ES", "18:30", "1 feb 2026, 0:30"),
        ("pt-BR", "18:30", "1 de fev. de 2026 00:30"),
        ("it-IT", "18:30", "1 feb 2026, 00:30"),
        ("pl-PL", "18:30", "1 lut 2026, 00:30"),
        ("zh-CN", "18:30", "2026年2月1日 00:30"),
        ("ja-JP", "18:30", "2026/02/01 0:30"),
        ("ar", "6:30 م", f"01{R}/02{R}/2026، 12:30 ص"),
    ],
)
def test_times_and_moments(locale: str, time: str, moment: str) -> None:
    assert say("clock | time", locale) == time
    assert say("offset | datetime", locale) == moment


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("day | date('d MMMM yyyy')", "31 January 2026"),
        ("day | date(\"d 'of' MMMM\")", "31 of January"),
        ("day | date(\"EEEE, d''MM\")", "Saturday, 31'01"),
        ("day | date('dd.MM.yy')", "31.01.26"),
        ("day | date('QQQ y, w')", "Q1 2026, 5"),
        ("naive | datetime('yyyy-MM-dd HH:mm:ss.SS')", "2026-01-31 09:05:07.57"),
        ("naive | time('HH:mm:ss.SSSSSS')", "09:05:07.570000"),
        ("naive | date('dd.MM.yyyy HH:mm')", "31.01.2026 09:05"),
        ("clock | time('H.mm')", "18.30"),
        ("clock | date('HH:mm')", "18:30"),
        ("day | date('d. MMMM yyyy', locale='de')", "31. Januar 2026"),
        ("day | date(locale='de')", "31.01.2026"),
        ("none | date ~ '|' ~ none | time", "|"),
        ("now | date('yyyy-MM-dd HH:mm')", "2026-02-01 00:30"),
        ("today | date('long')", "February 1, 2026"),
        ("now | time('HH:mm', timezone='Asia/Tokyo')", "08:30"),
        ("[day, naive] | map('date', 'd MMM') | join(', ')", "31 Jan, 31 Jan"),
    ],
)
def test_patterns_and_arguments(expression: str, printed: str) -> None:
    assert say(expression) == printed


@pytest.mark.parametrize(
    ("expression", "zone", "printed"),
    [
        # With an offset: converted, over midnight and into daylight saving time.
        ("offset | datetime('yyyy-MM-dd HH:mm')", "Europe/Berlin", "2026-02-01 00:30"),
        ("offset | date", "America/New_York", "Jan 31, 2026"),
        ("summer | time('HH:mm')", "Europe/Berlin", "18:00"),
        ("offset | time('HH:mm', timezone='Asia/Kolkata')", "Europe/Berlin", "05:00"),
        # Without: a time of the zone already.
        ("naive | time('HH:mm')", "Europe/Berlin", "09:05"),
        ("naive | time('HH:mm')", "Asia/Tokyo", "09:05"),
        ("naive | time('HH:mm', timezone='Asia/Tokyo')", "Europe/Berlin", "09:05"),
        ("naive | time('HH:mm xxx')", "America/New_York", "09:05 -05:00"),
        ("day | date", "Pacific/Kiritimati", "Jan 31, 2026"),
        ("summer | time('HH:mm zzzz')", "Europe/Berlin", "18:00 Central European Summer Time"),
        ("offset | time('HH:mm zzzz')", "Europe/Berlin", "00:30 Central European Standard Time"),
    ],
)
def test_time_zones(expression: str, zone: str, printed: str) -> None:
    assert say(expression, timezone=zone) == printed


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:30:00+01:00",
        "2026-01-31T09:30:00+0100",
        "2026-01-31T08:30:00Z",
        "2026-01-31t08:30:00z",
        "2026-01-31 09:30",
        "2026-01-31T09:30:00.1234567",
        "2026-01-31T09:30:00,5",
        " 2026-01-31T09:30 ",
    ],
)
def test_the_ways_in_which_data_writes_moments(text: str) -> None:
    assert render("{{ at | datetime('d.M. HH:mm') }}", {"at": text}, timezone="Europe/Berlin") == "31.1. 09:30"


def test_regions_that_cldr_says_nothing_about_follow_their_language() -> None:
    assert say("day | date", "de-FR") == say("day | date", "de")
    assert say("day | date", "de_DE") == say("day | date", "de-DE")


def test_kinds() -> None:
    template = (
        "{{ a | date }}{{ b | time }}{{ c | datetime }}{{ d | date }}{{ d | time }}{{ e | date('dd.MM. HH:mm') }}"
        "{{ f | date(pattern) }}{% if g < today %}{{ g | date }}{% endif %}"
    )
    assert placeholders(template) == [
        *("a:date!", "b:time!", "c:datetime!", "d:datetime!", "e:datetime!", "f:date!", "pattern:text!", "g:date!"),
    ]
