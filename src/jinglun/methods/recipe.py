"""Which rule a composite indicator takes at each step, checked as a whole before any is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jinglun.methods.aggregation import AGGREGATIONS, FLOOR
from jinglun.methods.faults import Fault, refuse
from jinglun.methods.imputation import RULES as IMPUTATIONS
from jinglun.methods.normalisation import RULES as NORMALISATIONS
from jinglun.methods.treatment import Rule

WEIGHTINGS = ("given", "equal", "by_level", "principal", "first_loadings")
NEED_POSITIVE = ("geometric", "harmonic")


@dataclass(frozen=True)
class Recipe:
    """The rule of each step of the Handbook; wrong ones are raised all at once as `Refused`.

    `denominate`: divide by what the hierarchy names. `impute`: see `imputation.RULES`. `keep`: the
    share of indicators a unit must have, seen after imputing (or `screen_first`). `treat`: the rule
    for outliers, None for no treatment. `normalise`: see `normalisation.RULES`; `interval` is for
    min-max, `centre` (mean, deviation) for z-scores. `weigh`: `given`; `equal`, where every
    indicator counts the same in the index; `by_level`, where siblings count the same; `principal`
    or `first_loadings` for the indicators of a group, upper levels as given. `aggregate`: one rule,
    or one for each level from 2 up. `least`: the share of its children that a group needs. `floor`:
    what lower scores count as in geometric and harmonic means.
    """

    denominate: bool = True
    impute: str = "none"
    keep: float = 0.0
    screen_first: bool = False
    treat: Rule | None = field(default_factory=Rule)
    normalise: str = "min_max"
    interval: tuple[float, float] = (0.0, 100.0)
    centre: tuple[float, float] = (0.0, 1.0)
    weigh: str = "given"
    aggregate: str | tuple[str, ...] = "arithmetic"
    least: float = 0.0
    floor: float = FLOOR

    def __post_init__(self) -> None:
        refuse(self._faults())

    def rule(self, level: int) -> str:
        """Return the rule that makes the scores of this level, 2 or more; the last one goes on."""
        if isinstance(self.aggregate, str):
            return self.aggregate
        return self.aggregate[min(level - 2, len(self.aggregate) - 1)]

    def _faults(self) -> Iterator[Fault]:
        rules = (self.aggregate,) if isinstance(self.aggregate, str) else self.aggregate
        for step, rule, known in (
            ("impute", self.impute, IMPUTATIONS),
            ("normalise", self.normalise, NORMALISATIONS),
            ("weigh", self.weigh, WEIGHTINGS),
            *(("aggregate", r, tuple(AGGREGATIONS)) for r in rules or ("",)),
        ):
            if rule not in known:
                yield Fault("unknown_rule", step, rule)
        for name, share in (("keep", self.keep), ("least", self.least)):
            if not 0 <= share <= 1:
                yield Fault("no_share", name, f"{share:g}")
        if not self.interval[0] < self.interval[1]:
            yield Fault("empty_interval", "interval", str(self.interval))
        if not self.centre[1] > 0:
            yield Fault("no_deviation", "centre", str(self.centre))
        if not self.floor > 0:
            yield Fault("floor_not_above_zero", "floor", f"{self.floor:g}")
        yield from self._clashes(rules)

    def _clashes(self, rules: tuple[str, ...]) -> Iterator[Fault]:
        """Rules that cannot follow one another."""
        below_zero = (self.normalise == "min_max" and self.interval[0] < 0) or (
            self.normalise == "z_score"
        )
        for rule in rules:
            if rule in NEED_POSITIVE and below_zero:
                yield Fault("negative_score", rule, self.normalise)
        for at, rule in enumerate(rules[:-1]):
            if rule == "copeland" and rules[at + 1] in NEED_POSITIVE:
                yield Fault("negative_score", rules[at + 1], "copeland")
        if self.weigh == "first_loadings" and set(rules) != {"arithmetic"}:
            yield Fault("signed_weights", "first_loadings", ", ".join(rules))
