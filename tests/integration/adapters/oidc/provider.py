"""A small identity provider on loopback: it publishes keys, and signs tokens."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from typing_extensions import override

AUDIENCE = "docgen"

_MAKERS: dict[str, Any] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


class Provider:
    """Keys by their names; `answers` counts how often they were asked for, `document` replaces what is answered."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.private: dict[str, tuple[str, Any]] = {}
        self.answers = 0
        self.documents: dict[str, Any] = {}

    def add(self, name: str, algorithm: str = "RS256") -> None:
        """Publish a new key."""
        self.private[name] = (algorithm, _MAKERS[algorithm]())

    def token(self, key_name: str = "one", /, **claims: Any) -> str:
        """Sign a token that is good for an hour, but for what `claims` say (None: without it)."""
        algorithm, key = self.private[key_name]
        said = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "ada",
            "exp": int(time.time()) + 3600,
            "docgen_workspace": "default",
            "scope": "openid templates:read",
            **claims,
        }
        return jwt.encode(
            {claim: value for claim, value in said.items() if value is not None},
            key,
            algorithm=algorithm,
            headers={"kid": key_name},
        )

    def answer(self, path: str) -> Any:
        """Return what is published at a path."""
        if path in self.documents:
            return self.documents[path]
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        self.answers += 1
        return {"keys": [_public(name, *key) for name, key in self.private.items()]}


def _public(name: str, algorithm: str, key: Any) -> dict[str, Any]:
    public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": name, "use": "sig"}


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider with one key, `one`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = provider.answer(self.path)
            self.send_response(302 if self.path.startswith("/moved") else 200)
            if self.path.startswith("/moved"):
                self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        @override
        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # closing waits for them
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    provider.add("one")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
