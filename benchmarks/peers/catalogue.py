"""Which engines there are, in which versions, and how a measurement of each is started."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
# Environments of the peers; nothing of theirs gets into DocGen's.
ENVIRONMENTS: Final = ROOT / ".bench"
_NODE: Final = ENVIRONMENTS / "node"


@dataclass(frozen=True, slots=True)
class Peer:
    """A released engine: its package with version, and the words that its templates are written in.

    `needs` are further packages that its users install beside it.
    """

    name: str
    version: str
    language: str
    dialect: str
    needs: tuple[str, ...] = ()

    @property
    def home(self) -> Path:
        """The folder that it is installed in."""
        return _NODE if self.language == "node" else ENVIRONMENTS / f"{self.name}-{self.version}"

    def install(self) -> None:
        """Install it, where it is not yet.

        Raises:
            OSError: the program that installs is missing.
            subprocess.CalledProcessError: the installation failed; `stderr` says why.
        """
        if self.is_installed():
            return
        self.home.mkdir(parents=True, exist_ok=True)
        if self.language == "node":
            packages = [f"{self.name}@{self.version}", *self.needs]
            _run(["npm", "install", "--no-save", "--prefix", str(_NODE), *packages, *_installed_in_node()])
        else:
            _run([sys.executable, "-m", "venv", str(self.home)])
            _run([str(self._python()), "-m", "pip", "install", "--quiet", f"{self.name}=={self.version}", *self.needs])
            (self.home / "installed").touch()

    def is_installed(self) -> bool:
        """Tell whether it can be measured."""
        if self.language == "node":
            return (_NODE / "node_modules" / self.name).exists() and shutil.which("node") is not None
        return (self.home / "installed").exists()

    def command(self, template: Path, data: Path, seconds: float, output: Path) -> list[str]:
        """Return the command that measures it and prints JSON."""
        arguments = [self.name, str(template), str(data), str(seconds), str(output)]
        if self.language == "node":
            return ["node", str(Path(__file__).with_name("node_peer.mjs")), str(_NODE), *arguments]
        return [str(self._python()), "-m", "benchmarks.peers.python_peer", *arguments]

    def _python(self) -> Path:
        return self.home / "bin" / "python"


def _installed_in_node() -> list[str]:
    """Name what is there already: an installation that does not save removes everything else."""
    peers = [peer for peer in PEERS if peer.language == "node" and peer.is_installed()]
    return [package for peer in peers for package in (f"{peer.name}@{peer.version}", *peer.needs)]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


PEERS: Final[tuple[Peer, ...]] = (
    Peer("docxtpl", "0.20.2", "python", "jinja"),
    Peer("rust-docxtpl", "0.1.2", "python", "jinja"),
    Peer("docxtpl-ng", "0.2.0", "python", "jinja"),
    Peer("docx-mailmerge2", "1.0.3", "python", "merge-fields"),
    Peer("docxtemplater", "3.71.0", "node", "mustache", ("pizzip@3.3.0",)),
    Peer("easy-template-x", "7.2.8", "node", "mustache"),
    Peer("carbone", "3.8.2", "node", "carbone"),
)
