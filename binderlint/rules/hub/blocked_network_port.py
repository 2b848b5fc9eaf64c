"""blocked-network-port: The hub blocks a network port that the code uses."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.launched import is_for_other_hubs
from binderlint.facts.network import Reached, reached_in_build_and_start, reached_in_notebooks, reached_machines
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot

# Hosts that give over https what they give over ftp, at the same path; each says so on its own pages of downloads.
_BOTH = frozenset(
    {"ftp.ncbi.nlm.nih.gov", "ftp.ebi.ac.uk", "ftp.ensembl.org", "ftp.uniprot.org", "ftp.gnu.org", "ftp.sra.ebi.ac.uk"}
)


# Names that only exist inside of a cluster, so that the connection fails at once.
_INSIDE = regex(r"^[^.]+$|dask-gateway|\.(?:svc|local|internal)$")


class BlockedNetworkPort(Rule):
    code = "HUB001"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(reached_machines)
    def check(self, repo: Snapshot, _: tuple[Reached, ...]) -> Iterator[Diagnostic]:
        ports = repo.allows.ports
        if ports is None or is_for_other_hubs(repo):
            return

        for reached in reached_in_build_and_start(repo):
            if reached.port not in ports:
                yield self._blocked(repo, reached, "the build or launch waits")
        hosts: dict[tuple[str, int], list[Reached]] = {}
        for reached in reached_in_notebooks(repo):
            if reached.port not in ports and not _INSIDE.search(reached.host):
                hosts.setdefault((reached.host.lower(), reached.port), []).append(reached)
        for places in hosts.values():
            others = len({reached.text.place.path for reached in places}) - 1
            also = f" (as in {others} more notebook{'s' if others > 1 else ''})" if others else ""
            for reached in places if _has_fix(places[0]) else places[:1]:
                yield self._blocked(repo, reached, f"this cell{also} waits", Level.RUN)

    def _blocked(self, repo: Snapshot, reached: Reached, waits: str, level: Level = Level.LAUNCH) -> Diagnostic:
        fix = None
        if _has_fix(reached):
            fix = Fix("Download it over https", (replace(reached.scheme, "https"),), Applicability.UNSAFE)
        return self.at(
            reached.text,
            f"{repo.hub} blocks connections to port {reached.port}, so {waits} for {reached.host} until it gives up",
            help="Download the data over https" if reached.scheme.startswith("ftp") else _help(reached.port),
            fix=fix,
            level=level,
        )


def _has_fix(reached: Reached) -> bool:
    return reached.scheme == "ftp" and reached.host.lower() in _BOTH and reached.port == 21


def _help(port: int) -> str:
    if port == 22:
        return "Use an https address"
    return "Read the data from an https address, or keep a copy in the repository or at Zenodo"
