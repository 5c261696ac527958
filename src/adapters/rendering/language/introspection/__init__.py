"""What a template needs: which data it uses, what that seems to be, and what must not be missing."""

from adapters.rendering.language.introspection.needs import NO_NEEDS, Conclusion, Needs, conclude, needs_of

__all__ = ["NO_NEEDS", "Conclusion", "Needs", "conclude", "needs_of"]
