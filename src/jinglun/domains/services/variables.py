"""What the service catalogue and the facility register add up to, one reduction per variable."""

from __future__ import annotations

from typing import Any


def items_total(service_items: Any) -> Any:
    """Administrative service items."""
    return service_items.item_id.count()


def items_online(service_items: Any) -> Any:
    """Items that can be requested online."""
    return service_items.online.sum()


def items_one_stop(service_items: Any) -> Any:
    """Items handled at one stop."""
    return service_items.one_stop.sum()


def items_needing_licence(service_items: Any) -> Any:
    """Items that need a licence or certificate."""
    return service_items.needs_licence.sum()


# An item marked as using e-licences without needing any would push the ratio past 100.
def items_using_elicence(service_items: Any) -> Any:
    """Items needing a licence that accept an electronic one."""
    return (service_items.needs_licence & service_items.uses_elicence).sum()


# An item not offered online needs no adapted page, only the counter.
def items_elder_usable(service_items: Any) -> Any:
    """Items with an offline channel whose online form, if any, is adapted to older people."""
    adapted = service_items.elder_version | ~service_items.online
    return (service_items.offline_channel & adapted).sum()


# The three sums below are NULL, not zero, where the register holds no facility of the type:
# a register that leaves out nurseries must not report a city without nursery places.
def elder_beds(facilities: Any) -> Any:
    """Beds in elder-care homes."""
    return facilities.capacity.sum(where=facilities.facility_type == "elder_care")


def nursing_beds(facilities: Any) -> Any:
    """Nursing beds in elder-care homes."""
    return facilities.nursing_beds.sum(where=facilities.facility_type == "elder_care")


def nursery_places(facilities: Any) -> Any:
    """Places in nurseries for children under 3."""
    return facilities.capacity.sum(where=facilities.facility_type == "nursery")


def public_buildings(facilities: Any) -> Any:
    """Public buildings to which the accessibility requirements apply."""
    return facilities.public_building.sum()


def public_buildings_accessible(facilities: Any) -> Any:
    """Public buildings inspected and found accessible."""
    return (facilities.public_building & facilities.accessible).sum()


def facilities_total(facilities: Any) -> Any:
    """Public service facilities in the register."""
    return facilities.facility_id.count()


def facilities_in_open_data(facilities: Any) -> Any:
    """Facilities whose place, hours and capacity are open data."""
    return facilities.in_open_data.sum()
