"""Plain text templates."""

from adapters.rendering.text.template import compile_text

__all__ = ["compile_text"]
