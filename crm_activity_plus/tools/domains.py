# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Domains that a person typed, read as data and never evaluated. No ORM.

A domain is a literal: lists, texts, numbers, ``True``, ``False`` and ``None``. Where a
value stands, it may also name one of the tokens: ``uid``, which is replaced by a user's
id, and ``today`` and ``now``, which are the relative dates that Odoo itself knows, such
as ``"today -7d"``.
"""

import ast
import math
from functools import lru_cache

# Nobody types more than that by hand. A longer text is refused before it is parsed.
MAX_LENGTH = 50_000
# Conditions, and the signs that join them.
MAX_ITEMS = 500
# How deep they may be in each other. Odoo goes down into them by recursion.
MAX_DEPTH = 20
# What a database calls a big integer.
MAX_INTEGER = 2**63 - 1
# So much is told of what isn't understood.
QUOTED_LENGTH = 60

JOINTS = {"!": 1, "&": 2, "|": 2}
CONSTANTS = ((1, "=", 1), (0, "=", 1))
SUBDOMAIN_OPERATORS = ("any", "not any")
OPERATORS = frozenset(
    [
        *("=", "!=", "<", ">", "<=", ">=", "=?", "in", "not in"),
        *("like", "not like", "ilike", "not ilike"),
        *("=like", "not =like", "=ilike", "not =ilike"),
        *("child_of", "parent_of"),
        *SUBDOMAIN_OPERATORS,
    ]
)
# Other ways to write them, of old.
SAME_OPERATORS = {"==": "=", "<>": "!="}

# What a migration puts in the place of a field of ``user``: the field behind the
# record's own that leads to users.
USER_FIELDS = {
    "company_ids": "user_ids",
    "partner_id": "user_ids",
    "sale_team_id": "member_ids",
    "team_id": "member_ids",
}


class DomainError(ValueError):
    """A text is no domain.

    :param str code: why: ``length``, ``syntax``, ``list``, ``unknown``, ``condition``,
        ``operator``, ``value``, ``joint``, ``size`` or ``characters``
    :param str quoted: the part of the text that it is about
    """

    def __init__(self, code, quoted=""):
        super().__init__(f"{code}: {quoted}" if quoted else code)
        self.code = code
        self.quoted = quoted


class _Uid:
    """The place of a user's id."""

    def __repr__(self):
        return "uid"


UID = _Uid()
TOKENS = {"uid": UID, "today": "today", "now": "now"}


def read_domain(text, uid):
    """Read a domain.

    :param str text: what a person typed
    :param int uid: the user whose id stands for ``uid``
    :returns: a domain of plain lists and values
    :rtype: list
    :raises DomainError: it is something else than a literal
    """
    return _replace_uid(parse_domain(text), uid)


def iter_conditions(domain):
    """:param list domain: what :func:`read_domain` returns
    :returns: its conditions on this level, without those that are always or never met
    """
    return (
        item
        for item in domain
        if not isinstance(item, str) and tuple(item) not in CONSTANTS
    )


def parse_domain(text):
    """Read a domain; see :func:`read_domain`.

    :returns: the domain, with ``UID`` in the places of a user's id
    :rtype: tuple
    """
    if not isinstance(text, str):
        raise DomainError("list", _shorten(repr(text)))
    if len(text) > MAX_LENGTH:
        raise DomainError("length", str(MAX_LENGTH))
    return _read_text(text)


def convert_domain(text):
    """Write a domain anew that was an expression with ``user`` and ``uid``, as they
    were evaluated up to 19.0.1.0.0.

    :param str text: a domain
    :returns: the same as a literal with tokens; the text itself where it is one already
    :rtype: str
    :raises DomainError: it can't be written so
    """
    try:
        parse_domain(text)
        return text
    except DomainError as error:
        if error.code not in ("unknown", "list", "condition", "value"):
            raise
    try:
        converted = ast.unparse(_convert(_parse(text)))
    except RecursionError as error:
        raise DomainError("size") from error
    parse_domain(converted)
    return converted


# ------------------------------------------------------------
# Reading
# ------------------------------------------------------------


@lru_cache(maxsize=256)
def _read_text(text):
    items = _read_items(_parse(text))
    if _get_depth(items) > MAX_DEPTH:
        raise DomainError("size")
    return items


def _parse(text):
    """:returns: the tree of an expression; nothing is evaluated"""
    _check_characters(text)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (MemoryError, RecursionError) as error:
        raise DomainError("size") from error
    except (SyntaxError, ValueError) as error:
        raise DomainError("syntax") from error


def _read_items(node, depth=1):
    """:param node: the tree of a list of conditions and joints"""
    if not isinstance(node, ast.List | ast.Tuple):
        if _is_literal(node):
            raise DomainError("list", _quote(node))
        raise DomainError("unknown", _quote(node))
    if depth > MAX_DEPTH or len(node.elts) > MAX_ITEMS:
        raise DomainError("size")
    items = tuple(_read_item(item, depth) for item in node.elts)
    _check_joints(items)
    return items


