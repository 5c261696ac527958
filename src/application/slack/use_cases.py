"""What people do in Slack with the service's own use cases."""

from dataclasses import dataclass

from application.use_cases.add_version import AddVersion
from application.use_cases.archive_batch import ArchiveBatch
from application.use_cases.check_rows import CheckRows
from application.use_cases.create_batch import CreateBatch
from application.use_cases.link_archive import LinkArchive
from application.use_cases.register_template import RegisterTemplate
from application.use_cases.validate_template import ValidateTemplate


@dataclass(frozen=True, slots=True)
class SlackUseCases:
    """The use cases beside those of a single document."""

    validate_template: ValidateTemplate
    register_template: RegisterTemplate
    add_version: AddVersion
    check_rows: CheckRows
    create_batch: CreateBatch
    archive_batch: ArchiveBatch
    link_archive: LinkArchive
