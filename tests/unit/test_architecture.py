"""Rules of the architecture that no import contract can say."""

import sys
from importlib.metadata import packages_distributions

import grimp
import pytest

PACKAGES = ("domain", "application", "adapters", "entrypoints")


def test_the_domain_imports_the_standard_library_alone() -> None:
    graph = grimp.build_graph("domain", include_external_packages=True)
    outside = {module.partition(".")[0] for module in graph.modules if not module.startswith("domain")}
    assert outside <= sys.stdlib_module_names


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_claims_our_package_names(package: str) -> None:
    assert set(packages_distributions().get(package, ["docgen"])) == {"docgen"}
