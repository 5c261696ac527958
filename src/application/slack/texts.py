"""What DocGen says in Slack, in the languages that people there read; English stands in for all others."""

from typing import Any, Final

from application.slack_forms.messages import spoken

_ENGLISH: Final = {
    "title": "Create a document",
    "loading": "One moment …",
    "pick": "Which document do you need?",
    "pick-placeholder": "Search templates",
    "close": "Close",
    "cancel": "Cancel",
    "output": "Format",
    "output-docx": "Word (.docx)",
    "output-md": "Markdown (.md)",
    "output-html": "Web page (.html)",
    "output-txt": "Text (.txt)",
    "target": "Where to",
    "target-here": "This conversation",
    "target-thread": "This thread",
    "target-me": "To me, as a direct message",
    "channel": "Another channel",
    "channel-hint": "Choose one to have the document there. The app has to be in it.",
    "queued": "{user} has asked for *{template}*: the document is being made.",
    "ready": "*{template}* is ready.",
    "ready-link": "*{template}* is ready: <{link}|download it> (until {until}).",
    "no-address": "There is no link either, since DocGen does not know its own address (DOCGEN_HTTP__PUBLIC_URL).",
    "called-off": "somebody has called it off.",
    "too-large": "At {size} MB the file is too large to upload here.",
    "may-not-post": "The app may not put files into <#{channel}>: invite it there with /invite.",
    "again": "Create again",
    "edit": "Edit data",
    "as": "As {output}",
    "failed": "*{template}* could not be made: {reason}",
    "request": "Request {request}",
    "broken": "Something went wrong inside DocGen.",
    "unavailable": "DocGen cannot be reached at the moment: please try again in a minute.",
    "not-installed": (
        "DocGen is not installed in this Slack workspace, or was removed: an administrator has to install it."
    ),
    "stranger": "Documents can be made only by members of the Slack workspace that the app is installed in.",
    "too-late": "The window could not be opened in time: please try again.",
    "form-gone": "This form is no longer there: it was sent already, or its template was erased. Please begin again.",
    "document-gone": "Data and document of this message are erased: please begin again.",
    "no-template": "There is no template {name}.",
    "did-you-mean": "There is no template {name}. Did you mean {near}?",
    "template-gone": "The template {name} is no longer published: please choose another one.",
    "list": "*Templates*",
    "list-empty": "There are no published templates in this workspace yet.",
    "status": "*Your last documents*",
    "status-empty": "You have not asked for a document yet.",
    "waiting": "being made",
    "file": "delivered",
    "link": "linked to",
    "given-up": "not delivered",
    "failed-short": "failed",
    "more": "… and {count} more",
    "help": (
        "`/docgen` opens a list of templates, and then a form.\n"
        '`/docgen TEMPLATE name="Ada"` opens the form of a template, with values filled in.\n'
        "`/docgen list` shows the templates, `/docgen status` your last documents.\n"
        "`/docgen merge` makes documents of the rows of a table.\n"
        "Messages have a shortcut “Create document”: lines such as `Name: Ada` are filled in."
    ),
    "unknown": "There is neither a command nor a template {name}.",
    "not-marks": "A file or person that the form names cannot be read from Slack: {reason}",
}
_GERMAN: Final = {
    "title": "Dokument erstellen",
    "loading": "Einen Moment …",
    "pick": "Welches Dokument wird gebraucht?",
    "pick-placeholder": "Vorlagen durchsuchen",
    "close": "Schließen",
    "cancel": "Abbrechen",
    "output": "Format",
    "output-docx": "Word (.docx)",
    "output-md": "Markdown (.md)",
    "output-html": "Webseite (.html)",
    "output-txt": "Text (.txt)",
    "target": "Wohin",
    "target-here": "In diese Unterhaltung",
    "target-thread": "In diesen Thread",
    "target-me": "An mich, als Direktnachricht",
    "channel": "Ein anderer Channel",
    "channel-hint": "Hier auswählen, wenn das Dokument dorthin soll. Die App muss dort Mitglied sein.",
    "queued": "{user} braucht *{template}*: Das Dokument wird erstellt.",
    "ready": "*{template}* ist fertig.",
    "ready-link": "*{template}* ist fertig: <{link}|herunterladen> (bis {until}).",
    "no-address": "Einen Link gibt es auch nicht: DocGen kennt seine eigene Adresse nicht (DOCGEN_HTTP__PUBLIC_URL).",
    "called-off": "Es wurde abgebrochen.",
    "too-large": "Mit {size} MB ist die Datei zu groß, um hier hochgeladen zu werden.",
    "may-not-post": "Die App darf in <#{channel}> keine Dateien ablegen: bitte mit /invite einladen.",
    "again": "Noch einmal",
    "edit": "Daten ändern",
    "as": "Als {output}",
    "failed": "*{template}* konnte nicht erstellt werden: {reason}",
    "request": "Anfrage {request}",
    "broken": "In DocGen ist etwas schiefgegangen.",
    "unavailable": "DocGen ist gerade nicht erreichbar: bitte in einer Minute noch einmal versuchen.",
    "not-installed": (
        "DocGen ist in diesem Slack-Workspace nicht installiert oder wurde entfernt: Jemand mit Administratorrechten "
        "muss es installieren."
    ),
    "stranger": "Dokumente erstellen können nur Mitglieder des Slack-Workspaces, in dem die App installiert ist.",
    "too-late": "Das Fenster ging nicht rechtzeitig auf: bitte noch einmal versuchen.",
    "form-gone": (
        "Dieses Formular gibt es nicht mehr: Es wurde schon abgeschickt, oder seine Vorlage wurde gelöscht. Bitte neu "
        "beginnen."
    ),
    "document-gone": "Daten und Dokument zu dieser Nachricht sind gelöscht: bitte neu beginnen.",
    "no-template": "Es gibt keine Vorlage {name}.",
    "did-you-mean": "Es gibt keine Vorlage {name}. War {near} gemeint?",
    "template-gone": "Die Vorlage {name} ist nicht mehr veröffentlicht: bitte eine andere auswählen.",
    "list": "*Vorlagen*",
    "list-empty": "In diesem Workspace gibt es noch keine veröffentlichten Vorlagen.",
    "status": "*Die letzten Dokumente*",
    "status-empty": "Noch kein Dokument angefordert.",
    "waiting": "in Arbeit",
    "file": "zugestellt",
    "link": "verlinkt",
    "given-up": "nicht zugestellt",
    "failed-short": "fehlgeschlagen",
    "more": "… und {count} weitere",
    "help": (
        "`/docgen` öffnet eine Liste der Vorlagen und dann ein Formular.\n"
        '`/docgen VORLAGE name="Ada"` öffnet das Formular einer Vorlage mit vorausgefüllten Werten.\n'
        "`/docgen list` zeigt die Vorlagen, `/docgen status` die letzten Dokumente.\n"
        "`/docgen merge` macht Dokumente aus den Zeilen einer Tabelle.\n"
        "An Nachrichten gibt es die Aktion „Create document“: Zeilen wie `Name: Ada` werden übernommen."
    ),
    "unknown": "Es gibt weder einen Befehl noch eine Vorlage {name}.",
    "not-marks": "Eine Datei oder Person aus dem Formular lässt sich nicht aus Slack lesen: {reason}",
}
LANGUAGES: Final = {"en": _ENGLISH, "de": _GERMAN}


def say(locale: str, key: str, **said: Any) -> str:
    """Return a sentence in the language of a locale such as 'de-DE'; what it says of data has to be escaped."""
    return spoken(LANGUAGES, locale, key, **said)
