"""A Slack of the tests: a real HTTP server that checks what Slack checks, and sends what Slack sends.

It is written from the reference of docs.slack.dev: tokens, trigger ids (once, within three seconds), views and their
limits, conversations that the app is in or not, uploads in three steps, rate limits, addresses for answers (five,
within thirty minutes), requests that are signed and sent again.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSMsgType, web

from tests.slack.block_kit import faults_of_message, faults_of_options, faults_of_view

Json = dict[str, Any]

TEAM = "T0ACME"
APP = "A0DOCGEN"
USER = "U0ADA"
CHANNEL = "C0GENERAL"
STRANGE_CHANNEL = "C0SECRET"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_TOKEN = "xoxb-1-acme"
APP_TOKEN = "xapp-1-docgen"

_TRIGGER_SECONDS = 3.0
_ANSWERS = 5


@dataclass
class Fault:
    """What a method answers in place of what it would: an HTTP status, an error of its own, or nothing at all."""

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    drop: bool = False
    # The method does what it is to do, and its answer is lost.
    after: bool = False


@dataclass
class Stop:
    """Where a call never comes to its end, because the caller dies: the `at`-th one, before it is done or after.

    `method` counts the calls of that one alone.
    """

    at: int
    after: bool
    method: str | None = None
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass
class Call:
    """A method that was called."""

    method: str
    arguments: Json
    token: str


@dataclass
class UploadedFile:
    """A file on its way."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    shares: list[tuple[str, str | None]] = field(default_factory=list)


