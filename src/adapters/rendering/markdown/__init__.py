"""Markdown templates: the same file with its values escaped, or a page of HTML."""

from adapters.rendering.markdown.template import compile_markdown

__all__ = ["compile_markdown"]
