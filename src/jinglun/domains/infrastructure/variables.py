"""How the inventories of systems and of sensors become counts of the information base."""

from __future__ import annotations

from typing import Any

# A yearly duty done on the same day a leap year earlier is still on time.
YEAR_DAYS = 366
LEVEL_THREE = 3
# One lost report is weather, two are a fault.
INTERVALS_MISSED = 2


def _within_a_year(systems: Any, day: Any) -> Any:
    return _known(systems.as_of.delta(day, unit="day").between(0, YEAR_DAYS))


def _known(answer: Any) -> Any:
    # Without this, a city where nothing was ever done would read as missing instead of zero.
    return answer.fill_null(False)


def systems_total(systems: Any) -> Any:
    """Unclassified government systems in use."""
    return systems.count()


def systems_on_cloud(systems: Any) -> Any:
    """Systems that run on a shared cloud."""
    return systems.on_cloud.sum()


def systems_running_cost(system_catalogue: Any) -> Any:
    """Cost of running the systems in use in the year, LCU; missing while one of them has none."""
    running = system_catalogue.status == "running"
    unknown = (running & system_catalogue.running_cost.isnull()).sum()
    # A sum that skips the unknown would show a city that keeps no accounts as a thrifty one.
    return (unknown == 0).ifelse(system_catalogue.running_cost.sum(where=running), None)


def sensors_total(sensors: Any) -> Any:
    """Public sensors on the register."""
    return sensors.count()


def sensors_on_platform(sensors: Any) -> Any:
    """Sensors that report to the city's shared platform."""
    return sensors.on_platform.sum()


def sensors_online(sensors: Any) -> Any:
    """Sensors whose last reading is no older than two of their own reporting intervals."""
    age_minutes = (sensors.as_of.epoch_seconds() - sensors.last_reading_at.epoch_seconds()) / 60
    return _known(age_minutes.between(0, INTERVALS_MISSED * sensors.interval_minutes)).sum()


def sensors_openable(sensors: Any) -> Any:
    """Sensors whose readings are neither secret nor personal."""
    return sensors.openable.sum()


def sensors_open(sensors: Any) -> Any:
    """Sensors that may be opened and are."""
    return (sensors.openable & _known(sensors.open)).sum()


def systems_assessment_due(systems: Any) -> Any:
    """Systems of level 3 or higher, which owe a security assessment every year."""
    return (systems.protection_level >= LEVEL_THREE).sum()


def systems_assessed(systems: Any) -> Any:
    """Systems of level 3 or higher assessed within the year before the inventory."""
    done = _within_a_year(systems, systems.assessed_on)
    return ((systems.protection_level >= LEVEL_THREE) & done).sum()


def systems_restore_tested(systems: Any) -> Any:
    """Systems of level 3 or higher restored from backup in a drill within the year before."""
    done = _within_a_year(systems, systems.restore_tested_on)
    return ((systems.protection_level >= LEVEL_THREE) & done).sum()


def data_tb_critical(systems: Any) -> Any:
    """Critical data held by government systems, TB."""
    return systems.critical_data_tb.sum()


def data_tb_remote_backup(systems: Any) -> Any:
    """Critical data with a backup at another site, TB; no record counts as no backup."""
    backed_up = _known(systems.backup_remote).cast("float64")
    return (systems.critical_data_tb * backed_up).sum()


def systems_impact_due(systems: Any) -> Any:
    """Systems that owe an assessment of their impact on personal data."""
    return systems.impact_due.sum()


def systems_impact_assessed(systems: Any) -> Any:
    """Systems that owe an impact assessment and had it by the day of the inventory."""
    return (systems.impact_due & _known(systems.impact_assessed_on <= systems.as_of)).sum()
