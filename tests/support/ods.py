"""Files in the Organisation Data Service's format, made up: `python -m tests.support.ods 16000 > national.csv` writes one of the
national file's size."""

import csv
import io
import random
import sys
from collections.abc import Mapping

STREETS = ("Elm Road", "Harbour", "Mill Lane", "Station", "High Street", "St Oswin's", "The Green")
SORTS = ("SURGERY", "MEDICAL CENTRE", "HEALTH CENTRE", "FAMILY PRACTICE", "MEDICAL PRACTICE")


def line(code: str, name: str = "ELM ROAD SURGERY", **changes: str) -> str:
    """One organisation's line, without its end; `changes` by name of the column."""
    values = {
        "region": "Y99",
        "icb": "QZ9",
        "postcode": "ZZ9 9ZZ",
        "opened": "19740401",
        "closed": "",
        "status": "A",
        "commissioner": "0Z9",
        "setting": "4",
    } | changes
    return written(
        {
            1: code,
            2: name,
            3: values["region"],
            4: values["icb"],
            5: "1 HIGH STREET",
            10: values["postcode"],
            11: values["opened"],
            12: values["closed"],
            13: values["status"],
            14: "B",
            15: values["commissioner"],
            24: "0",
            26: values["setting"],
        }
    )


def written(columns: Mapping[int, str]) -> str:
    """27 columns, counted from 1, each in quotation marks."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="")
    writer.writerow([columns.get(number, "") for number in range(1, 28)])
    return out.getvalue()


def national_file(rows: int, seed: int = 1) -> str:
    """Practices of 106 commissioners in 42 boards; the same for the same seed."""
    chosen = random.Random(seed)  # noqa: S311 - made-up data
    lines = []
    for number in range(rows):
        board = chosen.randrange(42)
        name = f"{chosen.choice(STREETS).upper()} {chosen.choice(SORTS)} {number}"
        lines.append(
            line(
                f"Z{number:05}",
                name,
                icb=f"QZ{board:02}",
                postcode=f"ZZ{chosen.randrange(10, 99)} {chosen.randrange(1, 9)}ZZ",
                opened=f"{chosen.randrange(1974, 2024)}0401",
                commissioner=f"0Z{chosen.randrange(106):03}",
            )
        )
    return "\r\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(national_file(int(sys.argv[1])))
