"""What control groups give, as their files say it."""

from pathlib import Path

import pytest

from adapters.rendering.workers import machine


@pytest.fixture
def process(tmp_path: Path) -> Path:
    return tmp_path / "cgroup"


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")


def test_quotas_of_version_2_hold_for_all_groups_below(tmp_path: Path, process: Path) -> None:
    process.write_text("0::/service/docgen\n", encoding="utf-8")
    group(tmp_path / "fs" / "service", cpu__max="50000 100000\n", memory__max="700000000\n")
    group(tmp_path / "fs" / "service" / "docgen", cpu__max="max 100000\n", memory__max="max\n")
    assert machine.processors(process, tmp_path / "fs") == 1
    assert machine.memory_bytes(process, tmp_path / "fs") == 700_000_000


def test_quotas_of_version_1(tmp_path: Path, process: Path) -> None:
    process.write_text("4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n", encoding="utf-8")
    group(tmp_path / "fs" / "cpu,cpuacct", cpu__cfs_quota_us="10000\n", cpu__cfs_period_us="100000\n")
    # A container sees its own group at the mount point, and another path in its list.
    group(tmp_path / "fs" / "memory", memory__limit_in_bytes="600000000\n")
    assert machine.processors(process, tmp_path / "fs") == 1
    assert machine.memory_bytes(process, tmp_path / "fs") == 600_000_000


def test_without_limits_there_is_what_the_machine_has(tmp_path: Path, process: Path) -> None:
    unlimited = machine.processors(process, tmp_path / "nothing")
    assert unlimited >= 1
    process.write_text("0::/\n3:cpu:/\n", encoding="utf-8")
    group(tmp_path / "fs", cpu__max="max 100000", memory__max="max")
    group(tmp_path / "fs" / "cpu", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert machine.processors(process, tmp_path / "fs") == unlimited
    assert machine.memory_bytes(process, tmp_path / "fs") > 100_000_000


def test_there_are_two_workers_at_least_and_each_has_room_to_work() -> None:
    assert machine.default_workers() >= 2
    for workers in (1, 2, 1_000_000):
        assert 192_000_000 <= machine.default_memory_bytes(workers) <= 512_000_000
