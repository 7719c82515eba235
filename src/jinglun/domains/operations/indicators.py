"""How well the city is run: one formula per indicator of coordinated city management."""

from __future__ import annotations

import numpy as np

from jinglun.model.arrays import Array

# Proposed by the project for the mean of a whole district; see the note of M5.4.
OVER_DENSE_PER_KM2 = 25_000

# Published shares are rounded, so exclusive answers may sum a little above 100, but not by more.
ROUNDING_POINTS = 1.0


def _exclusive_total(*shares: Array) -> Array:
    """Sum of shares of one question, %: 100 at most; NaN where answers were not exclusive."""
    total = np.sum(shares, axis=0)
    return np.where(total <= 100 + ROUNDING_POINTS, np.minimum(total, 100), np.nan)


def _spread(values: Array) -> Array:
    """Highest minus lowest along the last axis, the districts."""
    return np.asarray(values.max(axis=-1) - values.min(axis=-1))


# M1 unified city operations


def cases_closed_on_time(cases_on_time: Array, cases_due: Array) -> Array:
    """Share of the cases due that were closed within their limit, %."""
    return 100 * cases_on_time / cases_due


def networks_monitored(network_km_monitored: Array, network_km: Array) -> Array:
    """Share of the length of utility mains monitored on line, %."""
    return 100 * network_km_monitored / network_km


def case_reopening(cases_reopened: Array, cases_inspected: Array) -> Array:
    """Share of closed and inspected cases that were sent back, %."""
    return 100 * cases_reopened / cases_inspected


def joint_cases_closed_on_time(joint_cases_on_time: Array, joint_cases_due: Array) -> Array:
    """Share of the cases needing several departments that were closed within their limit, %."""
    return 100 * joint_cases_on_time / joint_cases_due


def resident_reported_cases(cases_from_residents: Array, cases_source_known: Array) -> Array:
    """Share of cases of known source that residents reported first, %."""
    return 100 * cases_from_residents / cases_source_known


# M2 easy green mobility


def peak_travel_time_index(peak_travel_time: Array, freeflow_travel_time: Array) -> Array:
    """Peak time of a fixed set of trips over its free-flow time, ratio."""
    return peak_travel_time / freeflow_travel_time


def green_travel(trips_green: Array, trips_total: Array) -> Array:
    """Share of trips on foot, by bicycle or by public transport, %."""
    return 100 * trips_green / trips_total


def public_transport_reach(pop_near_stop: Array, urban_pop: Array) -> Array:
    """Share of urban residents within reach of a public-transport stop, %."""
    return 100 * pop_near_stop / urban_pop


def road_traffic_deaths(traffic_deaths: Array, resident_pop: Array) -> Array:
    """Deaths in road crashes per 100,000 residents."""
    return 100_000 * traffic_deaths / resident_pop


def green_commuting(
    commute_walk_share: Array,
    commute_bus_share: Array,
    commute_tram_share: Array,
    commute_train_share: Array,
) -> Array:
    """Share of employed people who go to work on foot, by bus, tram or train, %."""
    return _exclusive_total(
        commute_walk_share, commute_bus_share, commute_tram_share, commute_train_share
    )


def car_commuting(commute_car_share: Array) -> Array:
    """Share of employed people who go to work by private car, %."""
    return commute_car_share


def paved_road_distance(paved_road_km: Array) -> Array:
    """Mean distance from home to a paved road, km."""
    return paved_road_km


# M3 safety and resilience


def fire_response_time(total_response_minutes: Array, responses: Array) -> Array:
    """Mean time from a fire call to the first engine's arrival, minutes."""
    return total_response_minutes / responses


def disaster_death_rate(disaster_deaths: Array, resident_pop: Array) -> Array:
    """People dead or missing in natural disasters per million residents."""
    return 1_000_000 * disaster_deaths / resident_pop


def early_warning_cover(pop_early_warning: Array, resident_pop: Array) -> Array:
    """Share of residents reached by multi-hazard warnings, %."""
    return 100 * pop_early_warning / resident_pop