class FakeSlack:
    """The server, and the people who use it. `request` takes what is sent to the service: a client's `post`."""

    def __init__(self) -> None:
        self.url = ""
        self.trigger_seconds = _TRIGGER_SECONDS
        self.tokens: dict[str, str] = {BOT_TOKEN: TEAM}
        self.members: set[str] = {CHANNEL}
        self.users: dict[str, Json] = {
            USER: {"id": USER, "name": "ada", "real_name": "Ada Lovelace", "locale": "en-GB", "tz": "Europe/London"}
        }
        self.calls: list[Call] = []
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.messages: list[Json] = []
        self.files: dict[str, UploadedFile] = {}
        self.answers: dict[str, list[Json]] = defaultdict(list)
        self.stop: Stop | None = None
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.codes: dict[str, Json] = {}
        self.refresh_tokens: dict[str, Json] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: dict[str, Json | None] = {}
        self.complaints: list[str] = []
        self._triggers: dict[str, float] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()

    # --- people -----------------------------------------------------------------------------------------------

    def trigger(self) -> str:
        """Make a trigger id, as comes with every interaction."""
        trigger = f"{next(self._numbers)}.1.{hashlib.sha256(str(time.time()).encode()).hexdigest()[:32]}"
        self._triggers[trigger] = time.monotonic()
        return trigger

    def response_url(self) -> str:
        """Make an address that takes five answers."""
        return f"{self.url}/response/{next(self._numbers)}"

    def command(self, text: str = "", **fields: str) -> Json:
        """Make a slash command."""
        return {
            "token": "verification",
            "team_id": TEAM,
            "team_domain": "acme",
            "channel_id": CHANNEL,
            "channel_name": "general",
            "user_id": USER,
            "user_name": "ada",
            "command": "/docgen",
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.response_url(),
            "trigger_id": self.trigger(),
            **fields,
        }

    def interaction(self, kind: str, **fields: Any) -> Json:
        """Make an interaction."""
        return {
            "type": kind,
            "team": {"id": TEAM, "domain": "acme"},
            "user": {"id": USER, "username": "ada", "name": "ada", "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.trigger(),
            **fields,
        }

    def in_view(self, view: Json, action: Json) -> Json:
        """Make a click in a view, with what is filled in there."""
        container = {"type": "view", "view_id": view["id"]}
        return self.interaction("block_actions", view=view, container=container, actions=[action])

    def in_message(self, message: Json, action: Json) -> Json:
        """Make a click in a message."""
        container = {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]}
        return self.interaction(
            "block_actions",
            container=container,
            channel={"id": message["channel"], "name": "general"},
            message=message,
            response_url=self.response_url(),
            actions=[{"action_ts": f"{time.time():.6f}", "type": "button", **action}],
        )

    def event(self, event: Json, event_id: str | None = None) -> Json:
        """Make an event."""
        return {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{next(self._numbers):08}",
            "event_time": int(time.time()),
        }

    @staticmethod
    def body_of(path: str, payload: Json) -> bytes:
        """Write a payload as the address takes it."""
        if path.endswith("/events"):
            return json.dumps(payload).encode()
        if path.endswith("/commands"):
            return urlencode(payload).encode()
        return urlencode({"payload": json.dumps(payload)}).encode()

    @staticmethod
    def signed(path: str, body: bytes, secret: str = SIGNING_SECRET, age: float = 0) -> dict[str, str]:
        """Return the headers of a request that is sent now, or was sent a while ago."""
        at = str(int(time.time() - age))
        digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        kind = "application/json" if path.endswith("/events") else "application/x-www-form-urlencoded"
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}

    # --- what happened ----------------------------------------------------------------------------------------

    def wait_for(self, found: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Wait until something is there, and return it; it is looked for whenever anything has changed."""
        end = time.monotonic() + seconds
        with self._changed:
            while not (what := found()):
                left = end - time.monotonic()
                assert left > 0, f"It has not come: {[call.method for call in self.calls[-20:]]}"
                self._changed.wait(left)
            return what

    def shown(self, callback: str) -> Json | None:
        """Return the newest view whose callback id begins so."""
        with self._changed:
            found = [view for view in self.views.values() if view.get("callback_id", "").startswith(callback)]
        return found[-1] if found else None

    def uploaded(self, name: str, content: bytes) -> Json:
        """Let a person upload a file, and return it as Slack tells of it."""
        file = UploadedFile(f"F{next(self._numbers):08}", name, len(content), content)
        self.files[file.id] = file
        return {"id": file.id, "name": name, "size": file.length, "user": USER}

    def called(self, method: str) -> list[Call]:
        """Return the calls of a method."""
        return [call for call in self.calls if call.method == method]

    def shared(self) -> list[UploadedFile]:
        """Return the files that people see."""
        return [file for file in self.files.values() if file.shares]

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail."""
        self.faults[method].extend(faults)

    # --- the server -------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = await request.post()
        arguments = {name: _read(str(value)) for name, value in form.items()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with self._changed:
            self.calls.append(Call(method, arguments, token))
            self._changed.notify_all()
        stop = self._stop_here(method)
        if stop is not None and not stop.after:
            return await self._never(request, stop)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is not None and not fault.after:
            return await self._faulty(request, fault)
        answer = self._answer(method, arguments, token, request)
        if stop is not None:
            return await self._never(request, stop)
        with self._changed:
            self._changed.notify_all()
        return await self._faulty(request, fault) if fault is not None else web.json_response(answer)

    def _stop_here(self, method: str) -> Stop | None:
        if self.stop is None or self.stop.method not in (None, method):
            return None
        self.stop.at -= 1
        return self.stop if self.stop.at == 0 else None

    async def _never(self, request: web.Request, stop: Stop) -> web.StreamResponse:
        stop.reached.set()
        await self._loop.run_in_executor(None, stop.released.wait, 10)
        return await self._faulty(request, Fault(drop=True))

    @staticmethod
    async def _faulty(request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            if request.transport is not None:  # the caller may be gone already
                request.transport.abort()
            return web.Response()
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=headers)

    def _answer(self, method: str, arguments: Json, token: str, request: web.Request) -> Json:
        if method.startswith(("oauth.", "apps.connections")):
            return _METHODS[method](self, arguments, request)
        if token not in self.tokens:
            return _no("invalid_auth" if token else "not_authed")
        if self.tokens[token] == "revoked":
            return _no("token_revoked")
        if method not in _METHODS:
            self.complaints.append(f"There is no method {method}.")
            return _no("unknown_method")
        return _METHODS[method](self, arguments, request)

    def _views_open(self, arguments: Json, _: web.Request) -> Json:
        trigger = arguments.get("trigger_id", "")
        if trigger in self._used:
            return _no("exchanged_trigger_id")
        if trigger not in self._triggers:
            return _no("invalid_trigger_id")
        if time.monotonic() - self._triggers[trigger] > self.trigger_seconds:
            return _no("expired_trigger_id")
        self._used.add(trigger)
        return self._keep_view(arguments["view"], f"V{next(self._numbers):08}")

    def _views_update(self, arguments: Json, _: web.Request) -> Json:
        view_id = arguments.get("view_id")
        if view_id is None:
            wanted = arguments.get("external_id")
            view_id = next((key for key, view in self.views.items() if view.get("external_id") == wanted), None)
        if view_id not in self.views:
            return _no("not_found")
        kept = {"external_id": self.views[view_id].get("external_id", "")}
        return self._keep_view({**kept, **arguments["view"]}, view_id)

    def _views_publish(self, arguments: Json, _: web.Request) -> Json:
        if faults := faults_of_view(arguments["view"]):
            return self._illegal(faults)
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"ok": True, "view": arguments["view"]}

    def _keep_view(self, view: Json, view_id: str) -> Json:
        if faults := faults_of_view(view):
            return self._illegal(faults)
        kept = {**view, "id": view_id, "hash": f"{time.time():.6f}.{next(self._numbers)}", "team_id": TEAM}
        self.views.pop(view_id, None)
        self.views[view_id] = kept
        return {"ok": True, "view": kept}

    def _illegal(self, faults: list[str]) -> Json:
        self.complaints += faults
        return {**_no("invalid_arguments"), "response_metadata": {"messages": [f"[ERROR] {fault}" for fault in faults]}}

    def _may_post(self, channel: str) -> str | None:
        if channel in self.users or channel.startswith("D") or channel in self.members:
            return None
        return "not_in_channel" if channel.startswith("C") else "channel_not_found"

    def _post(self, arguments: Json, _: web.Request) -> Json:
        channel = arguments.get("channel", "")
        if refusal := self._may_post(channel):
            return _no(refusal)
        if faults := faults_of_message(arguments):
            return self._illegal(faults)
        where = f"D{channel}" if channel in self.users else channel
        ts = f"{time.time():.3f}{next(self._numbers):03}"
        self.messages.append({**arguments, "channel": where, "ts": ts, "app_id": APP})
        return {"ok": True, "channel": where, "ts": ts}

    def _update(self, arguments: Json, _: web.Request) -> Json:
        if faults := faults_of_message(arguments):
            return self._illegal(faults)
        for message in self.messages:
            if (message["channel"], message["ts"]) == (arguments.get("channel"), arguments.get("ts")):
                message.update(arguments)
                return {"ok": True, "channel": message["channel"], "ts": message["ts"]}
        return _no("message_not_found")

    def _user(self, arguments: Json, _: web.Request) -> Json:
        user = self.users.get(arguments.get("user", ""))
        return _no("user_not_found") if user is None else {"ok": True, "user": user}

    def _open_direct(self, arguments: Json, _: web.Request) -> Json:
        return {"ok": True, "channel": {"id": f"D{arguments['users']}"}}

    def _channel(self, arguments: Json, _: web.Request) -> Json:
        return {"ok": True, "channel": {"id": arguments["channel"], "name": "general"}}

    def _upload_url(self, arguments: Json, _: web.Request) -> Json:
        name, length = arguments.get("filename", ""), int(arguments.get("length", 0))
        if not name or length <= 0:
            return _no("invalid_arguments")
        file = UploadedFile(f"F{next(self._numbers):08}", str(name), length)
        self.files[file.id] = file
        return {"ok": True, "upload_url": f"{self.url}/upload/{file.id}", "file_id": file.id}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if self.faults["upload"]:
            return await self._faulty(request, self.faults["upload"].popleft())
        file = self.files[request.match_info["file"]]
        content = await request.read()
        if len(content) != file.length:
            return web.Response(status=400, text="the length is another one")
        stop = self._stop_here("upload")
        if stop is not None and not stop.after:
            return await self._never(request, stop)
        file.content = content
        if stop is not None:
            return await self._never(request, stop)
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, arguments: Json, _: web.Request) -> Json:
        files = [self.files.get(each.get("id", "")) for each in arguments.get("files", [])]
        if not files or any(file is None or file.content is None for file in files):
            return _no("file_not_found")
        channel = arguments.get("channel_id")
        if channel is not None and (refusal := self._may_post(channel)):
            return _no(refusal)
        for file in files:
            assert file is not None
            if channel is not None:
                file.shares.append((channel, arguments.get("thread_ts")))
        return {"ok": True, "files": [{"id": each["id"], "title": each.get("title")} for each in arguments["files"]]}

    def _file(self, arguments: Json, _: web.Request) -> Json:
        file = self.files.get(arguments.get("file", ""))
        if file is None:
            return _no("file_not_found")
        channels = [channel for channel, _ in file.shares]
        url = f"{self.url}/download/{file.id}"
        return {"ok": True, "file": {"id": file.id, "name": file.name, "channels": channels, "url_private": url}}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return web.Response(status=302, headers={"Location": "https://slack.com/signin"})
        return web.Response(body=self.files[request.match_info["file"]].content)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        number = request.match_info["number"]
        if len(self.answers[number]) >= _ANSWERS:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if faults := faults_of_message(said):
            self.complaints += faults
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        with self._changed:
            self.answers[number].append(said)
            self._changed.notify_all()
        return web.Response(text="ok")

    def said(self) -> list[str]:
        """Return what was said to one person alone: answers, and direct messages."""
        answers = [answer["text"] for answers in self.answers.values() for answer in answers]
        return answers + [message["text"] for message in self.messages if message["channel"].startswith("D")]

    # --- OAuth ------------------------------------------------------------------------------------------------

    def _oauth(self, arguments: Json, request: web.Request) -> Json:
        basic = base64.b64encode(b"12.34:s3cret").decode()
        given = request.headers.get("Authorization", "")
        if given != f"Basic {basic}" and (arguments.get("client_id"), arguments.get("client_secret")) != (
            "12.34",
            "s3cret",
        ):
            return _no("bad_client_secret")
        if arguments.get("grant_type") == "refresh_token":
            answer = self.refresh_tokens.pop(arguments.get("refresh_token", ""), None)
            return _no("invalid_refresh_token") if answer is None else answer
        answer = self.codes.pop(str(arguments.get("code", "")), None)
        return _no("invalid_code") if answer is None else answer

    # --- Socket Mode ------------------------------------------------------------------------------------------

    def _connections(self, _: Json, request: web.Request) -> Json:
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return _no("invalid_auth")
        return {"ok": True, "url": f"{self.url.replace('http', 'ws')}/socket?ticket={next(self._numbers)}"}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        with self._changed:
            self.sockets.append(socket)
            self._changed.notify_all()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                with self._changed:
                    self.acknowledged[said["envelope_id"]] = said.get("payload")
                    self._changed.notify_all()
        with self._changed:
            self.sockets.remove(socket)
            self._changed.notify_all()
        return socket

    def send(self, kind: str, payload: Json) -> str:
        """Send something over the socket, and return the id of its envelope."""
        envelope = f"envelope-{next(self._numbers)}"
        said = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        socket = self.wait_for(lambda: self.sockets and self.sockets[-1])
        asyncio.run_coroutine_threadsafe(socket.send_json(said), self._loop).result(10)
        return envelope

    # --- its life ---------------------------------------------------------------------------------------------

    @contextmanager
    def serving(self) -> Iterator["FakeSlack"]:
        """Serve within the block."""
        thread = threading.Thread(target=self._loop.run_forever, name="fake-slack", daemon=True)
        thread.start()
        runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), self._loop).result(20)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)
            self._loop.close()

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/download/{file}", self._download)
        app.router.add_post("/response/{number}", self._respond)
        app.router.add_get("/socket", self._socket)
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner


def _no(error: str) -> Json:
    return {"ok": False, "error": error}


def _read(text: str) -> Any:
    if text[:1] in ("{", "[") or text in ("true", "false"):
        return json.loads(text)
    return text


_METHODS: dict[str, Callable[[FakeSlack, Json, web.Request], Json]] = {
    "views.open": FakeSlack._views_open,
    "views.update": FakeSlack._views_update,
    "views.publish": FakeSlack._views_publish,
    "chat.postMessage": FakeSlack._post,
    "chat.update": FakeSlack._update,
    "users.info": FakeSlack._user,
    "conversations.open": FakeSlack._open_direct,
    "conversations.info": FakeSlack._channel,
    "files.getUploadURLExternal": FakeSlack._upload_url,
    "files.completeUploadExternal": FakeSlack._complete,
    "files.info": FakeSlack._file,
    "oauth.v2.access": FakeSlack._oauth,
    "apps.connections.open": FakeSlack._connections,
}

__all__ = ["Call", "FakeSlack", "Fault", "UploadedFile", "faults_of_options"]
