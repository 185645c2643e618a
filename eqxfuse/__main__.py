"""`python -m eqxfuse`."""

import sys

from eqxfuse.cli import main

if __name__ == "__main__":
    sys.exit(main())
