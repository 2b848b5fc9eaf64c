"""Property tests try the same cases in every run, so that a change is judged by what it changes; `BINDERLINT_RANDOM=1` tries new ones."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None)
settings.load_profile("new" if os.environ.get("BINDERLINT_RANDOM") else "same")
