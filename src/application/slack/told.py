"""What ends with a sentence."""

from domain.errors import DocGenError


class ToldInSlackError(DocGenError):
    """Something is not done, for a reason that is said to the person in their own language."""
