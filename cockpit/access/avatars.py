"""Pictures of members: fetched from where a host says, drawn anew, kept by their digest.

fetch_avatar(url, reach=Reach()) -> bytes | None    None: nothing there, or no picture; raises BadAddress (400)
keep(conn, user_id, image, now) -> str              the digest under which it is served
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import urlsplit
from uuid import UUID

from cockpit.access.safe_fetch import fetch
from cockpit.network.reach import Reach
from cockpit.storage import avatars
from cockpit.storage.database import Connection

PROGRAM = Path(__file__).with_name("avatar_decoding.py")
LARGEST_RESULT = 512 * 1024
SECONDS = 10  # of a busy machine; the program's own limit is on the time it computes
# How each format begins and ends: a file that goes on after its picture is another file as well.
SHAPES = (
    (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    (b"\xff\xd8\xff", b"\xff\xd9"),
    (b"GIF87a", b";"),
    (b"GIF89a", b";"),
)

log = logging.getLogger(__name__)
turns = BoundedSemaphore(2)  # a flood of pictures waits instead of starting a program each


def fetch_avatar(url: str, reach: Reach | None = None) -> bytes | None:
    """The picture at an address as WebP, or None when there is none.

    Raises:
        BadAddress: this is no public http or https address.
    """
    fetched = fetch(url, reach=reach, headers=None)
    picture = drawn_anew(fetched.body) if fetched and fetched.status == 200 else None
    if picture is None:
        log.warning("No avatar from %s: %s.", urlsplit(url).hostname, "no picture" if fetched else "no answer")
    return picture


def drawn_anew(file: bytes) -> bytes | None:
    """The picture in a file as 256 x 256 pixels of WebP and nothing else, or None."""
    if not is_one_picture(file):
        return None
    with turns, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(file)
        given.seek(0)
        command = [sys.executable, "-I", str(PROGRAM)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own program, no shell
                command, stdin=given, stdout=made, stderr=subprocess.DEVNULL, env={}, timeout=SECONDS, check=False
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
        made.seek(0)
        picture = made.read(LARGEST_RESULT + 1)
    return picture if ended.returncode == 0 and is_webp(picture) and len(picture) <= LARGEST_RESULT else None


def is_one_picture(file: bytes) -> bool:
    """Whether a file begins and ends as one of the four formats do."""
    return is_webp(file) or any(file.startswith(begin) and file.endswith(end) for begin, end in SHAPES)


def is_webp(file: bytes) -> bool:
    """Whether a file is WebP of the length it says."""
    size = int.from_bytes(file[4:8], "little") + 8
    return file[:4] == b"RIFF" and file[8:12] == b"WEBP" and len(file) == size


def keep(conn: Connection, user_id: UUID, image: bytes, now: datetime) -> str:
    """Make this the picture of a user, unless the login was taken away by now; the digest of the picture."""
    digest = hashlib.sha256(image).hexdigest()
    avatars.replace_avatar(conn, user_id, image, digest=digest, now=now)
    return digest
