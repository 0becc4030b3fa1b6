"""Avatars: a picture becomes 256 x 256 pixels of WebP; whatever else comes becomes nothing, and costs nothing."""

from __future__ import annotations

import io
import os
import random
import time
import zlib
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from cockpit.access.avatars import drawn_anew, fetch_avatar, keep
from cockpit.errors import BadAddress
from cockpit.model.ids import WorkspaceId
from cockpit.network.reach import Reach
from cockpit.storage import avatars, members
from cockpit.storage.database import Database
from tests.access.pictures import bomb, chunk, other_files, photo, png, polyglots
from tests.access.servers import Server, send, serving

WHERE = {0x8825: {1: "N", 2: (52.0, 31.0, 0.0)}}


def opened(image: bytes | None) -> Image.Image:
    assert image is not None
    picture = Image.open(io.BytesIO(image), formats=["WEBP"])
    picture.load()
    return picture


def memory() -> int:
    """What this process holds now, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(("kind", "mode"), [
    ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "I;16"),
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"), ("GIF", "RGB"),
])  # fmt: skip
@pytest.mark.parametrize("size", [(640, 480), (31, 300), (1, 1)])
def test_a_picture_becomes_a_square(kind: str, mode: str, size: tuple[int, int]) -> None:
    picture = opened(drawn_anew(photo(kind, size, mode)))
    assert (picture.format, picture.size) == ("WEBP", (256, 256))


def test_the_largest_that_is_taken() -> None:
    assert opened(drawn_anew(photo("PNG", (4096, 4096), "RGBA"))).size == (256, 256)
    assert opened(drawn_anew(photo("JPEG", (4096, 4096)))).size == (256, 256)
    assert opened(drawn_anew(photo("WEBP", (3000, 3000)))).size == (256, 256)  # its decoder holds four copies
    assert drawn_anew(photo("PNG", (4097, 1))) is None


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        picture = opened(drawn_anew(file.getvalue()))
        assert getattr(picture, "n_frames", 1) == 1
        red, _, blue = picture.convert("RGB").getpixel((128, 128))
        assert red > blue


def test_what_a_camera_writes_into_a_picture_is_gone() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret-place"  # turned by a quarter; described
    exif.get_ifd(0x8825).update(WHERE[0x8825])
    file = photo("JPEG", exif=exif, comment=b"secret-word", icc_profile=b"secret-profile" * 20)
    assert b"secret-place" in file
    image = drawn_anew(file)
    picture = opened(image)
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)
    assert b"secret" not in (image or b"")
    assert picture.convert("RGB").getpixel((128, 20))[0] > 200, "red was on the left, turned it is above"


@pytest.mark.parametrize("name", [*polyglots(), *other_files()])
def test_what_is_not_one_picture_is_refused(name: str) -> None:
    assert drawn_anew({**polyglots(), **other_files()}[name]) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9, 0.999])
def test_a_picture_that_ends_early_is_refused(kind: str, share: float) -> None:
    whole = photo(kind)
    assert drawn_anew(whole[: int(len(whole) * share)]) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_picture_with_a_hole_is_refused(kind: str) -> None:
    """It begins and ends as it should."""
    begin, end = {"PNG": (40, 12), "JPEG": (20, 2), "GIF": (13, 1)}[kind]
    whole = photo(kind)
    assert drawn_anew(whole[:begin] + whole[-end:]) is None


def test_a_wrong_checksum_is_refused() -> None:
    whole = bytearray(photo("PNG"))
    whole[60] ^= 1
    assert drawn_anew(bytes(whole)) is None


@pytest.mark.parametrize("side", [4097, 12000])
def test_a_bomb_costs_nothing(side: int) -> None:
    """E16: 420 kB that a decoder turns into half a gigabyte."""
    file = bomb(side)
    assert len(file) < 600_000
    drawn_anew(photo())
    before, began = memory(), time.monotonic()
    assert drawn_anew(file) is None
    assert memory() - before < 4 * 1024 * 1024
    assert time.monotonic() - began < 5


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    assert drawn_anew(bomb(3000).replace(b"\0\0\x0b\xb8\0\0\x0b\xb8", b"\0\0\0\x08\0\0\0\x08")) is None


def test_a_bomb_of_text_is_refused() -> None:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"0" * 100_000_000))
    whole = photo()
    before = memory()
    assert drawn_anew(whole[:33] + text + whole[33:]) is None
    assert memory() - before < 4 * 1024 * 1024


def test_a_canvas_of_a_gigabyte_is_refused() -> None:
    """WebP and GIF name a canvas that is laid out before the first pixel."""
    gif = bytearray(photo("GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    assert drawn_anew(bytes(gif)) is None
    body = b"VP8X" + (10).to_bytes(4, "little") + b"\x02\0\0\0" + b"\xff\x3f\0" * 2
    assert drawn_anew(b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_damaged_files_end_only_the_program_that_reads_them(kind: str) -> None:
    dice = random.Random(7)
    whole = photo(kind, (64, 64))
    for _ in range(15):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        image = drawn_anew(bytes(damaged))
        assert image is None or opened(image).size == (256, 256)


def test_an_empty_png_is_refused() -> None:
    assert drawn_anew(png(0, 0, b"")) is None


class TestFetching:
    def reach(self, server: Server) -> Reach:
        return Reach(frozenset({("cdn.example", server.port)}), lambda name, port: ["127.0.0.1"])

    def fetched(self, body: bytes, status: int = 200) -> bytes | None:
        with serving(lambda handler, _: send(handler, body, status, content_type="text/html")) as server:
            return fetch_avatar(server.url("/me.png", host="cdn.example"), self.reach(server))

    def test_a_picture_is_one_whatever_the_server_calls_it(self) -> None:
        assert opened(self.fetched(photo())).size == (256, 256)

    @pytest.mark.parametrize(
        ("body", "status"), [(b"<html>", 200), (photo(), 404), (b"", 200), (b"x" * 6_000_000, 200)]
    )
    def test_no_picture_is_no_avatar(self, body: bytes, status: int) -> None:
        assert self.fetched(body, status) is None

    def test_the_log_names_the_host_and_no_more(self, caplog: pytest.LogCaptureFixture) -> None:
        def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
            send(handler, b"no")

        with serving(answer) as server:
            fetch_avatar(server.url("/me.png?token=secret", host="cdn.example"), self.reach(server))
        assert "cdn.example" in caplog.text
        assert "secret" not in caplog.text

    @pytest.mark.parametrize("url", ["http://nowhere.invalid/a.png", "http://127.0.0.1/a.png", "http://[::1]/a.png"])
    def test_an_address_without_an_answer_is_no_avatar(self, url: str) -> None:
        assert fetch_avatar(url) is None

    @pytest.mark.parametrize("url", ["a.png", "ftp://cdn.example/a.png", "http://cdn.example:8080/a.png"])
    def test_no_address_is_a_fault_of_the_caller(self, url: str) -> None:
        with pytest.raises(BadAddress):
            fetch_avatar(url)


def user_of(db: Database, workspace: WorkspaceId, email: str, now: datetime) -> UUID:
    with db.write() as conn:
        members.upsert_member(conn, workspace, email=email, name=email, now=now)
        found = [member for member in members.list_members(conn, workspace) if member.email == email]
    assert found[0].user_id
    return found[0].user_id


def test_a_kept_picture_is_seen_by_the_workspaces_of_its_owner(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    user_id = user_of(db, workspace, "ana@north.example", now)
    user_of(db, other_workspace, "ben@south.example", now)
    image = drawn_anew(photo())
    assert image
    with db.write() as conn:
        digest = keep(conn, user_id, image, now)
    with db.read() as conn:
        assert avatars.find_avatar(conn, workspace, digest) == image
        assert avatars.find_any_avatar(conn, digest) == image
        assert avatars.find_avatar(conn, other_workspace, digest) is None
        assert avatars.find_avatar(conn, workspace, "0" * 64) is None
