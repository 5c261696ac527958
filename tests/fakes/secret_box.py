"""A box that hides nothing."""

from typing_extensions import override

from application.ports.secret_box import SealBrokenError, SecretBox


class OpenSecretBox(SecretBox):
    """Writes the owner and its key beside the secret."""

    def __init__(self, key: str = "key") -> None:
        self._key = key

    @override
    def seal(self, secret: bytes, owner: str) -> bytes:
        return f"{self._key} {owner} {secret.hex()}".encode()

    @override
    def open(self, sealed: bytes, owner: str) -> bytes:
        mark = f"{self._key} {owner} ".encode()
        if not sealed.startswith(mark):
            raise SealBrokenError("It was sealed under another key, or for another owner.")
        try:
            return bytes.fromhex(sealed.removeprefix(mark).decode("ascii"))
        except ValueError:
            raise SealBrokenError("It is damaged.") from None
