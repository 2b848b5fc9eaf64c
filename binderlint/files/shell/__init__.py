"""Shell code: its words, its control flow, and what each command does. `files/script.py` is the way in."""
