"""The contract of `BlobReferences`."""

from application.ports.unit_of_work import UnitsOfWork
from domain.render_request import Timings
from domain.workspace import Workspace
from tests.builders import NOW, a_document, a_render_request, a_template, a_version, an_asset
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
