"""What is wrong with Markdown or HTML."""


class MarkupError(Exception):
    """A text that cannot be read within the limits; both sentences are for whoever wrote the data."""

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
