"""The one error class that ends a command with a single clear line."""


class DevError(Exception):
    """Something the user can act on: printed as one line, exit code 1."""


class Interrupted(BaseException):
    """A signal asked the whole command to stop.

    Not an ``Exception``, so that no handler of ordinary errors swallows it.
    """

    def __init__(self, signum: int):
        super().__init__(signum)
        self.signum = signum