def work_safety_death_rate(work_safety_deaths: Array, employed_persons: Array) -> Array:
    """Deaths in work accidents per 100,000 employed people."""
    return 100_000 * work_safety_deaths / employed_persons


def fire_rate(fires: Array, resident_pop: Array) -> Array:
    """Fires per 100,000 residents."""
    return 100_000 * fires / resident_pop


def public_order_alarm_rate(public_order_alarms: Array, resident_pop: Array) -> Array:
    """Confirmed criminal and public-order alarms per 10,000 residents."""
    return 10_000 * public_order_alarms / resident_pop


def flooding_spots_cured(flood_spots_cured: Array, flood_spots: Array) -> Array:
    """Share of the flood-prone spots on the register that were cured, %."""
    return 100 * flood_spots_cured / flood_spots


# M4 environment and resources


def pm25_concentration(pm25_annual_mean: Array) -> Array:
    """Calendar-year mean of PM2.5, ug/m3."""
    return pm25_annual_mean


def good_air_days(good_days: Array, valid_days: Array) -> Array:
    """Share of validly monitored days with good air, %."""
    return 100 * good_days / valid_days


def sewage_collection(bod_collected_kg: Array, bod_generated_kg: Array) -> Array:
    """Share of the domestic pollution load that reaches treatment plants, %."""
    return 100 * bod_collected_kg / bod_generated_kg


def water_supply_loss(water_supplied_m3: Array, water_registered_m3: Array) -> Array:
    """Share of the water supplied that no registered user received, %."""
    return 100 * (water_supplied_m3 - water_registered_m3) / water_supplied_m3


def waste_resource_use(msw_resource_t: Array, msw_t: Array) -> Array:
    """Share of municipal waste recycled, composted or burned for energy, %."""
    return 100 * msw_resource_t / msw_t


def reclaimed_water_use(reclaimed_water_m3: Array, sewage_treated_m3: Array) -> Array:
    """Share of treated waste water used again, %."""
    return 100 * reclaimed_water_m3 / sewage_treated_m3


def homes_with_running_water(home_running_water: Array) -> Array:
    """Share of households with running water, %."""
    return home_running_water


def homes_with_sewer(home_sewer: Array) -> Array:
    """Share of households on the public sewer, %."""
    return home_sewer


def household_waste_collected(waste_bin_share: Array, waste_truck_share: Array) -> Array:
    """Share of households whose waste goes to a municipal bin or a truck, %."""
    return _exclusive_total(waste_bin_share, waste_truck_share)


def clean_cooking(cooking_gas_share: Array, cooking_electricity_share: Array) -> Array:
    """Share of households that cook mainly with gas or electricity, %."""
    return _exclusive_total(cooking_gas_share, cooking_electricity_share)


def homes_with_electricity(home_electricity: Array) -> Array:
    """Share of households with electricity, %."""
    return home_electricity


def running_water_gap(home_running_water: Array) -> Array:
    """Highest minus lowest district share of homes with running water, percentage points."""
    return _spread(home_running_water)


def sewer_gap(home_sewer: Array) -> Array:
    """Highest minus lowest district share of homes on the public sewer, percentage points."""
    return _spread(home_sewer)


def led_street_lights(street_lights_led: Array, street_lights_lamp_known: Array) -> Array:
    """Share of street lights of a known lamp that are LED, %."""
    return 100 * street_lights_led / street_lights_lamp_known


# M5 livable, orderly space


def park_reach(residential_ha_covered: Array, residential_ha: Array) -> Array:
    """Share of residential land within the service radius of a park, %."""
    return 100 * residential_ha_covered / residential_ha


def land_to_population_growth(
    built_up_km2: Array,
    built_up_km2_before: Array,
    urban_core_pop: Array,
    urban_core_pop_before: Array,
    years_between: Array,
) -> Array:
    """Yearly growth of built-up land over yearly log growth of people (SDG 11.3.1), ratio.

    NaN where people did not grow: a shrinking city that builds would get a negative ratio, which
    "lower is better" would reward.
    """
    land = (built_up_km2 - built_up_km2_before) / built_up_km2_before / years_between
    people = np.log(urban_core_pop / urban_core_pop_before) / years_between
    return land / np.where(people > 0, people, np.nan)


