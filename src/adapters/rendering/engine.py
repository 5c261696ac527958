"""The engine: bytes of a template in, a program out; JSON in, a document out. No I/O, no state, any thread."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from adapters.rendering.compiled import CompiledTemplate, Program
from adapters.rendering.language.coercion import ATTEMPTS, coerce
from adapters.rendering.language.data import count_values, may_hold_typed_values, odd_texts, parse_data
from adapters.rendering.language.fields import apply_fields, read_refinements
from adapters.rendering.language.introspection import NO_NEEDS
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.markup import may_hold_markup
from adapters.rendering.language.pictures import may_hold_pictures
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import SourceCompilation, compile_source
from adapters.rendering.language.subdocuments import Chain, Piece, Subdocument, Subdocuments, may_hold_subdocuments
from adapters.rendering.language.values import to_text
from adapters.rendering.language.whitespace import split_text
from application.ports.template_renderer import NO_ASSETS, Assets, RenderedDocument
from domain.diagnostics import Diagnostic, Part, Severity, has_errors
from domain.errors import (
    AssetsNeededError,
    DataInvalidError,
    DiagnosedError,
    DocGenError,
    LimitExceededError,
    RenderFailedError,
    TemplateInvalidError,
    UnsupportedOutputError,
)
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.render_request import RenderOptions

_log = logging.getLogger(__name__)

Compiler = Callable[[bytes, Limits], CompiledTemplate]


def _docx() -> Compiler:
    from adapters.rendering.docx import compile_docx  # noqa: PLC0415  # lxml only where Word files are

    return compile_docx


def _markdown() -> Compiler:
    from adapters.rendering.markdown import compile_markdown  # noqa: PLC0415  # as above

    return compile_markdown


def _text() -> Compiler:
    from adapters.rendering.text import compile_text  # noqa: PLC0415  # as above

    return compile_text


_COMPILERS: Final[dict[TemplateFormat, Callable[[], Compiler]]] = {
    TemplateFormat.DOCX: _docx,
    TemplateFormat.MARKDOWN: _markdown,
    TemplateFormat.TEXT: _text,
}


def compile_template(template_format: TemplateFormat, file: bytes, limits: Limits = DEFAULT_LIMITS) -> CompiledTemplate:
    """Compile a template file; whatever its bytes are, nothing is raised: every failure is a diagnostic."""
    try:
        compiled = _COMPILERS[template_format]()(file, limits)
    except (RecursionError, MemoryError):
        compiled = _refused("template-too-complex", "The template nests too deep or is too large to be read.")
    except DiagnosedError as error:
        compiled = CompiledTemplate(None, error.diagnostics or (_finding(error.code, str(error)),), ())
    except Exception:  # noqa: BLE001  # see below
        # A fault of ours, not of the template's; whoever uploaded it still gets an answer, and we the traceback.
        _log.exception("compiling a %s template failed", template_format)
        compiled = _refused("template-unreadable", "The template could not be read.")
    diagnostics = compiled.diagnostics
    if len(diagnostics) > _MAX_FINDINGS:
        # A file that is broken everywhere; errors come first, and nobody reads more of them.
        diagnostics = tuple(sorted(diagnostics, key=lambda found: found.severity is not Severity.ERROR))[:_MAX_FINDINGS]
    return replace(compiled, diagnostics=diagnostics, format=template_format, limits=limits)


_MAX_FINDINGS: Final = 500


def check_piece(file: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Diagnostic, ...]:
    """Return what keeps a Word file from being put into documents; nothing is raised, whatever its bytes are."""
    from adapters.rendering.subdocuments import findings_in  # noqa: PLC0415  # as above

    try:
        return findings_in(file, limits)[:_MAX_FINDINGS]
    except (RecursionError, MemoryError):
        return (_finding("template-too-complex", "The file nests too deep or is too large to be read."),)
    except Exception:  # noqa: BLE001  # as in compile_template
        _log.exception("checking a Word file failed")
        return (_finding("template-unreadable", "The file could not be read."),)


def with_refinements(compiled: CompiledTemplate, refinements: str | None) -> CompiledTemplate:
    """Return a template that holds its data to what its author says beside it (see TemplateSource)."""
    return compiled if refinements is None else replace(compiled, refinements=read_refinements(refinements))


def render_template(
    compiled: CompiledTemplate, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS, sha256: str = ""
) -> RenderedDocument:
    """Make the document of JSON data; `sha256` is that of the template's file, to be known where it holds itself.

    Raises:
        AssetsNeededError: it names assets that are not among `assets`.
        TemplateInvalidError: the template has errors.
        UnsupportedOutputError: the format cannot become this output.
        DataInvalidError: the data is no JSON object, lacks values, or has others than the template's author has
            declared; all that is missing or wrong is reported at once.
        RenderFailedError: the template failed while it ran.
        LimitExceededError: it asked for more than the limits allow.
    """
    if compiled.program is None:
        raise _template_invalid(compiled)
    limits = compiled.limits
    if compiled.format is not None and options.output not in outputs_of(compiled.format):
        raise UnsupportedOutputError(compiled.format, options.output, outputs_of(compiled.format))
    if len(data) > limits.data_bytes:
        raise _too_large(f"The data is larger than {limits.data_bytes:,} bytes.", "Send less data at a time.")
    # A value and what separates it from the next one are two bytes at least.
    most = limits.data_values
    if len(data) // 2 > most and (values := count_values(data, most)) > most:
        message = f"The data has {values:,} values; the limit is {most:,}."
        raise _too_large(message, "Send less data at a time.")
    session = RenderSession(parse_data(data), options, limits, len(data), odd_texts(data))
    session.assets = assets
    if may_hold_typed_values(data):
        if may_hold_subdocuments(data):
            # First: what stands in their data is theirs.
            session.documents = _documents(session, (("this template", sha256),))
            session.documents.take()
        _take_typed_values(data, session)
    return _rendered_session(compiled, compiled.program, session)


def render_within(
    compiled: CompiledTemplate, data: dict[str, Any], outer: RenderSession, chain: Chain
) -> RenderedDocument:
    """Make the document of a template within another one, with what that has left of its steps and its room.

    `chain` names it, and those around it. Raises what `render_template` raises.
    """
    if compiled.program is None:
        raise _template_invalid(compiled)
    options = replace(outer.options, output=OutputFormat.DOCX, file_name=None)
    session = RenderSession(data, options, compiled.limits, outer.data_size)
    session.steps, session.room, session.assets = outer.steps, outer.room, outer.assets
    session.documents = _documents(session, chain)
    session.documents.take()
    if outer.pictures is not None:
        session.with_pictures().take()
    if outer.markups is not None:
        session.with_markups().take()
    try:
        return _rendered_session(compiled, compiled.program, session)
    finally:
        outer.steps = session.steps


def _documents(session: RenderSession, chain: Chain) -> Subdocuments:
    def make(document: Subdocument) -> Piece:
        from adapters.rendering.subdocuments import Around, make_piece  # noqa: PLC0415  # only where there are some

        return make_piece(document, Around(session, chain, compile_template, render_within))

    def pay(piece: Piece) -> None:
        session.charge(piece.elements * _STEPS_PER_ELEMENT, piece.size, what="this document within the document")

    return Subdocuments(session.data, make, pay)


# Of a document that is put into another one.
_STEPS_PER_ELEMENT: Final = 2


def _rendered_session(compiled: CompiledTemplate, program: Program, session: RenderSession) -> RenderedDocument:
    if compiled.fields or compiled.refinements:
        unfit = apply_fields((*compiled.refinements, *compiled.fields), session)
        if unfit:
            raise _data_unfit(unfit, program, session)
    try:
        return _rendered(compiled, program, session, session.options)
    except (DataInvalidError, RenderFailedError) as error:
        return _rendered_otherwise(compiled, program, session, error)


def _take_typed_values(data: bytes, session: RenderSession) -> None:
    """Make values of the objects in the data that stand for something else; `data` is its JSON text."""
    if may_hold_pictures(data):
        session.with_pictures().take()
    if may_hold_markup(data):
        session.with_markups().take()


def _rendered_otherwise(
    compiled: CompiledTemplate, program: Program, failed: RenderSession, error: DiagnosedError
) -> RenderedDocument:
    """Render once more with values of the kinds that the template needs; what is no matter of kinds is raised."""
    first = failed
    if needed := failed.needed():
        raise AssetsNeededError(sorted(needed))
    warnings: list[Diagnostic] = []
    for kinds in ATTEMPTS:
        if not any(found.code == "value-error" for found in error.diagnostics):
            break
        converted = coerce(failed.data, compiled.placeholders, kinds)
        if not converted:
            continue
        warnings += converted
        session = RenderSession(failed.data, failed.options, failed.limits, failed.data_size)
        session.assets, session.pictures, session.markups = failed.assets, failed.pictures, failed.markups
        session.documents = failed.documents
        session.steps = failed.steps
        session.warnings += warnings
        try:
            return _rendered(compiled, program, session, failed.options)
        except (DataInvalidError, RenderFailedError) as another:
            failed, error = session, another
        except LimitExceededError:
            # All attempts together may take what one may; the first failure says more than that.
            break
        finally:
            first.steps = session.steps
    raise error


def _rendered(
    compiled: CompiledTemplate, program: Program, session: RenderSession, options: RenderOptions
) -> RenderedDocument:
    limits = compiled.limits
    try:
        content = program.render(session, options.output)
        file_name = None if options.file_name is None else _file_name(options.file_name, session)
        session.raise_for_missing()
    except DocGenError:
        raise
    except (RecursionError, MemoryError):
        raise _too_large("The template nests too deep, or needs too much memory.", "Make it simpler.") from None
    except Exception as error:
        # The port promises its own errors alone, and the log keeps what ours hides.
        _log.exception("rendering failed")
        message = f"The template failed with this data ({type(error).__name__})."
        raise RenderFailedError(message, [_finding("render-error", message)]) from error
    if len(content) > limits.output_bytes:
        raise _too_large(f"The document is larger than {limits.output_bytes:,} bytes.", "Split the document.")
    return RenderedDocument(content, session.diagnostics(), file_name)


def validate_template(
    compiled: CompiledTemplate, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS, sha256: str = ""
) -> tuple[Diagnostic, ...]:
    """Return what a render of this data would complain of, with the findings about the template itself.

    Raises:
        AssetsNeededError: it names assets that are not among `assets`.
    """
    if compiled.program is None:
        return compiled.diagnostics
    try:
        rendered = render_template(compiled, data, options, assets, sha256)
    except UnsupportedOutputError as error:
        return (*compiled.diagnostics, _finding(error.code, str(error)))
    except DiagnosedError as error:
        return (*compiled.diagnostics, *(error.diagnostics or (_finding(error.code, str(error)),)))
    return (*compiled.diagnostics, *rendered.diagnostics)


def _file_name(pattern: str, session: RenderSession) -> str:
    if len(pattern) > _MAX_FILE_NAME:
        message = f"The pattern of the file name has {len(pattern):,} characters; the limit is {_MAX_FILE_NAME:,}."
        raise _too_large(message, "Make it shorter.")
    compiled = _compiled_name(pattern)
    if compiled.source is None:
        raise RenderFailedError("The pattern of the file name cannot be read.", compiled.diagnostics)
    with _row_in(session):
        name = "".join(compiled.source.render(session, (_name_writer,)))
    if len(name) > _MAX_FILE_NAME:
        message = f"The file name would have {len(name):,} characters; the limit is {_MAX_FILE_NAME:,}."
        raise _too_large(message, "Use shorter values in it.")
    return name


@contextmanager
def _row_in(session: RenderSession) -> Iterator[None]:
    """Let the name of a document know the number of its row, unless the data has a `row` of its own."""
    row, data = session.options.row, session.data
    if row is None or _ROW in data:
        yield
        return
    # In place: what is missing is found by the identity of what it is missing in.
    data[_ROW] = row
    try:
        yield
    finally:
        del data[_ROW]


_ROW: Final = "row"


@lru_cache(maxsize=256)
def _compiled_name(pattern: str) -> SourceCompilation:
    split = split_text(pattern, Part.FILE_NAME)
    if has_errors(split.diagnostics):
        return SourceCompilation(None, split.diagnostics, NO_NEEDS)
    return compile_source(split.segments, origin="<file name>")


# Characters of a file name and of its pattern; what storage and headers take is cut from it later.
_MAX_FILE_NAME: Final = 1_000
# Half a character of UTF-16 is none.
_NO_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")


def _name_writer(value: object) -> str:
    return " ".join(_NO_CHARACTERS.sub(" ", to_text(value)).split())


def _data_unfit(unfit: list[Diagnostic], program: Program, session: RenderSession) -> DataInvalidError:
    """Say what does not fit, and with it what is missing: a render finds that out, whatever else goes wrong in it."""
    found: tuple[Diagnostic, ...] = ()
    try:
        program.render(session, session.options.output)
        session.raise_for_missing()
    except DiagnosedError as error:
        found = error.diagnostics
    except Exception:  # noqa: BLE001  # a value of the wrong kind may make anything fail
        found = ()
    missing = [each for each in found if each.code == "missing-value"]
    message = f"The data does not fit what the template's author has declared: {unfit[0].message}"
    return DataInvalidError(message, [*unfit, *missing])


def _template_invalid(compiled: CompiledTemplate) -> TemplateInvalidError:
    errors = [found for found in compiled.diagnostics if found.severity is Severity.ERROR]
    what = f"{len(errors)} errors" if len(errors) > 1 else "an error"
    first = f": {errors[0].message}" if errors else "."
    return TemplateInvalidError(f"The template has {what}{first}", compiled.diagnostics)


def _finding(code: str, message: str, suggestion: str | None = None) -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, message, suggestion)


def _refused(code: str, message: str) -> CompiledTemplate:
    return CompiledTemplate(None, (_finding(code, message),), ())


def _too_large(message: str, suggestion: str) -> LimitExceededError:
    return LimitExceededError(message, [_finding("limit-exceeded", message, suggestion)])
