"""References: short enough to say on the telephone, and never two alike.

A sequence gives each report a number; the number is put through a bijection of 30 bits, so that neighbours do not look alike and
nobody can tell from a reference how many reports there are, and is written as six characters of 32. A bijection cannot collide:
references are unique without drawing again, however many are made at once.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without I, L, O and U, which are misread or make words."""

BITS = 30
LIMIT = 1 << BITS
"""How many references there are; the sequence ends here rather than begin again."""

_MASK = LIMIT - 1
_START = 0x2F0A51C7
"""Mixed in first: without it the number 0 would stay 0."""
_ROUNDS = ((0x2545F491, 15), (0x1B873593, 13), (0x19D699A5, 16))
"""Odd multipliers, and shifts of the exclusive or: each step can be undone within 30 bits, so all of them together can."""


def scramble(number: int) -> int:
    """A bijection of 0..2^30-1 onto itself: an exclusive or, a multiplication by an odd
    number and `x ^ (x >> k)` each have an inverse."""
    value = (number ^ _START) & _MASK
    for multiplier, shift in _ROUNDS:
        value = (value * multiplier) & _MASK
        value ^= value >> shift
    return value


def reference_of(number: int) -> str:
    """The reference of the sequence's `number`, as in `IN-7K3Q-92`. Raises ValueError outside 0..2^30-1."""
    if not 0 <= number < LIMIT:
        raise ValueError("the numbers for references are used up")
    value = scramble(number)
    characters = [ALPHABET[(value >> shift) & 31] for shift in range(BITS - 5, -1, -5)]
    return f"IN-{''.join(characters[:4])}-{''.join(characters[4:])}"


def typed_reference(text: str) -> str:
    """What somebody typed, as references are written: capitals, and the letters that we never use read as the digits they
    look like. Dashes and spaces may be missing. Anything else comes back as it was, in capitals, and will not be found."""
    plain = "".join(text.upper().split()).replace("-", "").removeprefix("IN")
    plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    return f"IN-{plain[:4]}-{plain[4:]}"
