"""Failures that the command line reports in one line."""


class UsageError(Exception):
    """The user asked for something that makes no sense: exit status 2."""


class CommandError(Exception):
    """The command could not do its work: exit status 1."""


_LOOK = "Look at --initial and at the rate coefficients (is the temperature one where the fits hold?)"

FAILURES = {
    "max_steps_reached": "it used up its steps before the end. Raise --max-steps or --rtol. If the steps shrink to "
    f"nothing: {_LOOK[0].lower()}{_LOOK[1:]}",
    "step_too_small": "its steps became too small. Raise --rtol or --atol",
    "failed": f"its solver failed at a step and could not recover. {_LOOK}, or raise --rtol",
}
"""Why a solve failed, by the name of its `Outcome`, and which options to try."""
