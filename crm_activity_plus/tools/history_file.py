# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows of the ledger in a file: one JSON object in each line, compressed. No ORM.

The first line says what the file is. Whoever has it reads it with ``zcat``, and
compares it with ``sha256sum``.
"""

import gzip
import json
from hashlib import sha256
from zlib import error as ZlibError

FORMAT = "crm_activity_plus history"
VERSION = 1


class BrokenFileError(ValueError):
    """It isn't what was written."""


def pack(rows):
    """:param list[dict] rows: JSON-able
    :returns: content of a file; the same for the same rows
    :rtype: bytes
    """
    header = {"format": FORMAT, "version": VERSION, "rows": len(rows)}
    lines = (json.dumps(row, ensure_ascii=False) for row in (header, *rows))
    return gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)


def unpack(data, checksum):
    """:param bytes data: content of a file
    :param str checksum: what :func:`get_checksum` gave for it
    :returns: its rows
    :rtype: list[dict]
    :raises BrokenFileError: it isn't what was written
    """
    if get_checksum(data) != checksum:
        raise BrokenFileError("The checksum differs")
    try:
        # A text may have other characters in it that end lines.
        lines = gzip.decompress(data).decode().removesuffix("\n").split("\n")
        header, *rows = map(json.loads, lines)
        is_whole = header["format"] == FORMAT and header["rows"] == len(rows)
    except (OSError, EOFError, ZlibError, ValueError, LookupError, TypeError) as error:
        raise BrokenFileError("It can't be read") from error
    if not is_whole or header["version"] != VERSION:
        raise BrokenFileError("It isn't whole, or of another version")
    return rows


def get_checksum(data):
    """:returns: SHA-256 of a file's content, as hexadecimal digits"""
    return sha256(data).hexdigest()


def group_by_run(rows):
    """Put the rows of activities with those of the runs that they were steps of.

    :param list[dict] rows: of the ledger, oldest first
    :returns: id of a run -> its rows, oldest first
    :rtype: dict
    """
    run_by_activity = {
        row["activity_ref"]: row["run_id"]
        for row in rows
        if row["run_id"] and row["activity_ref"]
    }
    by_run = {}
    for row in rows:
        run_id = row["run_id"] or run_by_activity[row["activity_ref"]]
        by_run.setdefault(run_id, []).append(row)
    return by_run
