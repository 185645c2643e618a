"""How Ctrl-C ends a command."""

import os
import signal
import sys


def end_when_interrupted() -> None:
    """Without Python's part in it, which would wait for the end of a solve, and can lose the interrupt in a callback of
    JAX. Files are written so that they are whole whenever the process ends.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def say_when_interrupted(text: str) -> None:
    """From now on write a line before that end: for a command whose main thread waits for others, and so hears of an
    interrupt soon.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:
        return

    def end(number, _) -> None:
        os.write(sys.stderr.fileno(), f"\n{text}\n".encode())
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    signal.signal(signal.SIGINT, end)
