"""What the hotline's requests, the procurement contracts and the digital posts add up to.

An open request has no closing, contact or call-back time. Comparisons with such a null are filled
with False, so a group in which nobody was contacted counts 0, not missing. The price: a column the
city never delivered must be absent from the table, not padded with nulls, or it would read as 0.
"""

from __future__ import annotations

from typing import Any

SECONDS_PER_DAY = 86_400


def requests_received(requests: Any) -> Any:
    """Requests received in the period."""
    return requests.count()


def requests_assigned(requests: Any) -> Any:
    """Requests assigned to a handling unit with a time limit for the first contact."""
    return (requests.assigned_at.notnull() & requests.contact_due_at.notnull()).sum()


def requests_contacted_in_time(requests: Any) -> Any:
    """Assigned requests whose person was contacted within the limit."""
    in_time = requests.contacted_at <= requests.contact_due_at
    # Kept inside requests_assigned, or the response rate could pass 100.
    return (requests.assigned_at.notnull() & in_time).fill_null(False).sum()


def requests_closed(requests: Any) -> Any:
    """Requests received in the period that are closed now."""
    return requests.closed_at.notnull().sum()


def total_close_days(requests: Any) -> Any:
    """Days from receipt to closing, added up over closed requests."""
    return _days_open(requests).sum()


def close_days_p90(requests: Any) -> Any:
    """Days within which nine closed requests in ten were closed (interpolated quantile)."""
    return _days_open(requests).quantile(0.9)


def requests_limited(requests: Any) -> Any:
    """Requests that have a time limit for closing."""
    return requests.due_at.notnull().sum()


def requests_closed_on_time(requests: Any) -> Any:
    """Requests closed within their limit; an open one is not."""
    # No clock here: an open request is late whether or not its limit has come.
    return (requests.closed_at <= requests.due_at).fill_null(False).sum()


def requests_reopened(requests: Any) -> Any:
    """Closed requests that had been opened again at least once."""
    # One that is open again has no closed_at yet and joins when it is closed for good.
    return (requests.reopened & requests.closed_at.notnull()).fill_null(False).sum()


def requests_repeated(requests: Any) -> Any:
    """Requests by a person who had raised the same matter before."""
    return requests.repeat_of.notnull().sum()


def callbacks_completed(requests: Any) -> Any:
    """Closed requests whose person was reached again and answered."""
    return _called_back(requests).sum()


def callbacks_resolved(requests: Any) -> Any:
    """Completed call-backs in which the person said the matter was resolved."""
    return (_called_back(requests) & requests.callback_resolved).fill_null(False).sum()


def callbacks_satisfied(requests: Any) -> Any:
    """Completed call-backs in which the person said they were satisfied."""
    return (_called_back(requests) & requests.callback_satisfied).fill_null(False).sum()


def procurement_value(contracts: Any) -> Any:
    """Value of the contracts signed, LCU."""
    return contracts.value.sum()


def eprocurement_value(contracts: Any) -> Any:
    """Value of the contracts tendered wholly on an electronic platform, LCU."""
    return _value_where(contracts, contracts.electronic)


def direct_award_value(contracts: Any) -> Any:
    """Value of the contracts awarded without competition, LCU."""
    return _value_where(contracts, contracts.method.isin(["direct", "limited"]))


def competed_contracts(contracts: Any) -> Any:
    """Contracts awarded by competition whose number of tenderers is recorded."""
    return (_competed(contracts) & contracts.tenderers.notnull()).fill_null(False).sum()


def bids_received(contracts: Any) -> Any:
    """Tenderers, added up over the contracts awarded by competition."""
    # sum() skips nulls, as competed_contracts does.
    return contracts.tenderers.sum(where=_competed(contracts))


def ocids(contracts: Any) -> Any:
    """Contracting processes with a signed contract."""
    return contracts.ocid.nunique()


def ocids_five_stages(contracts: Any) -> Any:
    """Contracting processes all of whose contracts have all five stages published."""
    complete = (
        contracts.planning_published
        & contracts.tender_published
        & contracts.award_published
        & contracts.contract_published
        & contracts.implementation_published
    )
    # One contract with a stage unpublished spoils its whole process.
    spoiled = contracts.ocid.nunique(where=~complete.fill_null(False))
    return contracts.ocid.nunique() - spoiled


def digital_posts(posts: Any) -> Any:
    """Posts for digital work approved, in full-time equivalents."""
    return posts.posts.sum()


def digital_posts_filled(posts: Any) -> Any:
    """Posts for digital work that somebody holds, in full-time equivalents."""
    return posts.filled.sum()


def _days_open(requests: Any) -> Any:
    """Days from receipt to closing; null while open."""
    # Seconds, for a difference in whole days would drop the hours.
    seconds = requests.closed_at.epoch_seconds() - requests.received_at.epoch_seconds()
    return seconds / SECONDS_PER_DAY


def _called_back(requests: Any) -> Any:
    """Whether the request is closed and its call-back complete."""
    return requests.closed_at.notnull() & requests.callback_at.notnull()


def _competed(contracts: Any) -> Any:
    """Whether suppliers competed for the contract."""
    return contracts.method.isin(["open", "selective"])


def _value_where(contracts: Any, condition: Any) -> Any:
    """Value of the contracts that meet a condition; 0, not null, where none does."""
    return (contracts.value * condition.cast("int64")).sum()
