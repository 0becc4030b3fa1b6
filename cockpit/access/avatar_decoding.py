"""Draws a picture anew: a program of its own, as decoders of pictures are where hostile files do their harm.

Reads a file on standard input and writes 256 x 256 pixels of WebP without any metadata on standard output; anything
that is not one whole picture of a size for a face ends it with a status. Imports nothing of the product.
"""

from __future__ import annotations

import io
import sys

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LONGEST_SIDE = 4096
SIDE = 256
MEMORY = 256 * 1024 * 1024
SECONDS = 2
LARGEST_RESULT = 512 * 1024


def main() -> None:
    """Do it within the limits."""
    limit()
    sys.stdout.buffer.write(drawn_anew(sys.stdin.buffer.read()))


def limit() -> None:
    """Give up rights that no picture needs; the system enforces it."""
    if sys.platform == "win32":  # has no such limits; the caller's time limit holds
        return
    import resource  # noqa: PLC0415 - not on Windows

    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_RESULT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def drawn_anew(file: bytes) -> bytes:
    """The first frame, upright, cut to a square."""
    with Image.open(io.BytesIO(file), formats=FORMATS) as checked:
        if max(checked.size) > LONGEST_SIDE:
            raise SystemExit(2)
        checked.verify()  # checksums, where the format has them
    with Image.open(io.BytesIO(file), formats=FORMATS) as picture:
        picture.draft("RGB", (SIDE * 2, SIDE * 2))
        picture.load()
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        pixels: Image.Image = picture if picture.mode == mode else picture.convert(mode)
        smaller = pixels.reduce(max(1, min(pixels.size) // (SIDE * 2)))  # what follows copies it several times
        square = ImageOps.exif_transpose(ImageOps.fit(smaller, (SIDE, SIDE), Image.Resampling.LANCZOS))
    bare = Image.frombytes(mode, square.size, square.tobytes())  # pixels only: no profile, no text, no place
    result = io.BytesIO()
    bare.save(result, "WEBP", quality=82)
    return result.getvalue()


if __name__ == "__main__":
    main()
