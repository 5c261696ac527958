"""What is said of settings that are wrong."""


class SettingsError(Exception):
    """A setting is wrong; the message says which, why, and how to put it right."""


NO_DATABASE = (
    "DOCGEN_DATABASE__URL is missing, and DOCGEN_DATABASE__EMBEDDED=false keeps DocGen from running a PostgreSQL of "
    "its own, as in the container image: set it to the address of one."
)
OIDC_UNUSED = "DOCGEN_OIDC__ISSUER is set, and no token of it would be taken: set DOCGEN_AUTH__MODE=oidc, or remove it."
OWNER_WITHOUT_DATABASE = (
    "DOCGEN_DATABASE__ADMIN_URL is the owner's address of the database that DOCGEN_DATABASE__URL names: set that too, "
    "or remove this one and DocGen runs a PostgreSQL of its own."
)
OIDC_INCOMPLETE = "DOCGEN_AUTH__MODE=oidc needs DOCGEN_OIDC__ISSUER and DOCGEN_OIDC__AUDIENCE: set both."
