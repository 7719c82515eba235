"""How well the city is governed: joined up, on evidence, answering, open and in partnership."""

from __future__ import annotations

from jinglun.model.arrays import Array

# findability 100, accessibility 100, interoperability 110, reusability 75, context 20.
MQA_POINTS_POSSIBLE = 405


def data_sharing_met(share_requests_met: Array, share_requests: Array) -> Array:
    """Cross-department data requests met, %."""
    return 100 * share_requests_met / share_requests


def joined_up_services(life_events_joined: Array, life_events: Array) -> Array:
    """Life events on the city's list handled across departments in one go, %."""
    return 100 * life_events_joined / life_events


def digital_posts_held(digital_posts_filled: Array, digital_posts: Array) -> Array:
    """Posts for digital work that are filled, %; contractors on site left out."""
    return 100 * digital_posts_filled / digital_posts


def indicator_data_availability(indicators_with_data: Array, indicators_required: Array) -> Array:
    """Indicators with usable data, %; grades the filing."""
    return 100 * indicators_with_data / indicators_required


def indicator_data_measured(indicators_measured: Array, indicators_with_data: Array) -> Array:
    """Indicators with data that rest on accurate measurement, %; grades the filing."""
    return 100 * indicators_measured / indicators_with_data


# G2 goes on: decisions by the catalogue the city publishes, cases by the courts' count.
def decision_evaluation(major_decisions_evaluated: Array, major_decisions_matured: Array) -> Array:
    """Matured major decisions with a published ex-post evaluation, %."""
    return 100 * major_decisions_evaluated / major_decisions_matured


def work_report_kept(work_report_tasks_on_time: Array, work_report_tasks: Array) -> Array:
    """Tasks of the government work report completed on time, %."""
    return 100 * work_report_tasks_on_time / work_report_tasks


def admin_case_loss(admin_cases_lost: Array, admin_cases_concluded: Array) -> Array:
    """Administrative cases concluded that the government lost, %."""
    return 100 * admin_cases_lost / admin_cases_concluded


def court_rulings_executed(rulings_executed_in_time: Array, rulings_due: Array) -> Array:
    """Final rulings against the government executed within their limit, %."""
    return 100 * rulings_executed_in_time / rulings_due


def heads_in_court(admin_hearings_with_head: Array, admin_hearings: Array) -> Array:
    """Administrative cases heard in which a head of the authority appeared, %."""
    return 100 * admin_hearings_with_head / admin_hearings


def decision_evidence(major_decisions_with_evidence: Array, major_decisions: Array) -> Array:
    """Major decisions published together with their data and reasoning, %."""
    return 100 * major_decisions_with_evidence / major_decisions


# G3. Requests go by the period of receipt, so one cohort is followed to its end.
def hotline_connection(calls_answered: Array, calls_offered: Array) -> Array:
    """Calls offered to hotline agents that were answered, %."""
    return 100 * calls_answered / calls_offered


def request_response(requests_contacted_in_time: Array, requests_assigned: Array) -> Array:
    """Assigned requests whose person was contacted within the limit, %."""
    return 100 * requests_contacted_in_time / requests_assigned


def request_resolution(callbacks_resolved: Array, callbacks_completed: Array) -> Array:
    """Completed call-backs in which the matter was resolved, %."""
    return 100 * callbacks_resolved / callbacks_completed


def request_satisfaction(callbacks_satisfied: Array, callbacks_completed: Array) -> Array:
    """Completed call-backs in which the person was satisfied, %."""
    return 100 * callbacks_satisfied / callbacks_completed


def days_to_close(total_close_days: Array, requests_closed: Array) -> Array:
    """Mean days from receipt to closing over closed requests."""
    return total_close_days / requests_closed


def repeat_requests(requests_repeated: Array, requests_received: Array) -> Array:
    """Requests that repeat an earlier one by the same person on the same matter, %."""
    return 100 * requests_repeated / requests_received


def reopened_requests(requests_reopened: Array, requests_closed: Array) -> Array:
    """Closed requests that had been opened again, %."""
    return 100 * requests_reopened / requests_closed


def slowest_tenth_days(close_days_p90: Array) -> Array:
    """Days within which nine closed requests in ten were closed."""
    return close_days_p90


def closed_on_time(requests_closed_on_time: Array, requests_limited: Array) -> Array:
    """Requests with a time limit that were closed within it, %."""
    return 100 * requests_closed_on_time / requests_limited


def thirdparty_satisfaction(thirdparty_satisfaction_score: Array) -> Array:
    """Satisfaction with the handling of requests by independent survey, points of 100."""
    return thirdparty_satisfaction_score


def thirdparty_sample_size(thirdparty_sample: Array) -> Array:
    """People with a valid answer in the independent survey."""
    return thirdparty_sample


def callback_count(callbacks_completed: Array) -> Array:
    """Call-backs completed, to be published beside the rates that rest on them."""
    return callbacks_completed


def callback_coverage(callbacks_completed: Array, requests_closed: Array) -> Array:
    """Closed requests with a completed call-back, %."""
    return 100 * callbacks_completed / requests_closed


def consultation_feedback(consultations_answered: Array, consultations_closed: Array) -> Array:
    """Public consultations answered with reasons, %."""
    return 100 * consultations_answered / consultations_closed


# G4. Over what may be opened, never over all there is.
def datasets_open(open_datasets: Array, openable_datasets: Array) -> Array:
    """Datasets of the openable inventory published as open data, %."""
    return 100 * open_datasets / openable_datasets


def metadata_quality(mqa_points: Array) -> Array:
    """Points of the portal by the MQA method over the 405 possible, %."""
    return 100 * mqa_points / MQA_POINTS_POSSIBLE


def datasets_three_star(datasets_3star: Array, open_datasets: Array) -> Array:
    """Open datasets of three stars or more, %."""
    return 100 * datasets_3star / open_datasets


def datasets_on_schedule(datasets_on_time: Array, datasets_with_frequency: Array) -> Array:
    """Open datasets updated within their declared frequency, %."""
    return 100 * datasets_on_time / datasets_with_frequency


def disclosure_granted(disclosure_granted_requests: Array, disclosure_requests: Array) -> Array:
    """Information disclosure requests granted in full or in part, %."""
    return 100 * disclosure_granted_requests / disclosure_requests


# G5. By value where money is spent, by process where publishing is judged.
def e_procurement(eprocurement_value: Array, procurement_value: Array) -> Array:
    """Procurement by value done wholly on an electronic platform, %."""
    return 100 * eprocurement_value / procurement_value


def contracts_fully_published(ocids_five_stages: Array, ocids: Array) -> Array:
    """Contracting processes with all five OCDS stages published, %."""
    return 100 * ocids_five_stages / ocids


def non_competitive_procurement(direct_award_value: Array, procurement_value: Array) -> Array:
    """Procurement by value awarded without competition, %."""
    return 100 * direct_award_value / procurement_value


def debt_to_limit(debt_balance: Array, debt_limit: Array) -> Array:
    """Local government debt over its legal limit, %; above 100 the limit is breached."""
    return 100 * debt_balance / debt_limit


def social_participation(major_decisions_with_partners: Array, major_decisions: Array) -> Array:
    """Major decisions on which an organisation outside government was heard, %."""
    return 100 * major_decisions_with_partners / major_decisions


def bidders_per_contract(bids_received: Array, competed_contracts: Array) -> Array:
    """Mean number of tenderers over contracts awarded by competition."""
    return bids_received / competed_contracts
