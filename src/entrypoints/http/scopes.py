"""Who may call what: the scope of every operation of the API."""

from collections.abc import Mapping
from typing import Final

from domain.scope import Scope

# None: whoever is known may call it.
SCOPE_OF: Final[Mapping[str, Scope | None]] = {
    "register_template": Scope.TEMPLATES_WRITE,
    "validate_template": Scope.TEMPLATES_READ,
    "list_templates": Scope.TEMPLATES_READ,
    "get_template": Scope.TEMPLATES_READ,
    "update_template": Scope.TEMPLATES_WRITE,
    "archive_template": Scope.TEMPLATES_WRITE,
    "restore_template": Scope.TEMPLATES_WRITE,
    "publish_version": Scope.TEMPLATES_PUBLISH,
    "add_version": Scope.TEMPLATES_WRITE,
    "list_versions": Scope.TEMPLATES_READ,
    "get_version": Scope.TEMPLATES_READ,
    "get_version_file": Scope.TEMPLATES_READ,
    "get_version_schema": Scope.TEMPLATES_READ,
    "put_version_schema": Scope.TEMPLATES_WRITE,
    "get_version_placeholders": Scope.TEMPLATES_READ,
    "get_version_sample": Scope.TEMPLATES_READ,
    "create_render": Scope.RENDERS_CREATE,
    "list_renders": Scope.RENDERS_READ,
    "get_render": Scope.RENDERS_READ,
    "get_document": Scope.RENDERS_READ,
    # Less than the list of renders says.
    "get_usage": Scope.RENDERS_READ,
    # Whoever may read a document can hand it on; a link lets them, and ends.
    "create_link": Scope.RENDERS_READ,
    "delete_render": Scope.RENDERS_CREATE,
    "cancel_render": Scope.RENDERS_CREATE,
    "retry_render": Scope.RENDERS_CREATE,
    "create_batch": Scope.BATCHES_CREATE,
    "list_batches": Scope.BATCHES_READ,
    "get_batch": Scope.BATCHES_READ,
    "list_batch_items": Scope.BATCHES_READ,
    "get_batch_archive": Scope.BATCHES_READ,
    "pause_batch": Scope.BATCHES_CREATE,
    "resume_batch": Scope.BATCHES_CREATE,
    "cancel_batch": Scope.BATCHES_CREATE,
    "retry_failed_rows": Scope.BATCHES_CREATE,
    "delete_batch": Scope.BATCHES_CREATE,
    "list_assets": Scope.TEMPLATES_READ,
    "put_asset": Scope.TEMPLATES_WRITE,
    "get_asset": Scope.TEMPLATES_READ,
    "delete_asset": Scope.TEMPLATES_WRITE,
    "create_api_key": Scope.KEYS_MANAGE,
    "list_api_keys": Scope.KEYS_MANAGE,
    "revoke_api_key": Scope.KEYS_MANAGE,
    "create_webhook": Scope.WEBHOOKS_MANAGE,
    "list_webhooks": Scope.WEBHOOKS_MANAGE,
    "get_webhook": Scope.WEBHOOKS_MANAGE,
    "update_webhook": Scope.WEBHOOKS_MANAGE,
    "delete_webhook": Scope.WEBHOOKS_MANAGE,
    "rotate_webhook_secret": Scope.WEBHOOKS_MANAGE,
    "test_webhook": Scope.WEBHOOKS_MANAGE,
    "list_webhook_deliveries": Scope.WEBHOOKS_MANAGE,
    "replay_webhook_delivery": Scope.WEBHOOKS_MANAGE,
    # Whoever installs the app lets everybody there make documents.
    "create_slack_install_link": Scope.KEYS_MANAGE,
    "list_audit_events": Scope.AUDIT_READ,
    "get_me": None,
    # What holds for somebody's requests they may know, whatever else they may do.
    "get_workspace": None,
    # Whoever gives out keys decides about the workspace as a whole, and nobody else does: a program that makes
    # documents must not be able to change for how long everybody's are kept.
    "configure_workspace": Scope.KEYS_MANAGE,
}
