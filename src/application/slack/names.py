"""Names that Slack sends back: callback ids of shortcuts and views, action ids of what can be clicked."""

from typing import Final

COMMAND: Final = "/docgen"
# Shortcuts, as the app's manifest declares them.
GENERATE: Final = "docgen_generate"
FROM_MESSAGE: Final = "docgen_from_message"
# The menu of templates: its view, and the menu itself.
PICKER: Final = "docgen_pick"
PICK: Final = "pick:template"
# A view that says that it will be another one in a moment, or what went wrong.
# The window that takes a template.
TEMPLATE_VIEW: Final = "docgen_template"
# Mail merge: its window, the menu of templates in it, and the buttons below the report.
MERGE: Final = "merge:new"
MERGE_VIEW: Final = "docgen_merge"
MERGE_PICK: Final = "merge:template"
MERGE_START: Final = "merge:start"
MERGE_CANCEL: Final = "merge:cancel"
LOADING: Final = "docgen_loading"
# Buttons below a document; the value is the id of its delivery.
AGAIN: Final = "document:again"
EDIT: Final = "document:edit"
AS: Final = "document:as"
# The last fields of a form, which are not about the data.
OUTPUT_BLOCK: Final = "deliver:output"
TARGET_BLOCK: Final = "deliver:target"
CHANNEL_BLOCK: Final = "deliver:channel"

# What the bot is allowed to do, and what for.
BOT_SCOPES: Final = {
    "commands": "the command, and the shortcuts",
    "chat:write": "messages about documents",
    "files:read": "pictures and files of a form",
    "files:write": "documents",
    "im:history": "templates that are dropped into the app's direct messages",
    "im:write": "documents as direct messages",
    "users:read": "language, time zone and name of whoever fills a form in",
    "channels:read": "names of channels that are chosen in a form",
    "groups:read": "names of private channels that are chosen in a form",
}
BOT_EVENTS: Final = ("app_home_opened", "app_uninstalled", "message.im", "tokens_revoked")
