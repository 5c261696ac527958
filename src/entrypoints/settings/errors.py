"""What is said of settings that are wrong."""


class SettingsError(Exception):
    """A setting is wrong; the message says which, why, and how to put it right."""


NO_DATABASE = (
    "DOCGEN_DATABASE__URL is missing, and DOCGEN_DATABASE__EMBEDDED=false keeps DocGen from running a PostgreSQL of "
    "its own, as in the container image: set it to the address of one."
)
OIDC_INCOMPLETE = "DOCGEN_AUTH__MODE=oidc needs DOCGEN_OIDC__ISSUER and DOCGEN_OIDC__AUDIENCE: set both."
