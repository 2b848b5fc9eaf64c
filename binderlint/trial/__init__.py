"""Trial: the environment of the plan made on this computer, the imports of the notebooks and the launch tried in it, as far as that goes without Docker."""
