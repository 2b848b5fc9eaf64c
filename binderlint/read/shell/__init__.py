"""Shell: what a script runs, in which order, and whether its arguments arrive."""
