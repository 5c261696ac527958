"""Whether a value is what its schema asks for, in the person's language."""

from decimal import Decimal
from typing import Any

from application.slack_forms.absent import ABSENT, FILE, marked
from application.slack_forms.parts import Field
from application.slack_forms.person import Person
from application.slack_forms.shown import number_text
from application.slack_forms.texts import clipped
from application.slack_forms.widgets import Widget, type_of
from domain.refinement_fit import misfit, same


def problem_of(field: Field, value: Any, person: Person) -> str | None:
    """Say what is wrong with the value of a field, None where nothing is."""
    if value is ABSENT:
        return person.say("missing") if field.required and field.widget is not Widget.TABLE else None
    if marked(value, FILE):
        return None
    if isinstance(value, list):
        return _counted(field, len(value), person)
    if field.schema.get("enum"):
        known = any(same(value, choice) for choice in field.schema["enum"])
        return None if known else person.say("choice", value=f"“{clipped(str(value), 40)}”")
    check = _text if isinstance(value, str) else _number
    return check(field, value, person)


def _text(field: Field, text: str, person: Person) -> str | None:
    if (kind := type_of(field.schema)) in ("number", "integer", "boolean"):
        return person.say(str(kind), value=f"“{clipped(text, 40)}”", example=f"1234{person.conventions.decimal}5")
    for keyword, name, breaks in (
        ("minLength", "text-short", int.__lt__),
        ("maxLength", "text-long", int.__gt__),
    ):
        limit = field.schema.get(keyword)
        if isinstance(limit, int) and breaks(len(text), limit):
            return person.say(name, limit=limit, count=len(text))
    of_format = str(field.schema.get("format"))
    if of_format in ("date", "time", "date-time", "email", "uri") and misfit(text, ("string", of_format), {}):
        return person.say(of_format, value=f"“{clipped(text, 40)}”")
    return None


def _number(field: Field, number: Any, person: Person) -> str | None:
    if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
        return None
    least, most = field.schema.get("minimum"), field.schema.get("maximum")
    if least is not None and number < least:
        return person.say("number-low", limit=number_text(least))
    if most is not None and number > most:
        return person.say("number-high", limit=number_text(most))
    return None


def _counted(field: Field, count: int, person: Person) -> str | None:
    least, most = field.schema.get("minItems", 0), field.schema.get("maxItems", count)
    if count < least:
        return person.say("items-few", limit=least, count=count)
    return person.say("items-many", limit=most, count=count) if count > most else None
