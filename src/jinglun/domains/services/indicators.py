"""How well residents are served: one formula per indicator of the services domain."""

from __future__ import annotations

from jinglun.model.arrays import Array


# Items are what is on offer; cases, below, are what people lived through.
def services_online(items_online: Array, items_total: Array) -> Array:
    """Service items that can be requested online, %."""
    return 100 * items_online / items_total


def services_one_stop(items_one_stop: Array, items_total: Array) -> Array:
    """Service items handled at one stop, %."""
    return 100 * items_one_stop / items_total


def electronic_licences(items_using_elicence: Array, items_needing_licence: Array) -> Array:
    """Items accepting an electronic licence among those that need one, %."""
    return 100 * items_using_elicence / items_needing_licence


# Items that nobody could do from home stay out of the denominator.
def completed_without_visit(cases_without_visit: Array, cases_end_to_end_items: Array) -> Array:
    """Cases completed without a visit among cases of items offered end to end online, %."""
    return 100 * cases_without_visit / cases_end_to_end_items


def repeat_visits(cases_repeat_visit: Array, cases_closed: Array) -> Array:
    """Completed cases that took two visits or more, %."""
    return 100 * cases_repeat_visit / cases_closed


def services_for_elders(items_elder_usable: Array, items_total: Array) -> Array:
    """Service items that older people can use, %."""
    return 100 * items_elder_usable / items_total


# Per 10,000, not per 1,000: a city has fewer than one such door per thousand.
def public_service_density(public_service_establishments: Array, resident_pop: Array) -> Array:
    """Public-service establishments per 10,000 residents."""
    return 10_000 * public_service_establishments / resident_pop


def life_expectancy(life_expectancy_at_birth: Array) -> Array:
    """Life expectancy at birth, years."""
    return life_expectancy_at_birth


# Usual residents, not registered households, here and below: migrants fall ill too.
def health_beds_per_1000(health_beds: Array, resident_pop: Array) -> Array:
    """Beds in health facilities per 1,000 residents."""
    return 1000 * health_beds / resident_pop


def physicians_per_1000(physicians: Array, resident_pop: Array) -> Array:
    """Licensed physicians, assistants included, per 1,000 residents."""
    return 1000 * physicians / resident_pop


def health_records(residents_with_health_record: Array, resident_pop: Array) -> Array:
    """Residents with an electronic health record, %."""
    return 100 * residents_with_health_record / resident_pop


def nursing_bed_share(nursing_beds: Array, elder_beds: Array) -> Array:
    """Nursing beds among the beds of elder-care homes, %."""
    return 100 * nursing_beds / elder_beds


def nurses_per_1000(nurses: Array, resident_pop: Array) -> Array:
    """Nurses on the register per 1,000 residents."""
    return 1000 * nurses / resident_pop


def shared_test_results(hospitals_sharing_results: Array, hospitals_level_2_plus: Array) -> Array:
    """Hospitals of level 2 and above that accept each other's test results, %."""
    return 100 * hospitals_sharing_results / hospitals_level_2_plus


def schooling_years(mean_schooling_years: Array) -> Array:
    """Mean years of schooling of residents of working age, years."""
    return mean_schooling_years


def online_learning(users_learning_space: Array, students: Array, teachers: Array) -> Array:
    """Teachers and students with an online learning space, %."""
    return 100 * users_learning_space / (students + teachers)


# Surveys publish the rate; where a city only has counts, the share is made from part and base.
def unemployment(unemployment_rate: Array) -> Array:
    """Unemployed persons in the labour force, %."""
    return unemployment_rate


def literacy(illiteracy_rate: Array) -> Array:
    """Residents aged 10 and over who can read and write, %."""
    return 100 - illiteracy_rate


# Women's illiteracy less men's is men's literacy less women's: positive is women's disadvantage.
def literacy_gap_sexes(illiteracy_rate_women: Array, illiteracy_rate_men: Array) -> Array:
    """Literacy of men less that of women, percentage points."""
    return illiteracy_rate_women - illiteracy_rate_men


def primary_enrolment(school_enrolment: Array) -> Array:
    """Children of 6 to 11 who attend school, %."""
    return school_enrolment


def higher_education(higher_education_share: Array) -> Array:
    """Residents with higher education, %."""
    return higher_education_share


def labour_participation(activity_rate: Array) -> Array:
    """Labour force among residents aged 15 and over, %."""
    return activity_rate


def women_participation(activity_rate_women: Array) -> Array:
    """Women in the labour force among women aged 15 and over, %."""
    return activity_rate_women


def participation_gap_sexes(activity_rate_men: Array, activity_rate_women: Array) -> Array:
    """Participation of men less that of women, percentage points."""
    return activity_rate_men - activity_rate_women


# The order is turned here: for a rate where high is bad, women less men is women's disadvantage.
def unemployment_gap_sexes(unemployment_rate_women: Array, unemployment_rate_men: Array) -> Array:
    """Unemployment of women less that of men, percentage points."""
    return unemployment_rate_women - unemployment_rate_men


# Both shares have one base, the employed, so they may be added.
def vulnerable_employment(self_employed_share: Array, family_worker_share: Array) -> Array:
    """Own-account and unpaid family workers among the employed, as the ILO defines it, %."""
    return self_employed_share + family_worker_share


