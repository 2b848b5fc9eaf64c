"""Benchmarks: binderlint and its peers as whole processes, in turn, in one run."""
