"""How much memory is free on this machine, as far as it tells."""

from __future__ import annotations

from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def available_memory(memory: Path = _MEMORY, group: Path = _GROUP) -> int | None:
    """The bytes that programs can still take: of the machine, or of the container where that is less; None where
    neither tells."""
    found = [free for free in (_of_machine(memory), _of_container(group)) if free is not None]
    return min(found, default=None)


def _of_machine(path: Path) -> int | None:
    try:
        for line in path.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _of_container(path: Path) -> int | None:
    """What the control group has left; file pages that it could drop count as free."""
    try:
        limit = int((path / "memory.max").read_text("ascii"))
        used = int((path / "memory.current").read_text("ascii"))
        kept = dict(line.split() for line in (path / "memory.stat").read_text("ascii").splitlines())
        return max(0, limit - used + int(kept.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None
