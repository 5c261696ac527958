"""The contract of `TemplateRepository`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.ports.template_repository import TemplateFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.diagnostics import Diagnostic, Location, Part, Severity
from domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PreconditionFailedError,
    SlugTakenError,
)
from domain.formats import TemplateFormat
from domain.identifiers import TemplateId
from domain.placeholder import Occurrence, Placeholder, PlaceholderKind
from domain.template import Template, TemplateVersion
from domain.workspace import Workspace
from tests.builders import NOW, a_template, a_version
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored, updated

HEADER = Location(Part.HEADER, number=1, paragraph=17, table=2, row=3, cell=1, line=4, column=5)
# Every text field that is not drawn from an alphabet of its own.
TEMPLATE_TEXTS = ("name", "description", "tags", "locale")
VERSION_TEXTS = ("file_name", "created_by", "schema")
UNSTORABLE = {"nul": "a\0b", "lone surrogate": "a\ud800b"}


async def read(units: UnitsOfWork, template: Template) -> Template:
    """Read a template anew."""
    async with units.of_workspace(template.workspace_id) as unit:
        return await unit.templates.get(template.id)


async def read_version(units: UnitsOfWork, template: Template, number: int = 1) -> TemplateVersion:
    """Read a version anew."""
    async with units.of_workspace(template.workspace_id) as unit:
        return await unit.templates.get_version(template.id, number)


async def slugs(units: UnitsOfWork, workspace: Workspace, limit: int = 100, **criteria: Any) -> list[str]:
    """Search, and return the slugs found."""
    async with units.of_workspace(workspace.id) as unit:
        return [template.slug for template in await unit.templates.search(TemplateFilter(**criteria), limit=limit)]


def numbers(versions: list[TemplateVersion]) -> list[int]:
    """Name versions by their numbers."""
    return [version.number for version in versions]


class TemplateRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of templates."""

    # --- templates ------------------------------------------------------------------------------------------

    async def test_a_template_is_kept_in_every_field(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = a_template(
            workspace_id=acme.id,
            name="Größe & Preis 💶",
            description="Two\nlines, 'quotes' and \\ backslashes",
            tags=("zuletzt", "a, b", "{}", "ÄÖ"),
            format=TemplateFormat.DOCX,
            locale=None,
            published_version=1,
            updated_at=NOW + timedelta(microseconds=1),
            revision=7,
        )
        assert await read(units, await stored(units, template)) == template

    async def test_a_template_is_found_by_id_and_by_slug(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        async with units.of_workspace(acme.id) as unit:
            assert await unit.templates.get(template.id) == await unit.templates.get(template.slug) == template

    async def test_a_reference_to_nothing_is_not_found(self, units: UnitsOfWork, acme: Workspace) -> None:
        await stored(units, a_template(workspace_id=acme.id))
        for reference in ("missing", "tpl_" + "0" * 32, "", *UNSTORABLE.values(), "%", "x" * 10_000):
            async with units.of_workspace(acme.id) as unit:
                with pytest.raises(NotFoundError) as failure:
                    await unit.templates.get(reference)
            assert (failure.value.kind, failure.value.reference) == ("template", reference)

    async def test_another_workspace_sees_nothing(self, units: UnitsOfWork, acme: Workspace, globex: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        version = a_version(template)
        async with units.of_workspace(globex.id) as unit:
            for reference in (template.id, template.slug):
                with pytest.raises(NotFoundError):
                    await unit.templates.get(reference)
            with pytest.raises(NotFoundError):
                await unit.templates.get_version(template.id, 1)
            assert await unit.templates.find_version(template.id, version.sha256) is None
            assert await unit.templates.list_versions(template.id, limit=10) == []
            assert await unit.templates.search(TemplateFilter(archived=None), limit=10) == []
            with pytest.raises(PreconditionFailedError):
                await unit.templates.update(template.edit(NOW, name="Stolen"))

    async def test_a_slug_is_given_once_in_a_workspace(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        await stored(units, a_template("invoice", workspace_id=acme.id).archive(NOW))
        await stored(units, a_template("invoice", workspace_id=globex.id))
        with pytest.raises(SlugTakenError) as failure:
            await stored(units, a_template("invoice", workspace_id=acme.id))
        assert failure.value.slug == "invoice"

    async def test_a_change_is_kept(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        changed = template.edit(NOW, slug="contract", name="Contract", tags=(), locale=None, description="")
        await updated(units, changed)
        await updated(units, published := changed.publish(1, at=NOW))
        assert await read(units, template) == published

    async def test_a_change_of_an_outdated_revision_is_refused(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        await updated(units, newer := template.edit(NOW, name="Newer"))
        with pytest.raises(PreconditionFailedError):
            await updated(units, template.edit(NOW, name="Older"))
        assert await read(units, template) == newer

    async def test_a_change_to_a_taken_slug_is_refused(self, units: UnitsOfWork, acme: Workspace) -> None:
        await stored(units, a_template("invoice", workspace_id=acme.id))
        template = await stored(units, a_template("contract", workspace_id=acme.id))
        with pytest.raises(SlugTakenError, match="invoice"):
            await updated(units, template.edit(NOW, slug="invoice"))

    @pytest.mark.parametrize("field", TEMPLATE_TEXTS)
    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_text_that_cannot_be_kept_is_refused_by_its_field(
        self, units: UnitsOfWork, acme: Workspace, field: str, text: str
    ) -> None:
        unstorable: dict[str, Any] = {field: (text,) if field == "tags" else text}
        with pytest.raises(InvalidRequestError) as failure:
            await stored(units, a_template(workspace_id=acme.id, **unstorable))
        assert failure.value.field == field
        template = await stored(units, a_template(workspace_id=acme.id))
        with pytest.raises(InvalidRequestError) as failure:
            await updated(units, template.edit(NOW, **unstorable))
        assert failure.value.field == field

    async def test_a_deleted_template_is_gone_with_its_versions_and_its_slug_is_free(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        twin = await stored(units, a_template(workspace_id=globex.id))
        second = a_version(template, 2)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.add_version(second)
            await unit.commit()
        async with units.of_workspace(globex.id) as unit:
            with pytest.raises(NotFoundError):
                await unit.templates.delete(template.id)
        async with units.of_workspace(acme.id) as unit:
            assert await unit.templates.delete(template.id) == [a_version(template).sha256, second.sha256]
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            for gone in (unit.templates.get(template.id), unit.templates.get_version(template.id, 1)):
                with pytest.raises(NotFoundError):
                    await gone
            with pytest.raises(NotFoundError):
                await unit.templates.delete(template.id)
        assert await read_version(units, twin)
        await stored(units, a_template(workspace_id=acme.id))

    # --- search ---------------------------------------------------------------------------------------------

    async def test_templates_are_listed_newest_first_in_pages(self, units: UnitsOfWork, acme: Workspace) -> None:
        made = [await stored(units, a_template(f"letter-{n}", workspace_id=acme.id)) for n in range(5)]
        listed: list[Template] = []
        after: TemplateId | None = None
        async with units.of_workspace(acme.id) as unit:
            while page := await unit.templates.search(TemplateFilter(), limit=2, after=after):
                assert len(page) <= 2
                listed += page
                after = page[-1].id
        assert listed == made[::-1]

    async def test_text_is_looked_for_everywhere_as_people_type_it(self, units: UnitsOfWork, acme: Workspace) -> None:
        """Case, accents and the order of words do not matter; what is a wildcard in a database stands for itself."""
        for slug, name, description, tags in [
            ("offer", "A letter", "saved in C:\\Temp", ("Legal",)),
            ("sizes", "Größe und Preis", "", ("a_b", "aXb")),
            ("report", "Figures", "The Quarterly figures, 50% done", ("500",)),
            ("contract", "Договір", "契約書 Café", ("ab",)),
        ]:
            await stored(units, a_template(slug, workspace_id=acme.id, name=name, description=description, tags=tags))
        expected = {
            "OFFER": ["offer"],
            "größe": ["sizes"],
            "GRÖSSE": ["sizes"],
            "grosse preis": ["sizes"],
            "preis große": ["sizes"],
            "rei": ["sizes"],
            "quarterly": ["report"],
            "quart fig": ["report"],
            "figures offer": [],
            "l": ["report", "offer"],
            "legal": ["offer"],
            "lett leg": ["offer"],
            "договір": ["contract"],
            "ДОГОВ": ["contract"],
            "約": ["contract"],
            "cafe": ["contract"],
            "café": ["contract"],
            "50%": ["report"],
            "a_b": ["sizes"],
            "c:\\temp": ["offer"],
            "%": ["report"],
            "_": ["sizes"],
            "\\": ["offer"],
            "/": [],
            "'": [],
            "offersizes": [],
            "nowhere": [],
            " \t ": ["contract", "report", "sizes", "offer"],
            "": ["contract", "report", "sizes", "offer"],
        }
        assert {text: await slugs(units, acme, text=text) for text in expected} == expected

    async def test_a_search_is_paged_and_follows_changes(self, units: UnitsOfWork, acme: Workspace) -> None:
        made = [
            await stored(units, a_template(slug, workspace_id=acme.id, description="", tags=()))
            for slug in ("note-0", "letter-1", "note-2", "letter-3", "note-4", "letter-5")
        ]
        await updated(units, made[3].edit(NOW, name="Something else", slug="else"))
        await updated(units, made[4].edit(NOW, tags=("letter",)))
        async with units.of_workspace(acme.id) as unit:
            criteria = TemplateFilter(text="letter")
            first = await unit.templates.search(criteria, limit=2)
            rest = await unit.templates.search(criteria, limit=2, after=first[-1].id)
        assert [template.slug for template in (*first, *rest)] == ["letter-5", "note-4", "letter-1"]

    async def test_criteria_must_all_hold(self, units: UnitsOfWork, acme: Workspace) -> None:
        await stored(units, a_template("old", workspace_id=acme.id, tags=("hr",)).archive(NOW))
        await stored(units, a_template("word", workspace_id=acme.id, tags=("hr", "x"), format=TemplateFormat.DOCX))
        await stored(units, a_template("plain", workspace_id=acme.id, tags=("hrx",)))
        assert await slugs(units, acme) == ["plain", "word"]
        assert await slugs(units, acme, archived=True) == ["old"]
        assert await slugs(units, acme, archived=None) == ["plain", "word", "old"]
        assert await slugs(units, acme, tag="hr", archived=None) == ["word", "old"]
        assert await slugs(units, acme, tag="HR", archived=None) == []
        assert await slugs(units, acme, format=TemplateFormat.TEXT, archived=None) == ["plain", "old"]
        assert await slugs(units, acme, tag="hr", format=TemplateFormat.TEXT, text="old", archived=True) == ["old"]

    @pytest.mark.parametrize("field", ["text", "tag"])
    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_search_for_what_cannot_be_kept_is_refused(
        self, units: UnitsOfWork, acme: Workspace, field: str, text: str
    ) -> None:
        criteria: dict[str, Any] = {field: text}
        with pytest.raises(InvalidRequestError) as failure:
            await slugs(units, acme, **criteria)
        assert failure.value.field == {"text": "q", "tag": "tag"}[field]

    # --- versions -------------------------------------------------------------------------------------------

    async def test_a_version_is_kept_in_every_field(self, units: UnitsOfWork, acme: Workspace) -> None:
        """The text of the schema stays as it was written; findings may quote any character."""
        template = a_template(workspace_id=acme.id)
        version = a_version(
            template,
            file_name="Größe.txt",
            size=20_000_000_000,
            diagnostics=(
                Diagnostic(Severity.WARNING, "odd", "NUL \0 and 💶", "Ask.", HEADER, "{{ a\0 }}", "/a/0"),
                Diagnostic(Severity.INFO, "plain", "Nothing else."),
            ),
            placeholders=(
                Placeholder("z", PlaceholderKind.RICH_TEXT, required=False),
                Placeholder(
                    "a[].b", PlaceholderKind.NUMBER, required=True, occurrences=(Occurrence(HEADER, "{{ b }}"),)
                ),
            ),
            schema='{ "z": 1,\n\t"a": 1.50, "ä": "\\u0000", "z": 2 }',
        )
        await stored(units, template, version)
        assert await read_version(units, template) == version

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_findings_are_kept_whatever_they_quote(self, units: UnitsOfWork, acme: Workspace, text: str) -> None:
        template = a_template(workspace_id=acme.id)
        finding = Diagnostic(Severity.INFO, "quote", f"Somebody wrote {text} here.", snippet=text)
        await stored(units, template, a_version(template, diagnostics=(finding,)))
        (kept,) = (await read_version(units, template)).diagnostics
        assert (kept.severity, kept.code) == (finding.severity, finding.code)
        assert kept.message.startswith("Somebody wrote a")
        assert kept.message.endswith("b here.")

    async def test_what_the_author_says_of_a_version_can_be_changed(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = a_template(workspace_id=acme.id)
        version = a_version(template, refinements='{"z": {"title": "Z"},  "a": {"default": 1.50}}')
        await stored(units, template, version)
        assert await read_version(units, template) == version
        for text in ('{"b": {"title": "\\u0000"}}', None):
            async with units.of_workspace(acme.id) as unit:
                await unit.templates.set_refinements(template.id, 1, text)
                assert (await unit.templates.get_version(template.id, 1)).refinements == text
                await unit.commit()
            assert await read_version(units, template) == replace(version, refinements=text)

    async def test_of_no_version_nothing_can_be_said(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        for workspace, number in ((acme, 2), (globex, 1)):
            async with units.of_workspace(workspace.id) as unit:
                with pytest.raises(NotFoundError):
                    await unit.templates.set_refinements(template.id, number, "{}")

    async def test_versions_are_found_by_number_and_by_bytes(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        second = a_version(template, 2)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.get(template.id, for_change=True)
            await unit.templates.add_version(second)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.templates.get_version(template.id, 2) == second
            assert await unit.templates.find_version(template.id, second.sha256) == second
            assert await unit.templates.find_version(template.id, "0" * 64) is None

    async def test_a_number_that_was_not_given_is_not_found(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        for number in (0, -1, 2, 2**31, 2**63, 10**30):
            with pytest.raises(NotFoundError) as failure:
                await read_version(units, template, number)
            assert (failure.value.kind, failure.value.reference) == ("version", str(number))

    async def test_versions_are_listed_newest_first_in_pages(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        other = await stored(units, a_template("other", workspace_id=acme.id))
        async with units.of_workspace(acme.id) as unit:
            for number in (2, 3):
                await unit.templates.add_version(a_version(template, number))
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert numbers(await unit.templates.list_versions(template.id, limit=2)) == [3, 2]
            assert numbers(await unit.templates.list_versions(template.id, limit=2, before=2)) == [1]
            assert numbers(await unit.templates.list_versions(template.id, limit=9, before=10**30)) == [3, 2, 1]
            assert numbers(await unit.templates.list_versions(other.id, limit=2)) == [1]

    @pytest.mark.parametrize(
        "twin", [{"number": 1, "content": b"other"}, {"number": 2, "content": b"same"}], ids=["number", "bytes"]
    )
    async def test_a_number_and_bytes_come_once_in_a_template(
        self, units: UnitsOfWork, acme: Workspace, twin: dict[str, Any]
    ) -> None:
        template = a_template(workspace_id=acme.id)
        await stored(units, template, a_version(template, 1, b"same"))
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(ConflictError):
                await unit.templates.add_version(a_version(template, **twin))
        other = a_template("other", workspace_id=acme.id)
        await stored(units, other, a_version(other, 1, b"same"))

    async def test_a_version_of_a_template_that_is_not_there_is_refused(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        template = a_template(workspace_id=acme.id)
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.templates.add_version(a_version(template))
        assert (failure.value.kind, failure.value.reference) == ("template", template.id)

    @pytest.mark.parametrize("field", VERSION_TEXTS)
    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_version_with_text_that_cannot_be_kept_is_refused(
        self, units: UnitsOfWork, acme: Workspace, field: str, text: str
    ) -> None:
        template = a_template(workspace_id=acme.id)
        unstorable: dict[str, Any] = {field: text}
        with pytest.raises(InvalidRequestError) as failure:
            await stored(units, template, a_version(template, **unstorable))
        assert failure.value.field == field
