"""Makes documents within documents: a template of the workspace is rendered, a Word file of the assets is checked."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

from adapters.rendering.cache import SizedCache
from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.package import Package
from adapters.rendering.docx.piece import Piece
from adapters.rendering.docx.read_piece import Known, checked_package, read_piece
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.subdocuments import Chain, Subdocument, SubdocumentError, Wish
from adapters.rendering.language.values import LimitError
from application.ports.template_renderer import RenderedDocument
from domain.asset import template_of
from domain.diagnostics import Diagnostic, Severity
from domain.errors import AssetsNeededError, DiagnosedError, LimitExceededError
from domain.formats import TemplateFormat

_ZIP: Final = b"PK"
# Steps for reading a document, and for each 100 bytes of its file; compiling a template takes some times as long.
_STEPS: Final = 5_000
_STEPS_PER_100_BYTES: Final = 20
_COMPILING: Final = 5
_MAX_FINDINGS: Final = 50


class _Kept:
    """What was made of files, by what they are: for all renders of this process, in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cache: SizedCache[tuple[object, ...], CompiledTemplate | Piece] = SizedCache(100, 20_000_000)

    def get(self, key: tuple[object, ...]) -> CompiledTemplate | Piece | None:
        """Return it, or None where it is not kept."""
        with self._lock:
            return self._cache.get(key)

    def put(self, key: tuple[object, ...], made: CompiledTemplate | Piece, size: int) -> None:
        """Keep it."""
        with self._lock:
            self._cache.put(key, made, size)


_KEPT: Final = _Kept()


@dataclass(frozen=True, slots=True)
class Around:
    """The render that a document is put into, `chain` leading to it, and what the engine does for it."""

    session: RenderSession
    chain: Chain
    compile: Callable[[TemplateFormat, bytes, Limits], CompiledTemplate]
    render: Callable[[CompiledTemplate, dict[str, Any], RenderSession, Chain], RenderedDocument]


