"""Findings about templates that can work and look wrong: one function a rule, in tables, one walk for all of them."""

from adapters.rendering.language.lint.walk import lint

__all__ = ["lint"]
