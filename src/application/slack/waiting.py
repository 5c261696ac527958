"""What is waited for, and for how long."""

from datetime import timedelta
from typing import Final

from application.job_worker import TryAgain, backoff
from application.lost_work import PASSES_BY
from application.ports.slack_api import SlackBusyError, SlackUnreachableError
from domain.errors import DocGenError

# Nothing is wrong with what was asked for: it is tried again later.
PASSES_BY_IN_SLACK: Final = (SlackBusyError, SlackUnreachableError, *PASSES_BY)


def pause_after(failure: DocGenError, handed_back: int) -> TryAgain:
    """Return when something is tried again: when Slack says so, else the later the oftener it was tried."""
    return TryAgain(timedelta(seconds=failure.seconds) if isinstance(failure, SlackBusyError) else backoff(handed_back))
