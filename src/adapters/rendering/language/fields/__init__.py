"""What the author declares about the data: {# @field customer.email: email "E-mail of the customer" #}."""

from adapters.rendering.language.fields.apply import apply_fields
from adapters.rendering.language.fields.field import Field, Rule
from adapters.rendering.language.fields.refinements import read_refinements
from adapters.rendering.language.fields.syntax import read_fields

__all__ = ["Field", "Rule", "apply_fields", "read_fields", "read_refinements"]
