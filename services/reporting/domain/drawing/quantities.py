"""How the values of a chart are told: as numbers, as percentages, as days."""

from enum import StrEnum

from services.reporting.domain.drawing.scales import told


class Quantity(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"
    DAYS = "days"
    """Between reports, on a t chart."""

    @property
    def most(self) -> float | None:
        """No value can be larger."""
        return 100.0 if self is Quantity.PERCENT else None

    @property
    def centre(self) -> str:
        """What the line between the limits is called. Of a t chart it is told back from the scale on which days are judged, and lies below
        their mean."""
        return "Typical gap" if self is Quantity.DAYS else "Mean"

    @property
    def sign(self) -> str:
        """Belongs to each number, on axes, too."""
        return "%" if self is Quantity.PERCENT else ""

    def told(self, value: float) -> str:
        return f"{told(self.rounded(value))}{self.sign}"

    def with_unit(self, value: float) -> str:
        """As in a sentence: `43%`, `1 day`."""
        number = self.told(value)
        if self is not Quantity.DAYS:
            return number
        return f"{number} {'day' if number == '1' else 'days'}"

    def upper_told(self, limit: float) -> str:
        """An upper limit; where no value can be so large, that it is above what can be."""
        if self.most is None or limit <= self.most:
            return self.told(limit)
        return f"above {self.told(self.most)}"

    def rounded(self, value: float) -> float:
        """Reports are told by the day: less than half of one is none."""
        return 0.0 if self is Quantity.DAYS and abs(value) < 0.5 else value
