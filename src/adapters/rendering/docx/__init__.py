"""Word: a package is read once, its tagged parts become code, and a render splices their output into the old zip."""

from adapters.rendering.docx.compile import compile_docx

__all__ = ["compile_docx"]