def make_piece(document: Subdocument, around: Around) -> Piece:
    """Make what a document becomes, with what the render around it has left of its steps.

    Raises:
        SubdocumentError: it cannot be made; the findings within it are told with the place of their own.
        LimitError: it takes more than is left.
    """
    wish, session = document.wish, around.session
    file = session.assets.get(wish.asset)
    if file is None:
        raise _unknown(document, wish, session)
    session.charge(_STEPS + len(file) * _STEPS_PER_100_BYTES // 100, what="this document within the document")
    if wish.data is None:
        piece = _asset(document, wish, file, session.limits)
    else:
        piece = _rendered(document, wish, file, around)
    session.charge(0, piece.media_size)
    return piece


def findings_in(file: bytes, limits: Limits) -> tuple[Diagnostic, ...]:
    """Return what keeps a Word file of the assets from being put into documents: errors alone."""
    try:
        package, found = checked_package(file, limits.template_bytes)
        read_piece(package)
    except UnusableFileError as problem:
        found = [problem.finding]
    return tuple(each for each in found if each.severity is Severity.ERROR)


def _unknown(document: Subdocument, wish: Wish, session: RenderSession) -> SubdocumentError:
    if wish.asset not in session.assets and session.documents is not None:
        session.documents.needed.add(wish.asset)
    template = template_of(wish.asset)
    if wish.data is None:
        advice = "Upload it, or correct its name; on the command line, name its folder with --assets."
        return document.problem(f"There is no asset {wish.asset[:80]!r}.", advice, "unknown-asset")
    name = _name(wish) if template is None else template[0]
    version = "" if template is None or template[1] is None else f" with a version {template[1]}"
    message = f"There is no template {name[:80]!r}{version} that is published and becomes a Word document."
    advice = "Publish it, or correct its name; on the command line, name the folder of its file with --assets."
    return document.problem(message, advice, "unknown-template")


def _name(wish: Wish) -> str:
    return wish.asset.partition(":")[2].partition("@")[0] if wish.data is not None else wish.asset


def _asset(document: Subdocument, wish: Wish, file: bytes, limits: Limits) -> Piece:
    key = ("asset", hashlib.sha256(file).digest(), wish.sections, limits.template_bytes)
    kept = _KEPT.get(key)
    if isinstance(kept, Piece):
        return kept
    try:
        package, found = checked_package(file, limits.template_bytes)
        errors = [each for each in found if each.severity is Severity.ERROR]
        if errors:
            raise _broken(document, f"the asset {wish.asset!r}", errors)
        piece = read_piece(package, sections=wish.sections)
    except UnusableFileError as problem:
        raise _broken(document, f"the asset {wish.asset!r}", [problem.finding]) from None
    _KEPT.put(key, piece, piece.size + piece.media_size)
    return piece


def _rendered(document: Subdocument, wish: Wish, file: bytes, around: Around) -> Piece:
    session, chain = around.session, around.chain
    name, sha256 = _name(wish), hashlib.sha256(file).hexdigest()
    names = [each for each, _ in chain]
    if sha256 in {each for _, each in chain}:
        shown = " > ".join([*names, name])
        message = f"The template {name!r} holds itself: {shown}."
        raise document.problem(message, "Leave the document out that closes this circle.", "document-cycle")
    if len(chain) > session.limits.document_depth:
        shown = " > ".join([*names, name])
        limit = session.limits.document_depth
        message = f"Documents within documents nest deeper than {limit}: {shown}."
        raise document.problem(message, "Put fewer documents into each other.", "document-depth")
    compiled = _compiled(file, sha256, around)
    within, pointer = f"the template {name!r}", f"{document.pointer}/$document/data"
    try:
        made = around.render(compiled, wish.data or {}, session, (*chain, (name, sha256)))
        piece = read_piece(Package(made.content, session.limits.output_bytes), _known(session), sections=wish.sections)
    except AssetsNeededError as needed:
        if session.documents is not None:
            session.documents.needed.update(needed.names)
        raise document.problem(f"In {within}, assets are missing.") from None
    except LimitExceededError as error:
        raise LimitError(
            f"In {within}: {error}", error.diagnostics[0].suggestion if error.diagnostics else None
        ) from None
    except DiagnosedError as error:
        errors = [each for each in error.diagnostics if each.severity is Severity.ERROR]
        raise _broken(document, within, errors, pointer) from None
    except UnusableFileError as problem:
        raise _broken(document, within, [problem.finding]) from None
    if session.documents is not None:
        session.documents.warnings += _told(within, made.diagnostics, pointer)
    return piece


def _known(session: RenderSession) -> Known:
    return session.documents.known if session.documents is not None else {}


def _compiled(file: bytes, sha256: str, around: Around) -> CompiledTemplate:
    session = around.session
    key = ("template", sha256, session.limits)
    kept = _KEPT.get(key)
    if isinstance(kept, CompiledTemplate):
        return kept
    steps = (_STEPS + len(file) * _STEPS_PER_100_BYTES // 100) * _COMPILING
    session.charge(steps, what="reading the template of this document")
    template_format = TemplateFormat.DOCX if file.startswith(_ZIP) else TemplateFormat.MARKDOWN
    compiled = around.compile(template_format, file, session.limits)
    _KEPT.put(key, compiled, len(file))
    return compiled


def _broken(
    document: Subdocument, within: str, errors: Iterable[Diagnostic], pointer: str | None = None
) -> SubdocumentError:
    found = _told(within, errors, pointer, document.pointer)
    first = found[0].message if found else f"Something is wrong in {within}."
    problem = SubdocumentError(first, found[0].suggestion if found else None, found=tuple(found))
    problem.pointer = document.pointer
    return problem


def _told(
    within: str, found: Iterable[Diagnostic], pointer: str | None, otherwise: str | None = None
) -> list[Diagnostic]:
    """Say findings within a document so that they can be told with the place where that stands."""
    told = []
    for each in list(found)[:_MAX_FINDINGS]:
        words = f", «{each.snippet}»" if each.snippet else ""
        place = f" ({each.location}{words})" if each.location is not None else ""
        at = otherwise if each.pointer is None or pointer is None else f"{pointer}{each.pointer}"
        message = f"In {within}{place}: {each.message}"
        told.append(replace(each, message=message, location=None, snippet=None, pointer=at))
    return told
