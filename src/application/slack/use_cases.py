"""What people do in Slack with the service's own use cases."""

from dataclasses import dataclass

from application.use_cases.add_version import AddVersion
from application.use_cases.register_template import RegisterTemplate
from application.use_cases.validate_template import ValidateTemplate


@dataclass(frozen=True, slots=True)
class SlackUseCases:
    """The use cases beside those of a single document."""

    validate_template: ValidateTemplate
    register_template: RegisterTemplate
    add_version: AddVersion