def _read_item(node, depth):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value in JOINTS:
            return node.value
        raise DomainError("condition", _quote(node))
    if not isinstance(node, ast.List | ast.Tuple):
        raise DomainError("condition" if _is_literal(node) else "unknown", _quote(node))
    if len(node.elts) != 3:
        raise DomainError("condition", _quote(node))
    path, operator, value = node.elts
    path = _read_scalar(path)
    operator = _read_scalar(operator)
    if not isinstance(operator, str):
        raise DomainError("condition", _quote(node))
    operator = SAME_OPERATORS.get(operator, operator.lower())
    if operator not in OPERATORS:
        raise DomainError("operator", _shorten(operator))
    if operator in SUBDOMAIN_OPERATORS:
        condition = (path, operator, _read_items(value, depth + 1))
    else:
        condition = (path, operator, _read_value(value))
    if condition in CONSTANTS and not isinstance(path, bool):
        return condition
    if not isinstance(path, str) or not path:
        raise DomainError("condition", _quote(node))
    return condition


def _read_value(node):
    if not isinstance(node, ast.List | ast.Tuple):
        return _read_scalar(node, tokens=True)
    return tuple(_read_scalar(item, tokens=True) for item in node.elts)


def _read_scalar(node, tokens=False):
    """:param bool tokens: whether a token may stand here"""
    if isinstance(node, ast.Name) and tokens and node.id in TOKENS:
        return TOKENS[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = node.operand
        if isinstance(number, ast.Constant) and type(number.value) in (int, float):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            return _check_scalar(sign * number.value, node)
    if isinstance(node, ast.Constant):
        return _check_scalar(node.value, node)
    raise DomainError("value" if _is_literal(node) else "unknown", _quote(node))


def _check_scalar(value, node):
    if isinstance(value, str):
        _check_characters(value)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise DomainError("value", _quote(node))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise DomainError("value", _quote(node))
    elif value is not None:
        # Bytes, complex numbers, dots.
        raise DomainError("value", _quote(node))
    return value


def _check_characters(text):
    """What no database can keep, or look for."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise DomainError("characters")


def _check_joints(items):
    """Look whether each joint has what it joins."""
    terms = 0
    for item in reversed(items):
        if not isinstance(item, str):
            terms += 1
        elif terms < JOINTS[item]:
            raise DomainError("joint", item)
        else:
            terms -= JOINTS[item] - 1


def _get_depth(items):
    """:returns: how many conditions and joints are in each other at the most; those
    that are joined by the same are beside each other"""
    terms = []
    for item in reversed(items):
        if isinstance(item, str):
            joined = [terms.pop() for _index in range(JOINTS[item])]
            inside = (depth + (joint != item or item == "!") for depth, joint in joined)
            terms.append((max(inside), item))
        else:
            inside = _get_depth(item[2]) if item[1] in SUBDOMAIN_OPERATORS else 0
            terms.append((inside, None))
    return 1 + max((depth for depth, _joint in terms), default=0)


def _is_literal(node):
    """:returns: whether it is no name and no call, so that it is wrong in its place
    only"""
    return isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Set)


def _quote(node):
    try:
        return _shorten(ast.unparse(node))
    except RecursionError:
        return ""


def _shorten(text):
    text = " ".join(text.split())
    return text if len(text) <= QUOTED_LENGTH else f"{text[: QUOTED_LENGTH - 2]} …"


def _replace_uid(value, uid):
    if isinstance(value, tuple):
        return [_replace_uid(item, uid) for item in value]
    return uid if value is UID else value


# ------------------------------------------------------------
# Converting
# ------------------------------------------------------------


def _convert(node):
    """:returns: the tree of a domain, where ``user`` is read as far as that can be"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _convert(node.left), _convert(node.right)
        if isinstance(left, ast.List) and isinstance(right, ast.List):
            return ast.List([*left.elts, *right.elts], ast.Load())
        raise DomainError("unknown", _quote(node))
    if not isinstance(node, ast.List | ast.Tuple):
        return node
    items = []
    for item in node.elts:
        items += _convert_item(item)
    return ast.List(items, ast.Load())


def _convert_item(node):
    """:returns: the trees of what stands for an item of a domain"""
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) != 3:
        return [node]
    path, operator, value = node.elts
    name = getattr(operator, "value", None)
    if name in SUBDOMAIN_OPERATORS:
        return [ast.Tuple([path, operator, _convert(value)], ast.Load())]
    field = _find_user_field(value)
    if not field or field == "id":
        return [ast.Tuple([path, operator, _convert_value(value)], ast.Load())]
    if (
        field not in USER_FIELDS
        or name not in ("=", "==", "in", "!=", "<>", "not in")
        or not isinstance(getattr(path, "value", None), str)
    ):
        raise DomainError("unknown", _quote(value))
    condition = ast.Tuple(
        [
            ast.Constant(f"{path.value}.{USER_FIELDS[field]}"),
            ast.Constant("in"),
            ast.List([ast.Name("uid", ast.Load())], ast.Load()),
        ],
        ast.Load(),
    )
    if name in ("=", "==", "in"):
        return [condition]
    return [ast.Constant("!"), condition]


def _convert_value(node):
    if isinstance(node, ast.List | ast.Tuple):
        return ast.List([_convert_value(item) for item in node.elts], ast.Load())
    if _find_user_field(node) == "id":
        return ast.Name("uid", ast.Load())
    return node


def _find_user_field(node):
    """:returns: which field of ``user`` it is that an expression reads, or None"""
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1:
        node = node.elts[0]
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id != "user":
        return None
    # The ids of what a field has are what it is compared by.
    if names[-1:] in (["id"], ["ids"]):
        names.pop()
    return ".".join(names) or "id"
