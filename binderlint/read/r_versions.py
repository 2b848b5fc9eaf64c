"""R's versions: when each was released, and a day of CRAN that fits."""

from __future__ import annotations

DEFAULT = "4.4"  # repo2docker/buildpacks/r.py, r_version
# Day of the first release of each minor version (cran.r-project.org/src/base).
RELEASED = {
    "3.3": "2016-05-03",
    "3.4": "2017-04-21",
    "3.5": "2018-04-23",
    "3.6": "2019-04-26",
    "4.0": "2020-04-24",
    "4.1": "2021-05-18",
    "4.2": "2022-04-22",
    "4.3": "2023-04-21",
    "4.4": "2024-04-24",
    "4.5": "2025-04-11",
}
# The first day of CRAN that Posit's snapshots have with a working kernel (repo2docker/buildpacks/r.py, RSPM_CUTOFF_DATE).
FIRST_SNAPSHOT = "2018-12-07"
# A day late in the year of each version, when the packages of its time had settled.
_SETTLED = {
    "3.5": "2019-04-01",
    "3.6": "2020-04-01",
    "4.0": "2021-04-30",
    "4.1": "2022-04-01",
    "4.2": "2023-04-01",
    "4.3": "2024-04-01",
    "4.4": "2025-04-01",
    "4.5": "2026-04-01",
}


def of_day(date: str) -> str:
    """The minor version that was current on a day, empty before the first known one and after the last year known."""
    current = [version for version, day in RELEASED.items() if day <= date]
    return current[-1] if current and date < "2026-04-01" else ""


def settled_day(version: str) -> str:
    """A snapshot that fits a version `x.y` or `x.y.z`, empty when none is known."""
    return _SETTLED.get(".".join(version.split(".")[:2]), "")
