# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What a signer's browser sends: values of fields, and nothing else."""

import base64
import binascii
import io
import math
import struct
import unicodedata

from PIL import Image

MAX_TEXT = 1000
MAX_IMAGE_BYTES = 2 * 1024 * 1024
MAX_IMAGE_PIXELS = 4_000_000
# As large as a signature is stored: sharp on paper, small in a file.
STORED_SIZE = (1200, 600)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error, KeyError, IndexError),
    *(Image.DecompressionBombError, binascii.Error, OverflowError, MemoryError),
)


class InvalidValue(Exception):
    """A value that no page of ours sends.

    :ivar code: what is wrong: ``fields``, ``foreign``, ``text``, ``check`` or
        ``image``
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def is_map_of_fields(value):
    """:returns: whether it can be the fields of a request: by their numbers"""
    return isinstance(value, dict) and all(
        _is_number_text(key) and isinstance(field, dict) for key, field in value.items()
    )


def is_complete(field, field_types):
    """:param dict field: one of a request
    :param field_types: those that there are
    :returns: whether it can be filled in, and drawn on its page"""
    places = [field.get(key) for key in ("position_x", "position_y", "width", "height")]
    page, role_id = field.get("page"), field.get("role_id")
    return (
        field.get("field_type") in field_types
        and "required" in field
        and all(_is_share(place) for place in places)
        and type(page) is int
        and (not role_id or type(role_id) is int)
    )


def _is_number_text(key):
    return isinstance(key, int) or (isinstance(key, str) and key.isdecimal())


def _is_share(value):
    """Whether it is a share of a page, in percent."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and -1000 < value < 1000


def clean_items(sent, fields, role_id):
    """Take the values of a signer's own fields, and whatever else a field is from the
    request: its page, its place and its type are not the signer's to say.

    :param sent: the fields as the browser sends them, by key
    :param dict fields: the fields of the request, by key
    :param int role_id: the signer's role
    :returns: the signer's fields with their values, by key
    :raises InvalidValue: where a field doesn't exist, belongs to somebody else and
        would get another value, or has a value that is none
    """
    sent = _read_sent(sent)
    for key, item in sent.items():
        if key not in fields:
            raise InvalidValue("fields")
        is_own = fields[key].get("role_id") == role_id
        if not is_own and item.get("value") != fields[key].get("value"):
            raise InvalidValue("foreign")
    return {
        key: {
            **field,
            "value": clean_value(
                field.get("field_type"), sent.get(key, {}).get("value")
            ),
        }
        for key, field in fields.items()
        if field.get("role_id") == role_id
    }


def _read_sent(sent):
    if not isinstance(sent, dict):
        raise InvalidValue("fields")
    if not all(isinstance(item, dict) for item in sent.values()):
        raise InvalidValue("fields")
    return {str(key): item for key, item in sent.items()}


def clean_value(field_type, value):
    """:returns: the value as it is stored, False for none
    :raises InvalidValue: where it can't be a value of such a field
    """
    if value is None or value is False or value == "":
        return False
    match field_type:
        case "text":
            return clean_text(value)
        case "check":
            if not isinstance(value, bool):
                raise InvalidValue("check")
            return value
        case "signature":
            return clean_image(value)
    return value


def clean_text(value, limit=MAX_TEXT):
    """:returns: the text without what can't be printed, False for none"""
    if not isinstance(value, str) or len(value) > limit:
        raise InvalidValue("text")
    printable = "".join(
        char
        for char in value
        if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")
    )
    return printable.strip() or False


def clean_image(value):
    """:returns: the image as a PNG in a data URL; False where nothing is drawn on it"""
    if not isinstance(value, str) or len(value) > MAX_IMAGE_BYTES * 4 // 3 + 100:
        raise InvalidValue("image")
    encoded = value.split(",", 1)[1] if "," in value else value
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        image = _read_image(content)
    except _DAMAGED as error:
        raise InvalidValue("image") from error
    if not image.getchannel("A").getbbox():
        return False
    output = io.BytesIO()
    image.save(output, "PNG")
    return "data:image/png;base64," + base64.b64encode(output.getvalue()).decode()


def _read_image(content):
    image = Image.open(io.BytesIO(content), formats=_FORMATS)
    if math.prod(image.size) > MAX_IMAGE_PIXELS:
        raise ValueError("too large")
    image = image.convert("RGBA")
    image.thumbnail(STORED_SIZE)
    return image


def clean_coordinate(value, limit):
    """:returns: degrees; 0.0 where it is none"""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or abs(value) > limit:
        return 0.0
    return float(value)
