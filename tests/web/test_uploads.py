"""Whatever is sent, the answer is a clear refusal: never a 500, and never more memory than the limits allow."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from shared.web.security import LARGEST_BODY
from tests.web.conftest import CSRF, Browser, text_of

FORM = "/report"
API = "/api/v1/things"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


async def send(browser: Browser, path: str, body: bytes, kind: str, **headers: str) -> int:
    browser.sign_in()
    answer = await browser.post(path, content=body, headers={"Content-Type": kind, **headers})
    return answer.status_code


def part(name: str, value: bytes, extra: str = "") -> bytes:
    return (
        f'--x\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        + value
        + b"\r\n"
    )


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
@pytest.mark.parametrize(("path", "kind"), [(FORM, URLENCODED), (API, "application/json")])
async def test_nothing_packed_is_ever_unpacked(
    browser: Browser, path: str, kind: str, encoding: str
) -> None:
    bomb = gzip.compress(b"0" * 20 * LARGEST_BODY)
    browser.sign_in()
    headers = {"Content-Type": kind, "Content-Encoding": encoding}
    answer = await browser.post(path, content=bomb, headers=headers)
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"
    assert "not compressed" in text_of(answer)


async def test_a_bomb_that_does_not_say_so_is_only_bytes(browser: Browser) -> None:
    bomb = zlib.compress(b"0" * LARGEST_BODY)
    assert await send(browser, API, bomb, "application/json") in {400, 422}
    assert await send(browser, FORM, bomb, URLENCODED) == 403


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"happened_on": NaN}',
        b'{"happened_on": "2026-11-20", "happened_on": 1' + b"0" * 10_000 + b"}",
        b'{"happened_on": "\xff\xfe"}',
        b'{"happened_on": "\\ud800"}',
        b"\0" * 1_000,
        b"",
        b"null",
    ],
    ids=range(10),
)
async def test_json_that_is_too_deep_or_none_is_refused(browser: Browser, body: bytes) -> None:
    assert await send(browser, API, body, "application/json") in {400, 422}


FIELDS = {
    "too many": b"&".join(b"a=1" for _ in range(2_000)),
    "only separators": b"&" * (LARGEST_BODY - 1),
    "not UTF-8": b"csrf_token=\xff\xfe&text=\xc3\x28",
    "nothing but percent": b"%" * 100_000,
    "one endless name": b"a" * (LARGEST_BODY - 1),
}


@pytest.mark.parametrize("body", FIELDS.values(), ids=FIELDS.keys())
async def test_a_form_that_is_none_of_ours_is_refused(browser: Browser, body: bytes) -> None:
    assert await send(browser, FORM, body, URLENCODED) in {400, 403}


PARTS = {
    "a file": part("f", b"%PDF", '; filename="a.pdf"') + b"--x--\r\n",
    "many files": b"".join(part(f"f{n}", b"", '; filename="a"') for n in range(50)) + b"--x--\r\n",
    "too many fields": b"".join(part("a", b"1") for _ in range(2_000)) + b"--x--\r\n",
    "never ended": part("a", b"1" * 100_000),
    "no boundary in it": b"a" * 1_000,
    "headers without end": b"--x\r\n" + b"X-A: " + b"a" * 900_000,
    "many headers": b"--x\r\n" + b"X-A: a\r\n" * 50_000 + b"\r\n1\r\n--x--\r\n",
    "no name": b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    "another charset": part("_charset_", b"utf-7") + part("a", b"+ADw-") + b"--x--\r\n",
    "nul in the name": part("a\0b", b"1") + b"--x--\r\n",
}


@pytest.mark.parametrize("body", PARTS.values(), ids=PARTS.keys())
async def test_a_form_in_parts_is_bounded_like_any_other(browser: Browser, body: bytes) -> None:
    assert await send(browser, FORM, body, MULTIPART) in {400, 403}


async def test_a_form_takes_one_file_at_the_most_and_none_for_a_text(browser: Browser) -> None:
    proof = part("csrf_token", CSRF.encode())
    file = part("text", b"x", '; filename="a.csv"')
    assert await send(browser, FORM, proof + file + b"--x--\r\n", MULTIPART) == 422
    assert await send(browser, FORM, proof + file + file + b"--x--\r\n", MULTIPART) == 400


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain", "application/json", "", "é"])
async def test_what_does_not_say_that_it_is_a_form_is_none(browser: Browser, kind: str) -> None:
    browser.sign_in()
    headers = {b"Content-Type": kind.encode()}
    answer = await browser.post(FORM, content=b"a=1", headers=headers)
    assert answer.status_code in {400, 415}


@pytest.mark.parametrize("path", [FORM, API])
async def test_no_more_is_read_than_the_limit_however_much_is_sent(
    browser: Browser, path: str
) -> None:
    sent = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1_000 * LARGEST_BODY:
            sent += 65_536
            yield b"a" * 65_536

    browser.sign_in()
    kind = URLENCODED if path == FORM else "application/json"
    answer = await browser.post(path, content=without_end(), headers={"Content-Type": kind})
    assert answer.status_code == 413
    assert sent <= LARGEST_BODY + 65_536


@pytest.mark.parametrize(
    "path",
    [
        "/things/" + "9" * 5_000,
        "/things/%00",
        "/%ff%fe",
        "/" + "a" * 20_000,
        "/report?" + "a=1&" * 10_000,
        "/report?q=%ff%00",
        "/organisation?next=" + "/a" * 20_000,
        "/static/" + "../" * 500 + "etc/passwd",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/static/%00",
        "/api/v1/" + "a/" * 5_000,
    ],
    ids=range(11),
)
async def test_addresses_that_are_none_are_answered_like_any_other(
    browser: Browser, path: str
) -> None:
    browser.sign_in()
    assert (await browser.get(path)).status_code < 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cookie", b"insight=" + b"a" * 60_000),
        ("Cookie", b"\xff\xfe" * 100),
        ("Cookie", b"; " * 20_000),
        ("Authorization", b"Bearer " + b"a" * 60_000),
        ("Authorization", b"\xff\0"),
        ("Content-Length", b"nonsense"),
        ("X-Forwarded-For", b"a" * 60_000),
        ("X-Forwarded-For", b"," * 60_000),
        ("Origin", b"\xff"),
        ("Accept-Language", b"a," * 30_000),
    ],
    ids=range(10),
)
async def test_headers_that_make_no_sense_hurt_nobody(
    browser: Browser, name: str, value: bytes
) -> None:
    for path in ("/", "/api/v1/mine"):
        answer = await browser.get(path, headers={name.encode(): value})
        assert answer.status_code < 500, path
