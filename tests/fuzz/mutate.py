"""Change bytes at random, in the ways that files are damaged. Knows bytes only."""

from __future__ import annotations

from random import Random

PAGE = 4096
SECTOR = 512


def mutate(data: bytes, random: Random) -> tuple[bytes, str]:
    """Return a changed copy of `data`, and the name of the change."""
    change = random.choice(CHANGES)
    changed = change(bytearray(data), random)
    return bytes(changed), change.__name__


def flip_bit(data: bytearray, random: Random) -> bytearray:
    """Change one bit."""
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data


def flip_bits(data: bytearray, random: Random) -> bytearray:
    """Change some bits anywhere."""
    for _ in range(random.randint(2, 40)):
        flip_bit(data, random)
    return data


def set_byte(data: bytearray, random: Random) -> bytearray:
    """Set a byte to a value that is often a limit."""
    data[random.randrange(len(data))] = random.choice([0, 1, 0x7F, 0x80, 0xFF])
    return data


def overwrite(data: bytearray, random: Random) -> bytearray:
    """Overwrite some bytes in a row by others."""
    start, size = random.randrange(len(data)), random.randint(1, 64)
    end = min(len(data), start + size)
    data[start:end] = random.randbytes(end - start)
    return data


def zero_sector(data: bytearray, random: Random) -> bytearray:
    """Lose a sector."""
    start = random.randrange(0, len(data), SECTOR)
    end = min(len(data), start + SECTOR)
    data[start:end] = bytes(end - start)
    return data


def copy_page(data: bytearray, random: Random) -> bytearray:
    """Write a page to the location of another."""
    pages = max(1, len(data) // PAGE)
    source, target = random.randrange(pages) * PAGE, random.randrange(pages) * PAGE
    page = data[source : source + PAGE]
    data[target : target + len(page)] = page
    return data


def swap_words(data: bytearray, random: Random) -> bytearray:
    """Swap two runs of bytes."""
    size = random.randint(1, 16)
    if len(data) < 2 * size:
        return flip_bit(data, random)
    one, other = random.randrange(len(data) - size), random.randrange(len(data) - size)
    held = data[one : one + size]
    data[one : one + size] = data[other : other + size]
    data[other : other + size] = held
    return data


def cut(data: bytearray, random: Random) -> bytearray:
    """Lose the end."""
    return data[: random.randrange(len(data))]


def remove_part(data: bytearray, random: Random) -> bytearray:
    """Lose some bytes in the middle."""
    start = random.randrange(len(data))
    del data[start : start + random.randint(1, 200)]
    return data


def repeat_part(data: bytearray, random: Random) -> bytearray:
    """Repeat some bytes, once or often."""
    start = random.randrange(len(data))
    part = data[start : start + random.randint(1, 200)]
    return data[:start] + part * random.choice([1, 2, 50]) + data[start:]


CHANGES = [
    flip_bit, flip_bit, flip_bits, set_byte, overwrite, zero_sector, copy_page, swap_words, cut,
    remove_part, repeat_part,
]  # fmt: skip
