"""Parameters of a query: none that the operation does not know, and each once.

A misspelt one would be passed over in silence, and a list would show everything, or a deletion only archive.
"""

from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from domain.errors import InvalidRequestError
from domain.near_names import no_such


def named_parameters(dependant: Dependant) -> frozenset[str]:
    """Return the names of the parameters that an operation takes in a query."""
    own = frozenset(each.alias for each in dependant.query_params)
    return own.union(*map(named_parameters, dependant.dependencies))


def refuse_odd_parameters(request: Request, known: frozenset[str]) -> None:
    """Refuse a parameter that is not known, or is given twice: which of them was meant?

    Raises:
        InvalidRequestError: there is one.
    """
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise InvalidRequestError(name, no_such("parameter", name, known))
        if name in seen:
            raise InvalidRequestError(name, "the parameter is given more than once.")
        seen.add(name)
