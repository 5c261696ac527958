"""What is wrong with an image."""


class ImageError(Exception):
    """An image that no document can take, or that cannot be made.

    The message is a sentence for whoever gave it, `code` that of the finding.
    """

    def __init__(self, message: str, suggestion: str | None = None, code: str = "image-invalid") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.code = code
