"""Texts in Slack: what they hold, how long they are, and how data is kept from being read as commands."""

import re
from typing import Any, Final

Block = dict[str, Any]

_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_UNESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# A sign that begins or ends bold, italic, struck or code.
_FORMATTING: Final = re.compile(r"[*_~`]")
# Breaks the tie between a sign and the word beside it, and is not seen (word joiner).
_APART: Final = "\u2060"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[\ud800-\udfff]")
_TAG: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def slack_length(text: str) -> int:
    """Return how much of Slack's limits a text takes, at most: UTF-16 units, and `&`, `<`, `>` as their entities."""
    return len(text.translate(_ESCAPED).encode("utf-16-le", "replace")) // 2


def clipped(text: str, limit: int) -> str:
    """Return a text that a limit allows, with … where it ends early."""
    if slack_length(text) <= limit:
        return text
    kept, left = [], limit - 1
    for sign in text:
        left -= slack_length(sign)
        if left < 0:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def cleaned(text: str) -> str:
    """Return a text without the characters that JSON of Slack does not take."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str, limit: int) -> Block:
    """Return a text object in which nothing is a command: no emoji, no mention, no formatting."""
    shown = clipped(cleaned(text), limit)
    return {"type": "plain_text", "text": shown if shown.strip() else "…", "emoji": False}


def mrkdwn(text: str, limit: int) -> Block:
    """Return a text object of mrkdwn; what comes from data stands in it `escaped`. Links are made by us alone."""
    return {"type": "mrkdwn", "text": clipped_mrkdwn(text, limit) or "…", "verbatim": True}


def escaped(text: str) -> str:
    """Write data into mrkdwn so that it reads as it stands: no `<!channel>`, no link, nothing bold.

    "Escaping text" and "Basic formatting" of docs.slack.dev/messaging/formatting-message-text.
    """
    return _FORMATTING.sub(lambda sign: _APART + sign[0] + _APART, cleaned(text)).translate(_ESCAPED)


def clipped_mrkdwn(text: str, limit: int) -> str:
    """Return mrkdwn that a limit allows; it ends before an entity or link that would be cut."""
    if len(text.encode("utf-16-le", "replace")) // 2 <= limit:
        return text
    kept = text.encode("utf-16-le", "replace")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    kept = re.sub(r"<[^<>]*\Z|&[a-z]{0,4}\Z", "", kept)
    return kept.rstrip() + "…"


def unescaped(text: str) -> str:
    """Return what a person wrote, from the text of a message or command: links as they read, entities as signs."""
    text = _TAG.sub(_as_written, text)
    for entity, sign in _UNESCAPED:
        text = text.replace(entity, sign)
    return text


def _as_written(tag: re.Match[str]) -> str:
    """Return `<mailto:a@example.com|a@example.com>`, `<#C1|general>` as the person sees it, and a link as it leads."""
    target, label = tag[1], tag[2]
    if target.startswith(("@", "#", "!")):
        sign = "" if target.startswith("!") else target[0]
        return f"{sign}{label or target[1:]}".replace("@@", "@").replace("##", "#")
    return target if target.startswith(("http:", "https:")) else label or target
