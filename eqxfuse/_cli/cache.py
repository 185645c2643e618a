"""`eqxfuse cache`: the native code that is kept on disk."""

import argparse
import datetime

from eqxfuse._cli.errors import CommandError
from eqxfuse._cli.report import warn
from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory


def add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="remove all of it")
    parser.set_defaults(command=cache)


def cache(options: argparse.Namespace) -> None:
    kept = ObjectCache(default_directory())
    size, entries = kept.size(), kept.entries()
    if options.clear:
        print(f"removed {_clear(kept)} kernels, {_size(size)}, from {kept.directory}")
        return
    if kept.unsafe:
        warn(kept.unsafe)
    print(f"{kept.directory}\n{len(entries)} kernels, {_size(size)} of at most {_size(kept.limit)}")
    if entries:
        times = [datetime.datetime.fromtimestamp(path.stat().st_mtime) for path in (entries[0], entries[-1])]
        print(f"last used between {times[0]:%Y-%m-%d %H:%M} and {times[1]:%Y-%m-%d %H:%M}")


def _clear(kept: ObjectCache) -> int:
    try:
        return kept.clear()
    except OSError as error:
        raise CommandError(f"cannot clear {kept.directory}: {error.strerror}") from error


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
