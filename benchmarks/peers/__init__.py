"""The released engines that DocGen is compared with, and where they are installed."""

from benchmarks.peers.catalogue import PEERS, Peer

__all__ = ["PEERS", "Peer"]
