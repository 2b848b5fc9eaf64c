"""Lock: what a lock file says."""

from __future__ import annotations

from binderlint.read.constraints import pip_admits, without_caret
from binderlint.read.pythons import python_release
from binderlint.values import NamedTuple


class Lock(NamedTuple):
    """A lock file: versions by name for pip and for conda, and the Python versions it was made for, as a specifier."""

    path: str
    pip: dict[str, str]
    conda: dict[str, str]
    python: str = ""

    def fits(self, python: str) -> bool:
        """Whether it was made for this Python; a lock that does not say is taken to."""
        if not self.python:
            return True
        return pip_admits(without_caret(self.python), python_release(python)) is True

    def objection(self, python: str) -> str:
        """Why its versions are not used for a build with this Python (empty where it is not known); empty where they are."""
        if self.fits(python):
            return ""
        built = f"Binder builds with {python}" if python else "the Python of the build is not known"
        return f"the versions of {self.path} are not used: its Python is {self.python.strip('=.*')}, and {built}"
