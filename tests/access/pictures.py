"""Pictures as people send them, and files that only look like one."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def photo(kind: str = "PNG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: object) -> bytes:
    """A picture that is red on the left and blue on the right."""
    picture = Image.new("RGB", size, (255, 0, 0))
    picture.paste((0, 0, 255), (size[0] // 2, 0, size[0], size[1]))
    file = io.BytesIO()
    picture.convert(mode).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, content: bytes) -> bytes:
    """A PNG of that size in shades of colour, whatever is in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def bomb(side: int = 12000) -> bytes:
    """A PNG of some 400 kB that is `side` pixels square and half a gigabyte when it is decoded."""
    packer = zlib.compressobj(9)
    row = b"\0" * (side * 3 + 1)
    packed = b"".join(packer.compress(row) for _ in range(side))
    return png(side, side, packed + packer.flush())


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
SCRIPT = b"<script>alert(document.cookie)</script>"


def polyglots() -> dict[str, bytes]:
    """Files that are a picture to one reader and something else to another."""
    gif, jpeg, picture, webp = photo("GIF"), photo("JPEG"), photo("PNG"), photo("WEBP")
    return {
        "gif that is a script": b"GIF89a/*" + SCRIPT + b"*/=1;",
        "gif and page": gif + SCRIPT,
        "jpeg and page": jpeg + SCRIPT,
        "jpeg and archive": jpeg + b"PK\x03\x04" + b"\0" * 30,
        "png and archive": picture + b"PK\x05\x06" + b"\0" * 18,
        "webp and page": webp + SCRIPT,
        "page and png": SCRIPT + picture,
        "pdf and jpeg": b"%PDF-1.4\n" + jpeg,
        "png that is a gif": b"\x89PNG\r\n\x1a\n" + gif + b"IEND\xaeB`\x82",
        "svg in a png": b"\x89PNG\r\n\x1a\n" + SVG + b"IEND\xaeB`\x82",
        "webp that is not": b"RIFF" + struct.pack("<I", 4 + len(SCRIPT)) + b"WEBP" + SCRIPT,
    }


def other_files() -> dict[str, bytes]:
    """Files of other kinds."""
    return {
        "nothing": b"",
        "one byte": b"\x89",
        "svg": SVG,
        "svg with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]>' + SVG,
        "page": b"<!doctype html><img src=x onerror=alert(1)>",
        "bmp": photo("BMP"),
        "tiff": photo("TIFF"),
        "icon": photo("ICO", (64, 64)),
        "jpeg 2000 by name": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 64,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        "program": b"\x7fELF" + b"\0" * 100,
    }
