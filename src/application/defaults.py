"""What holds where neither the request nor the template says otherwise."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from domain.errors import InvalidRequestError, UnsupportedOutputError
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.locale import parse_locale, parse_timezone
from domain.render_request import MissingPolicy, RenderOptions


@dataclass(frozen=True, slots=True)
class RenderWishes:
    """What a caller may say about a render; None leaves it to the template and the settings."""

    output: str | None = None
    locale: str | None = None
    timezone: str | None = None
    now: datetime | None = None
    missing: MissingPolicy = MissingPolicy.ERROR
    file_name: str | None = None


NO_WISHES = RenderWishes()


@dataclass(frozen=True, slots=True)
class RenderDefaults:
    """Locale (BCP 47) and time zone (IANA), and for how many days data and documents are kept."""

    locale: str = "en"
    timezone: str = "UTC"
    retention_days: int = 30

    def expiry(self, wish: int | None, created_at: datetime) -> datetime:
        """Return when data and document expire; `wish` is a number of seconds that ends sooner.

        Raises:
            InvalidRequestError: it is none, or ends later.
        """
        retention = timedelta(days=self.retention_days)
        longest = int(retention.total_seconds())
        if wish is not None and not 0 < wish <= longest:
            raise InvalidRequestError(
                "expires_in",
                f"give a number of seconds from 1 to {longest:,}: documents are kept for {self.retention_days} days.",
            )
        return created_at + (retention if wish is None else timedelta(seconds=wish))

    def complete(
        self, wishes: RenderWishes, template_format: TemplateFormat, template_locale: str | None, created_at: datetime
    ) -> RenderOptions:
        """Turn wishes into options: the request's word first, then the template's, then these.

        Raises:
            UnsupportedOutputError: the format cannot become the output.
            InvalidRequestError: there is no such locale form or time zone, or `now` has no offset or an extreme year.
        """
        if wishes.now is not None and wishes.now.tzinfo is None:
            raise InvalidRequestError("now", "give the time with its offset, for example 2026-01-31T09:30:00+01:00.")
        # In another time zone the first and the last day of the calendar may lie outside of it.
        if wishes.now is not None and not MINYEAR < wishes.now.year < MAXYEAR:
            raise InvalidRequestError("now", f"give a time of the years {MINYEAR + 1} to {MAXYEAR - 1}.")
        return RenderOptions(
            output=_output(wishes.output, template_format),
            locale=parse_locale(next(x for x in (wishes.locale, template_locale, self.locale) if x is not None)),
            timezone=parse_timezone(self.timezone if wishes.timezone is None else wishes.timezone),
            now=wishes.now or created_at,
            missing=wishes.missing,
            file_name=wishes.file_name,
        )


def _output(wish: str | None, template_format: TemplateFormat) -> OutputFormat:
    possible = outputs_of(template_format)
    if wish is None:
        return possible[0]
    for output in possible:
        if output == wish:
            return output
    raise UnsupportedOutputError(template_format, wish, possible)