# Over all women, not over the labour force: the latter would be unemployment turned round.
def women_employment(employed_women: Array, pop_15_plus_women: Array) -> Array:
    """Employed women among women aged 15 and over, %."""
    return 100 * employed_women / pop_15_plus_women


def men_employment(employed_men: Array, pop_15_plus_men: Array) -> Array:
    """Employed men among men aged 15 and over, %."""
    return 100 * employed_men / pop_15_plus_men


def preschool_enrolment(kindergarten_children: Array, children_3_to_5: Array) -> Array:
    """Children in kindergarten, of any age, per hundred aged 3 to 5, %."""
    return 100 * kindergarten_children / children_3_to_5


def employer_training(trainees_employer_led: Array, trainees_subsidised: Array) -> Array:
    """Trainees taught by or together with an employer among those subsidised, %."""
    return 100 * trainees_employer_led / trainees_subsidised


# Over all residents as the national plan counts, though children under 3 would be the truer base.
def nursery_places_per_1000(nursery_places: Array, resident_pop: Array) -> Array:
    """Nursery places for children under 3 per 1,000 residents."""
    return 1000 * nursery_places / resident_pop


def services_within_15_minutes(pop_15min_services: Array, resident_pop: Array) -> Array:
    """Residents within a 15-minute walk of basic services, %."""
    return 100 * pop_15min_services / resident_pop


def accessible_buildings(public_buildings_accessible: Array, public_buildings: Array) -> Array:
    """Public buildings inspected and found accessible, %."""
    return 100 * public_buildings_accessible / public_buildings


def pension_cover(pension_insured: Array, pension_eligible: Array) -> Array:
    """Persons in the basic pension scheme among those who should be, %."""
    return 100 * pension_insured / pension_eligible


def disability(disability_share: Array) -> Array:
    """Residents with a disability, %."""
    return disability_share


# The gaps keep NaN: with one district unknown, the highest and the lowest are not known either.
def literacy_gap_districts(illiteracy_rate: Array) -> Array:
    """Highest minus lowest district literacy rate, percentage points."""
    highest: Array = illiteracy_rate.max(axis=-1)
    lowest: Array = illiteracy_rate.min(axis=-1)
    return highest - lowest


def unemployment_gap_districts(unemployment_rate: Array) -> Array:
    """Highest minus lowest district unemployment rate, percentage points."""
    highest: Array = unemployment_rate.max(axis=-1)
    lowest: Array = unemployment_rate.min(axis=-1)
    return highest - lowest


def higher_education_gap_districts(higher_education_share: Array) -> Array:
    """Highest minus lowest district share with higher education, percentage points."""
    highest: Array = higher_education_share.max(axis=-1)
    lowest: Array = higher_education_share.min(axis=-1)
    return highest - lowest


def women_participation_gap_districts(activity_rate_women: Array) -> Array:
    """Highest minus lowest district participation rate of women, percentage points."""
    highest: Array = activity_rate_women.max(axis=-1)
    lowest: Array = activity_rate_women.min(axis=-1)
    return highest - lowest


def livelihood_data_open(livelihood_open: Array, livelihood_openable: Array) -> Array:
    """Livelihood data sets opened among those that can be, %."""
    return 100 * livelihood_open / livelihood_openable


def cocreated_services(services_cocreated: Array, services_launched: Array) -> Array:
    """Services, new or redesigned, that residents helped to design, %."""
    return 100 * services_cocreated / services_launched


def realtime_arrivals(transit_lines_realtime: Array, transit_lines: Array) -> Array:
    """Public-transport lines with open real-time arrivals, %."""
    return 100 * transit_lines_realtime / transit_lines


# What was the numerator of openness is the denominator of freshness.
def livelihood_data_on_time(livelihood_on_time: Array, livelihood_open: Array) -> Array:
    """Open livelihood data sets updated as often as promised, %."""
    return 100 * livelihood_on_time / livelihood_open


def facilities_open(facilities_in_open_data: Array, facilities_total: Array) -> Array:
    """Facilities whose place, hours and capacity are open data, %."""
    return 100 * facilities_in_open_data / facilities_total


def purchased_services(purchased_services_spend: Array, public_service_spend: Array) -> Array:
    """Purchased services in the spending on public services, %."""
    return 100 * purchased_services_spend / public_service_spend


def sports_ground_per_person(sports_ground_m2: Array, resident_pop: Array) -> Array:
    """Sports ground per resident, m2."""
    return sports_ground_m2 / resident_pop


def contracts_paid_by_result(service_contracts_by_result: Array, service_contracts: Array) -> Array:
    """Contracts for purchased services that pay by result, %."""
    return 100 * service_contracts_by_result / service_contracts


def contracts_evaluated(service_contracts_evaluated: Array, service_contracts: Array) -> Array:
    """Contracts for purchased services evaluated by a third party, %."""
    return 100 * service_contracts_evaluated / service_contracts


def associations(nonprofit_establishments: Array, resident_pop: Array) -> Array:
    """Associations with premises of their own per 10,000 residents."""
    return 10_000 * nonprofit_establishments / resident_pop


def social_organisations(registered_social_organisations: Array, resident_pop: Array) -> Array:
    """Social organisations on the register per 10,000 residents."""
    return 10_000 * registered_social_organisations / resident_pop
