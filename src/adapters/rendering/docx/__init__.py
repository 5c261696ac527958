"""Word: a package is read once, its tagged parts become code, and a render splices their output into the old zip."""

from adapters.rendering.docx.compile import compile_docx
from adapters.rendering.docx.reference import compile_reference

__all__ = ["compile_docx", "compile_reference"]
