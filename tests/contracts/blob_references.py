"""The contract of `BlobReferences`."""

from application.ports.blob_references import BlobName, Namer
from application.ports.unit_of_work import UnitsOfWork
from domain.render_request import Timings
from domain.workspace import DeletedWorkspace, Workspace
from tests.builders import NOW, a_document, a_render_request, a_template, a_version, a_workspace, an_asset
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

NOBODYS = "0" * 64


class BlobReferencesContract(UnitsOfWorkFixtures):
    """Promises of whatever knows which blobs are needed."""

    async def test_versions_assets_and_documents_name_blobs(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        template = a_template(workspace_id=acme.id)
        version, asset, document = a_version(template), an_asset(workspace_id=acme.id), a_document()
        await stored(units, template, version)
        request = a_render_request(template).start().succeed(document, (), Timings(), at=NOW)
        async with units.of_workspace(acme.id) as unit:
            await unit.assets.put(asset)
            await unit.renders.add(request, b"{}")
            await unit.renders.add(a_render_request(template), b"{}")
            await unit.commit()
        everything = [version.sha256, asset.sha256, document.sha256, NOBODYS]
        async with units.of_workspace(acme.id) as unit:
            assert await unit.blobs.named(everything) == set(everything) - {NOBODYS}
            assert await unit.blobs.named([]) == set()
            await unit.templates.delete(template.id)
            assert await unit.blobs.named(everything) == {asset.sha256, document.sha256}
        async with units.of_workspace(globex.id) as unit:
            assert await unit.blobs.named(everything) == set()

    async def test_a_workspace_has_a_beginning_also_after_its_end(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        async with units.of_administration() as administration:
            await administration.workspaces.delete(acme.slug)
            await administration.workspaces.record_deletion(DeletedWorkspace(acme, NOW, "ada"))
            await administration.commit()
        for workspace in (acme, globex):
            async with units.of_workspace(workspace.id) as unit:
                assert await unit.blobs.since() == workspace.created_at
        async with units.of_workspace(a_workspace("never-there").id) as unit:
            assert await unit.blobs.since() is None

    async def test_every_row_that_names_a_blob_is_listed_once(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        document, expected = a_document(), set()
        for workspace in (acme, globex):
            template = a_template(workspace_id=workspace.id)
            await stored(units, template)
            async with units.of_workspace(workspace.id) as unit:
                for number in range(2, 13):
                    await unit.templates.add_version(a_version(template, number=number, content=b"version %d" % number))
                for name in ("b.png", "a.png", "a-b.png"):
                    await unit.assets.put(an_asset(name, workspace_id=workspace.id))
                for _ in range(4):
                    request = a_render_request(template).start().succeed(document, (), Timings(), at=NOW)
                    await unit.renders.add(request, b"{}")
                    if workspace is acme:
                        expected.add(BlobName(Namer.RENDER, request.id, document.sha256, document.size))
                erased = a_render_request(template).start().succeed(document, (), Timings(), at=NOW)
                await unit.renders.add(erased, b"{}")
                await unit.renders.erase(erased.erase(at=NOW))
                await unit.renders.add(a_render_request(template), b"{}")
                await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            listed: list[BlobName] = []
            while page := await unit.blobs.names(limit=3, after=listed[-1] if listed else None):
                assert len(page) <= 3
                listed += page
            assert len(listed) == len(set(listed)) == 12 + 3 + 4
            assert {name for name in listed if name.namer is Namer.RENDER} == expected
            assert [name.id.rpartition("/")[2] for name in listed if name.namer is Namer.VERSION] == [
                str(number) for number in range(1, 13)
            ]
            assert set(await unit.blobs.names_of(document.sha256, limit=10)) == expected
            assert len(await unit.blobs.names_of(document.sha256, limit=3)) == 3
            assert await unit.blobs.names_of(NOBODYS, limit=3) == []
