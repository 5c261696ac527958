"""Formats of templates and documents, and which can become which."""

from enum import StrEnum


class TemplateFormat(StrEnum):
    """What a template is written in."""

    DOCX = "docx"
    MARKDOWN = "md"
    TEXT = "txt"


class OutputFormat(StrEnum):
    """What a document can be; the value is its file extension."""

    DOCX = "docx"
    MARKDOWN = "md"
    HTML = "html"
    TEXT = "txt"

    @property
    def media_type(self) -> str:
        """The IANA media type, with the charset where the contents are text."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    OutputFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    OutputFormat.MARKDOWN: "text/markdown; charset=utf-8",
    OutputFormat.HTML: "text/html; charset=utf-8",
    OutputFormat.TEXT: "text/plain; charset=utf-8",
}

# The first output of a format is its default.
_OUTPUTS = {
    TemplateFormat.DOCX: (OutputFormat.DOCX,),
    TemplateFormat.MARKDOWN: (OutputFormat.MARKDOWN, OutputFormat.HTML, OutputFormat.DOCX),
    TemplateFormat.TEXT: (OutputFormat.TEXT,),
}

_TEMPLATE_EXTENSIONS = {
    ".docx": TemplateFormat.DOCX,
    ".md": TemplateFormat.MARKDOWN,
    ".markdown": TemplateFormat.MARKDOWN,
    ".txt": TemplateFormat.TEXT,
}

# Kinds of file that people try, and what to do with them instead.
EXTENSION_ADVICE = {
    ".doc": "Open it in Word and save it as .docx.",
    ".docm": "Save it as .docx, without macros.",
    ".dotx": "Open it in Word and save it as .docx.",
    ".dotm": "Save it as .docx, without macros.",
    ".odt": "Save it as .docx.",
    ".rtf": "Save it as .docx.",
    ".pages": "Export it as .docx.",
    ".pdf": "A PDF cannot be a template; upload the Word file it was made from.",
}


def extension_of(file_name: str) -> str:
    """Return the extension in lower case with its dot, or '' where there is none."""
    stem, dot, extension = file_name.rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


def template_format_of(file_name: str) -> TemplateFormat | None:
    """Tell a template's format by its file name, or None where DocGen does not take such files."""
    return _TEMPLATE_EXTENSIONS.get(extension_of(file_name))


def outputs_of(template_format: TemplateFormat) -> tuple[OutputFormat, ...]:
    """Return what templates of this format can become, the default first."""
    return _OUTPUTS[template_format]
