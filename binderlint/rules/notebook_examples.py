"""Notebooks for the examples of rules."""

from __future__ import annotations

import json


def page(
    *cells: str, kernel: str = "python3", language: str = "python", counts: tuple[int | None, ...] = (), minor: int = 4
) -> str:
    """A notebook of code cells for examples: `counts` are their execution counts, a cell with a count has an output."""
    data = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": count,
                "metadata": {},
                "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}] if count else [],
                "source": cell.splitlines(keepends=True),
            }
            for cell, count in zip(cells, [*counts, *([None] * len(cells))], strict=False)
        ],
        "metadata": {"kernelspec": {"display_name": "x", "name": kernel}, "language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": minor,
    }
    return json.dumps(data, indent=1) + "\n"