def green_buildings(green_floor_m2: Array, new_floor_m2: Array) -> Array:
    """Share of the floor area completed that meets green-building standards, %."""
    return 100 * green_floor_m2 / new_floor_m2


def over_concentration(resident_pop: Array, area_km2: Array) -> Array:
    """Share of residents in districts denser than 25,000 per km2, %.

    A district of unknown density makes the city unknown: a bare comparison would call it thin.
    """
    density = resident_pop / area_km2
    dense = np.where(np.isfinite(density), density > OVER_DENSE_PER_KM2, np.nan)
    return np.asarray(100 * (resident_pop * dense).sum(axis=-1) / resident_pop.sum(axis=-1))


def population_density(resident_pop: Array, area_km2: Array) -> Array:
    """Residents per square kilometre of land."""
    return resident_pop / area_km2


def slum_dwellings(slum_household_share: Array) -> Array:
    """Share of households in makeshift or slum dwellings, %."""
    return slum_household_share


def crowding(people_per_room: Array) -> Array:
    """People per room."""
    return people_per_room


def homes_with_bathroom(home_bathroom: Array) -> Array:
    """Share of households with a bathroom or shower room, %."""
    return home_bathroom


def vacant_dwellings(vacant_dwelling_share: Array) -> Array:
    """Share of dwellings vacant, %."""
    return vacant_dwelling_share


def built_up_per_person_change(
    built_up_km2: Array,
    built_up_km2_before: Array,
    urban_core_pop: Array,
    urban_core_pop_before: Array,
    years_between: Array,
) -> Array:
    """Yearly change of built-up land per person, % of its earlier value (SDG 11.3.1, secondary)."""
    per_person = built_up_km2 / urban_core_pop
    per_person_before = built_up_km2_before / urban_core_pop_before
    return 100 * (per_person / per_person_before - 1) / years_between


def slum_gap(slum_household_share: Array) -> Array:
    """Highest minus lowest district share of slum households, percentage points."""
    return _spread(slum_household_share)


def crowding_gap(people_per_room: Array) -> Array:
    """Highest minus lowest district number of people per room."""
    return _spread(people_per_room)


def street_lights_per_1000(street_lights_total: Array, resident_pop: Array) -> Array:
    """Street lights per 1,000 residents."""
    return 1000 * street_lights_total / resident_pop


# M6 open city data, new municipal operation


def live_open_interfaces(live_open_apis: Array, resident_pop: Array) -> Array:
    """Open interfaces to live city-operation data per million residents."""
    return 1_000_000 * live_open_apis / resident_pop


def contracted_municipal_services(
    municipal_contracted_spend: Array, municipal_spend: Array
) -> Array:
    """Share of municipal operating spend under contract or concession, %."""
    return 100 * municipal_contracted_spend / municipal_spend


def facility_layers_published(
    facility_layers_open: Array, facility_layers_openable: Array
) -> Array:
    """Share of the openable layers of municipal facilities that are published, %."""
    return 100 * facility_layers_open / facility_layers_openable


def hourly_environment_data(
    environment_stations_hourly_open: Array, environment_stations: Array
) -> Array:
    """Share of environmental stations with open hourly data, %."""
    return 100 * environment_stations_hourly_open / environment_stations


def contracts_paid_by_performance(
    municipal_contracts_performance: Array, municipal_contracts: Array
) -> Array:
    """Share of municipal operation contracts paid by performance, %."""
    return 100 * municipal_contracts_performance / municipal_contracts


def contracts_retendered(
    municipal_contracts_retendered: Array, municipal_contracts_ended: Array
) -> Array:
    """Share of ended municipal operation contracts let again by open competition, %."""
    return 100 * municipal_contracts_retendered / municipal_contracts_ended


def contracted_service_satisfaction(
    contracted_users_satisfied: Array, contracted_users_surveyed: Array
) -> Array:
    """Share of surveyed users satisfied with contracted services, %."""
    return 100 * contracted_users_satisfied / contracted_users_surveyed
