"""`python -m binderlint`."""

import sys

from binderlint.cli import main

sys.exit(main())
