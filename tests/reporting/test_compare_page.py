"""What the comparison says in a sentence."""

from collections.abc import Sequence

from services.reporting.domain.comparison import Compared, Sort, compare
from services.reporting.domain.numbers import EXACT
from services.reporting.domain.spc import Unit
from services.reporting.pages.compare import Asked, Shown

ALIKE = [Unit(f"R{at}", 20 + at % 5, 100) for at in range(60)]


def sentence(units: Sequence[Unit]) -> str:
    asked = Asked(Sort.PROVIDERS, Compared.LATE, {})
    names = {unit.key: f"Name of {unit.key}" for unit in units}
    found = compare(Compared.LATE, units, EXACT)
    return Shown(asked, found, names, {}, {}, {}, None, centre="0%").sentence


def test_only_who_is_beyond_the_outer_limits_is_named_and_called_more_than_chance() -> None:
    said = sentence([*ALIKE, Unit("far", 60, 100), Unit("unusual", 33, 100)])
    assert said == (
        "1 of 62 lies beyond the 99.8% limits, likely more than chance: Name of far (above). "
        "1 lies beyond the 95% limits only, a little unusual: of 62 compared, about 3 are by chance alone."
    )


def test_who_is_a_little_unusual_is_no_sign_of_a_difference() -> None:
    assert sentence([*ALIKE, Unit("one", 31, 100), Unit("other", 11, 100)]) == (
        "None of 62 lies beyond the 99.8% limits: no sign that any differs from the others by more than chance. "
        "2 lie beyond the 95% limits only, a little unusual: of 62 compared, about 3 are by chance alone."
    )
    few = [Unit("big", 20_000, 100_000), Unit("same", 20_000, 100_000), Unit("one", 30, 100)]
    assert "of 3 compared, fewer than 1 is by chance alone." in sentence(few)


def test_where_nobody_has_any_there_is_nothing_to_compare() -> None:
    none = [Unit(unit.key, 0, 100) for unit in ALIKE]
    assert sentence(none) == "There is nothing to compare yet: each of the 60 has 0%."
    assert sentence(ALIKE) == (
        "All 60 lie within the limits: no sign that any differs from the others."
    )
    assert sentence(ALIKE[:2]) == "Too few to compare any of them with the others: that takes 3."


def test_where_limits_are_widened_it_is_not_said_that_nobody_differs() -> None:
    varied = [Unit(f"v{at}", 100 + 20 * (at % 21), 1000) for at in range(84)]
    said = sentence(varied)
    assert said.startswith(
        "None of 84 lies beyond the 99.8% limits: none stands out from the others, which differ by more than chance."
    )
    assert "no sign that any differs" not in said
