"""dask's keys of old, and where their values are read today (dask/config.py, distributed/config.py: `deprecations`)."""

from __future__ import annotations

from binderlint.source import Table, Text

# Keys at the top level; dask takes `-` and `_` for the same.
RENAMED = {
    "allowed-failures": "distributed.scheduler.allowed-failures",
    "bandwidth": "distributed.scheduler.bandwidth",
    "default-data-size": "distributed.scheduler.default-data-size",
    "work-stealing": "distributed.scheduler.work-stealing",
    "worker-ttl": "distributed.scheduler.worker-ttl",
    "multiprocessing-method": "distributed.worker.multiprocessing-method",
    "use-file-locking": "distributed.worker.use-file-locking",
    "profile-interval": "distributed.worker.profile.interval",
    "profile-cycle-interval": "distributed.worker.profile.cycle",
    "worker-memory-target": "distributed.worker.memory.target",
    "worker-memory-spill": "distributed.worker.memory.spill",
    "worker-memory-pause": "distributed.worker.memory.pause",
    "worker-memory-terminate": "distributed.worker.memory.terminate",
    "heartbeat-interval": "distributed.client.heartbeat",
    "compression": "distributed.comm.compression",
    "connect-timeout": "distributed.comm.timeouts.connect",
    "tcp-timeout": "distributed.comm.timeouts.tcp",
    "default-scheme": "distributed.comm.default-scheme",
    "socket-backlog": "distributed.comm.socket-backlog",
    "diagnostics-link": "distributed.dashboard.link",
    "bokeh-export-tool": "distributed.dashboard.export-tool",
    "tick-time": "distributed.admin.tick.interval",
    "tick-maximum-delay": "distributed.admin.tick.limit",
    "log-length": "distributed.admin.log-length",
    "log-format": "distributed.admin.log-format",
    "pdb-on-err": "distributed.admin.pdb-on-err",
    "fuse-ave-width": "optimization.fuse.ave-width",
    "fuse-max-height": "optimization.fuse.max-height",
    "fuse-max-width": "optimization.fuse.max-width",
    "fuse-rename-keys": "optimization.fuse.rename-keys",
    "fuse-max-depth-new-edges": "optimization.fuse.max-depth-new-edges",
}


def canonical(key: str) -> str:
    """A key as dask compares it."""
    return key.replace("_", "-")


def variable_name(key: str) -> str:
    """The environment variable of a key: `a.b-c` is `DASK_A__B_C`."""
    return "DASK_" + key.upper().replace(".", "__").replace("-", "_")


def deepest(table: Table, path: list[str]) -> tuple[Table, list[str]]:
    """The innermost mapping that is there already on the way to a key, and what of the way is left."""
    while len(path) > 1:
        key = next((key for key in table if canonical(key) == path[0]), None)
        inside = table[key] if key is not None else None
        if not isinstance(inside, Table) or not inside or inside.flow:
            break
        table, path = inside, path[1:]
    return table, path


def taken(table: Table, path: list[str]) -> bool:
    """Whether a key, or something in its way, is set already."""
    inner, rest = deepest(table, path)
    return any(isinstance(key, Text) and canonical(key) == rest[0] for key in inner)
