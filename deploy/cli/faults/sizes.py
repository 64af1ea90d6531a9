"""How large a run is and which faults it has."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What `--only` names."""

    POINTS = "points"
    KILLS = "kills"
    FREEZES = "freezes"
    REPLAYS = "replays"
    CUTS = "cuts"
    CLOCKS = "clocks"
    VERSIONS = "versions"
    REPLICAS = "replicas"
    POSTGRES = "postgres"
    KAFKA = "kafka"


MEANING = {
    Fault.POINTS: "kill -9 at named points between two steps of the work",
    Fault.KILLS: "kill -9 at random moments",
    Fault.FREEZES: "stopped past the session timeout, inside an open transaction, then thawed",
    Fault.REPLAYS: "a service's records put before it again",
    Fault.CUTS: "database connections cut after COMMIT was sent",
    Fault.CLOCKS: "every process's clock is wrong, by hours or a day, each in its own way",
    Fault.VERSIONS: "a rolling restart onto a changed release, and back",
    Fault.REPLICAS: "further processes of each service come and go",
    Fault.POSTGRES: "PostgreSQL killed and restarted",
    Fault.KAFKA: "Kafka stopped, killed and restarted with its data, and frozen",
}
ALL = frozenset(Fault)


@dataclass(frozen=True)
class Size:
    """`rounds`: how often each service goes through all of its faults. Rates are a second and at most, times in seconds."""

    name: str
    reports: int
    rate: float
    rounds: int = 1
    kills: int = 0
    """Of each service, at least."""
    processes: int = 2
    """Of each service; with `Fault.REPLICAS` one more comes and goes."""
    kafka_away: float = 5
    longest_pause: float = 1
    """Between two faults of one service: who is harmed without a pause for ten minutes falls behind for no fault of its own."""
    replayed: int = 200
    """Records of a partition put before a service again."""
    thorough: bool = False
    """Whether Kafka is also stopped in good order, and every record put before every service again at the end, and the account drawn up
    once more."""
    caught_up_within: float = 60
    live: float = 0.07
    """The share of reports that start a clock and are alerted by mail; the others are imported history."""
    poison: float = 0.01
    """Records that nobody can process, for each report."""


SHORT = Size("short", 20_000, 180, kills=3)
LONG = Size(
    "long",
    200_000,
    150,
    rounds=6,
    kills=20,
    kafka_away=120,
    longest_pause=10,
    replayed=2_000,
    thorough=True,
)
SIZES = {size.name: size for size in (SHORT, LONG)}
