"""What a server knows that guards its connections; it travels to each of its processes, and loads little there."""

from typing import Any, Final

import uvicorn

from entrypoints.http.unread_answers import UnreadAnswers
from entrypoints.settings.http import HttpSettings

_PROTOCOL: Final = "entrypoints.http.connection:GuardedProtocol"
_HEALTHCHECK_SECONDS: Final = 30


class GuardedConfig(uvicorn.Config):
    """How the server runs: its connections are guarded."""

    def __init__(self, app: str, settings: HttpSettings, **options: Any) -> None:
        super().__init__(
            app,
            factory=True,
            http=_PROTOCOL,
            ws="none",  # a request to upgrade is answered like any other
            workers=settings.workers,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            # A process that starts on a busy machine is not dead: after the default of 5 seconds it would be killed.
            timeout_worker_healthcheck=_HEALTHCHECK_SECONDS,
            **options,
        )
        self.client_seconds = settings.client_seconds
        self.client_bytes_per_second = settings.client_bytes_per_second
        self.unread_answers = UnreadAnswers(settings.answer_bytes)  # each process has a copy
