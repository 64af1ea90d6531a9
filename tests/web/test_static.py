"""What `python -m shared.web.build` makes, and how it is served. Needs the build, which `make setup` runs."""

import re
from pathlib import Path

from shared.web import build
from shared.web.static import FOLDER, asset
from tests.web.conftest import Browser


async def test_a_page_s_stylesheet_is_kept_for_a_year_under_its_content_s_address(
    browser: Browser,
) -> None:
    address = asset("insight.css")
    assert re.fullmatch(r"/static/insight\.css\?v=[0-9a-f]{12}", address)
    assert address in (await browser.get("/")).text
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "insight" not in answer.headers.get("Set-Cookie", "")


async def test_without_a_version_it_is_kept_for_an_hour(browser: Browser) -> None:
    answer = await browser.get("/static/insight.css")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


async def test_a_file_that_is_not_there_is_a_page_not_found(browser: Browser) -> None:
    for path in ("/static/nothing.css", "/static/../pages.py", "/static/%2e%2e/pages.py"):
        assert (await browser.get(path)).status_code == 404


def test_the_stylesheet_asks_nobody_else_for_anything() -> None:
    stylesheet = (FOLDER / "insight.css").read_text()
    addresses = re.findall(r"url\(\"?([^)\"]+)", stylesheet)
    assert addresses
    for address in addresses:
        assert address.startswith(("/static/", "data:")), address
        if address.startswith("/static/"):
            assert (FOLDER / address.removeprefix("/static/")).is_file()


def test_the_licence_goes_with_the_files_that_were_made() -> None:
    assert "Permission is hereby granted" in (FOLDER / "LICENCES.txt").read_text()


def test_nothing_is_built_when_it_is_up_to_date() -> None:
    assert build.build() is False


def test_a_changed_source_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "insight.scss"
    source.write_text("a {}")
    before = build.fingerprint([source])
    source.write_text("b {}")
    assert build.fingerprint([source]) != before


def test_a_failure_is_told_by_its_most_telling_line() -> None:
    errors = "npm warn old\nnpm error code E404\nnpm error 404 Not Found: sass.\n"
    assert build.Ended(1, errors).reason == "404 Not Found: sass"
    assert (
        build.Ended(65, "Error: Undefined variable.\n  at 3:1\n").reason
        == "Error: Undefined variable"
    )
    assert build.Ended(7, "\n").reason == "exit code 7"
