"""What a format hands to the language: static output, and the tags between it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from domain.diagnostics import Location

# Turns a value of the data (str, int, Decimal, bool, None, dict, list) into output that is escaped for its place.
# It is the last step for every value; what the language has captured as finished output does not pass it again.
# Raises language.values.UnprintableError for what cannot stand here (a list, an object without a known $ key).
Writer: TypeAlias = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in whole: '{{ customer.name }}', delimiters included, with the place that diagnostics name.

    `writer` is the index of the writer, among those given with the segments, that escapes what the tag prints;
    `prints_image` tells that an image is expected there.
    """

    text: str
    location: Location
    snippet: str
    writer: int = 0
    prints_image: bool = False


# A string is static output and passes through as it is.
Segment: TypeAlias = str | Tag
