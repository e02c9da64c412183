# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What may be missing, each with the reason."""

from pathlib import Path


def read_exceptions(path):
    """:param Path path: a name and its reason, behind a #, on each line
    :returns: by its name the reason of each
    :raises ValueError: there is none"""
    exceptions = {}
    for line in Path(path).read_text().splitlines():
        name, _hash, reason = (part.strip() for part in line.partition("#"))
        if name and not reason:
            raise ValueError(f"{path}: no reason is given for {name}")
        if name:
            exceptions[name] = reason
    return exceptions
