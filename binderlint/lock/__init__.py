"""Lock: versions for what a repository lists, as a resolver finds them for the Python and the system of Binder, today or on an earlier day."""
