"""Every port that has a fake has a contract, and its fakes and adapters are held to that, by construction."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import adapters
import application.ports
import tests.contracts
import tests.fakes

# What belongs to a unit of work, or to a file that is read, is promised by the contract of what makes it.
CONTRACT_OF = dict.fromkeys(("Transaction", "UnitOfWork", "AdministrationUnitOfWork"), "UnitsOfWorkContract") | {
    "OpenedRows": "RowReaderContract"
}


def classes_in(package: ModuleType) -> Iterator[type[Any]]:
    """Give every class that a package defines."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations." in found.name:
            continue  # they run within Alembic alone
        module = importlib.import_module(found.name)
        yield from (
            each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__
        )


PORTS = {each for each in classes_in(application.ports) if inspect.isabstract(each)}
CONTRACTS = {each.__name__ for each in classes_in(tests.contracts) if each.__name__.endswith("Contract")}


def contracts_of(implementation: type[Any]) -> set[str]:
    """Name the contracts of the ports that a class stands behind."""
    ports = [each.__name__ for each in implementation.__mro__[1:] if each in PORTS]
    return {CONTRACT_OF.get(port, f"{port}Contract") for port in ports}


def implementations(package: ModuleType) -> dict[str, set[str]]:
    """Name the public classes behind ports, with their contracts."""
    found = {each.__name__: contracts_of(each) for each in classes_in(package) if not each.__name__.startswith("_")}
    return {name: contracts for name, contracts in found.items() if contracts}


def held_to(folder: str) -> dict[str, set[str]]:
    """Read out of the tests which contracts a class is held to: `class TestName(..., PortContract)`."""
    held: dict[str, set[str]] = {}
    for path in Path("tests", folder).rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                held.setdefault(node.name.removeprefix("Test"), set()).update(bases & CONTRACTS)
    return held


def not_held(found: dict[str, set[str]], held: dict[str, set[str]]) -> dict[str, set[str]]:
    """Say which contracts are missed; those of units of work hold for what makes them."""
    by_units = {name for name, contracts in found.items() if contracts == {"UnitsOfWorkContract"}}
    assert any("UnitsOfWorkContract" in held.get(name, ()) for name in by_units)
    missed = {name: contracts - held.get(name, set()) for name, contracts in found.items() if name not in by_units}
    return {name: contracts for name, contracts in missed.items() if contracts}


def test_every_port_that_has_a_fake_has_a_contract() -> None:
    """Without one, nobody knows whether the fake does what the adapter does."""
    assert set().union(*implementations(tests.fakes).values()) <= CONTRACTS


def test_every_fake_passes_the_contract_of_its_port() -> None:
    found = implementations(tests.fakes)
    assert len(found) > 15
    assert not_held(found, held_to("unit/contracts")) == {}


def test_every_adapter_passes_the_contract_of_its_port() -> None:
    found = {name: contracts & CONTRACTS for name, contracts in implementations(adapters).items()}
    assert len(found) > 15
    assert not_held(found, held_to("unit/adapters") | held_to("integration")) == {}
