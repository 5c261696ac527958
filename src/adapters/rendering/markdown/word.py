"""Turns rendered Markdown into a Word document: the blocks of its text, in the styles of a reference document.

That is the workspace's own, an asset called reference.docx, or else ours, which examples/reference.py builds.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from adapters.rendering.compiled import CompiledTemplate, Program
from adapters.rendering.docx import compile_reference
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.markup import Markup
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.values import LimitError, Problem
from adapters.rendering.markup import Kind, Paragraph
from domain.asset import REFERENCE_ASSET
from domain.diagnostics import Diagnostic
from domain.errors import DiagnosedError, RenderFailedError
from domain.formats import OutputFormat

_TITLE_CHARACTERS = 255
_BROKEN = "cannot be used as a template: correct what its findings say, or delete the asset to get the default one."


@lru_cache(maxsize=1)
def _own_reference() -> Program:
    compiled = compile_reference(files(__package__).joinpath("reference.docx").read_bytes(), Limits())
    if compiled.program is None:
        raise RuntimeError(f"the reference document is broken: {compiled.diagnostics}")
    return compiled.program


# A hostile workspace may change its file as often as it likes: few are kept.
@lru_cache(maxsize=4)
def _reference_of(file: bytes, limits: Limits) -> CompiledTemplate:
    return compile_reference(file, limits)


def _reference(session: RenderSession) -> Program:
    """Return the reference document of the workspace, or ours.

    Raises:
        RenderFailedError: the workspace's cannot be used; its findings are told with their places in it.
    """
    file = session.assets.get(REFERENCE_ASSET)
    if file is None:
        return _own_reference()
    compiled = _reference_of(file, session.limits)
    if compiled.program is None:
        raise RenderFailedError(f"The reference document (the asset {REFERENCE_ASSET}) {_BROKEN}", compiled.diagnostics)
    return compiled.program


def document_of(markdown: str, session: RenderSession) -> bytes:
    """Return a Word document; its title is the first heading of the first level.

    Raises:
        DiagnosedError: the Markdown nests too deep, is too long, or has an image that is none.
    """
    own = RenderSession({}, session.options, session.limits)
    own.assets, own.steps = session.assets, session.steps
    body = own.with_markups().add({"$markdown": markdown})
    own.data |= {"body": body, "title": ""}
    reference = _reference(session)
    try:
        own.data["title"] = _title(body)
        content = reference.render(own, OutputFormat.DOCX)
        own.raise_for_missing()
    except DiagnosedError as error:
        raise type(error)(str(error), _without_place(error.diagnostics)) from None
    finally:
        if own.pictures is not None:
            # Whoever loads assets asks the session that it has made.
            session.with_pictures().needed |= own.pictures.needed
    session.steps = own.steps
    session.warnings += own.warnings
    return content


def _without_place(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Take the places away: they lie in the reference document, which nobody sees."""
    return [replace(each, location=None, snippet=None, pointer=None) for each in found]


def _title(body: Markup) -> str:
    try:
        blocks = body.blocks()
    except (Problem, LimitError):
        return ""  # the render comes to it, and says what is wrong
    headings = (each for each in blocks if isinstance(each, Paragraph) and each.kind is Kind.HEADING)
    first = next((each for each in headings if each.level == 1), None)
    return "" if first is None else "".join(run.text for run in first.runs)[:_TITLE_CHARACTERS]
