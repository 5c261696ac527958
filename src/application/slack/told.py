"""What ends with a sentence."""

from domain.errors import DocGenError


class ToldInSlackError(DocGenError):
    """Something is not done, for a reason that is said to the person in their own language."""


class NotYetError(DocGenError):
    """Something that goes on elsewhere is not ready: it is looked at again after some seconds."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds
