"""What holds for all tests."""

from hypothesis import settings

# A machine that is busy is no fault of the code: how long one example may take is no assertion of any test.
# The same examples each time, so that a red run is a fault of the change; the long profile and the fuzzers search.
settings.register_profile("docgen", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=5_000)
settings.load_profile("docgen")
