"""Fuzzer: repositories made from examples and golden repositories by mutation, and what must hold for each of them.

In pytest a bounded sample runs with fixed seeds, and every case in `cases/` is replayed. For hours, by hand:

    python -m tests.fuzz --minutes 60 --seed 7 --jobs 2 --out found
    python -m tests.fuzz --replay found/unparsable-safe-bash-STA007
"""
