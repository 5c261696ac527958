"""What is wrong with Markdown or HTML."""


class MarkupError(Exception):
    """A text that cannot be read within the limits; both sentences are for whoever wrote the data.

    `path` leads from the value to what is wrong in it, as a JSON Pointer.
    """

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.path = ""
