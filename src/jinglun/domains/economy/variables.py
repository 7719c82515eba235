"""How many firms, jobs, sales, licences and invoices the economy's own tables count."""

from __future__ import annotations

from typing import Any


def firms_assessed(firms: Any) -> Any:
    """Firms that answered the digital-industrial fusion assessment."""
    return firms.digital_management.count()


def firms_digital_management(firms: Any) -> Any:
    """Assessed firms whose core business management is digital."""
    return firms.digital_management.sum()


def firms_on_platform(firms: Any) -> Any:
    """Assessed firms that use an industrial-internet platform."""
    return firms.on_platform.sum(where=firms.digital_management.notnull())


# A sum under a condition is missing, not zero, where no row meets it: a city without a single
# reporting industrial firm has no revenue to speak of.
def industrial_revenue(firms: Any) -> Any:
    """Revenue of industrial firms above the designated size, LCU."""
    return firms.revenue.sum(where=(firms.sector == "industry") & firms.above_scale)


def industrial_profit(firms: Any) -> Any:
    """Profit of industrial firms above the designated size, LCU."""
    return firms.profit.sum(where=(firms.sector == "industry") & firms.above_scale)


def establishments(firms: Any) -> Any:
    """Places of business on the register."""
    return firms.count()


def establishment_jobs(firms: Any) -> Any:
    """Jobs in the places of business."""
    return firms.jobs.sum()


def establishments_industry(firms: Any) -> Any:
    """Places of business in industry."""
    return (firms.sector == "industry").sum()


def establishments_construction(firms: Any) -> Any:
    """Places of business in construction."""
    return (firms.sector == "construction").sum()


def establishments_commerce(firms: Any) -> Any:
    """Places of business in wholesale and retail."""
    return (firms.sector == "commerce").sum()


def establishments_services(firms: Any) -> Any:
    """Places of business in all other services."""
    return (firms.sector == "services").sum()


def establishments_50_plus(firms: Any) -> Any:
    """Places of business with 50 jobs or more."""
    return (firms.jobs >= 50).sum()


# Calendar years, because censuses print the founding year and never the day.
def establishments_founded_5y(firms: Any) -> Any:
    """Places of business founded in the year of the snapshot or in the four years before it."""
    return (firms.as_of.year() - firms.founded_on.year()).between(0, 4).sum()


def licences_in_force(licences: Any) -> Any:
    """Business licences in force at the date of the status."""
    return (licences.status == "active").sum()


def sme_invoices_due(supplier_invoices: Any) -> Any:
    """Value of invoices of micro, small and medium firms that fell due, LCU."""
    return supplier_invoices.amount.sum(where=_from_sme(supplier_invoices))


# Here nothing paid is a true zero, hence the else branch; an empty payment day falls into it too.
def sme_invoices_paid_on_time(supplier_invoices: Any) -> Any:
    """Value of those invoices paid by the day they fell due, LCU."""
    on_time = supplier_invoices.paid_on <= supplier_invoices.due_on
    return (_from_sme(supplier_invoices) & on_time).ifelse(supplier_invoices.amount, 0).sum()


def _from_sme(supplier_invoices: Any) -> Any:
    """Whether the supplier was a micro, small or medium firm when the contract was made."""
    return supplier_invoices.supplier_size.isin(["micro", "small", "medium"])
