"""Data: tables of what ages, each with where its rows are from."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent
