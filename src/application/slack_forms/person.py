"""Who fills a form in."""

from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from application.slack_forms.messages import say
from domain.row_values import Conventions


@dataclass(frozen=True, slots=True)
class Person:
    """Whose language, time zone (IANA) and ways of writing numbers and dates a form follows, as Slack tells them."""

    locale: str = "en"
    timezone: str = "UTC"
    conventions: Conventions = field(default_factory=Conventions)

    @property
    def zone(self) -> tzinfo:
        """The time zone; UTC where nobody knows the one that Slack names."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def say(self, key: str, **said: object) -> str:
        """Return a sentence in the person's language."""
        return say(self.locale, key, **said)
