"""`python -m eqxfuse`."""

import sys

from eqxfuse._cli.main import main

if __name__ == "__main__":
    sys.exit(main())
