"""How the information base is measured: one formula per indicator, its parameters the variables."""

from __future__ import annotations

from jinglun.model.arrays import Array


def household_internet(household_internet_share: Array) -> Array:
    """Share of households with internet access, %."""
    return household_internet_share


def fixed_broadband(household_broadband_lines: Array, households: Array) -> Array:
    """Residential fixed-broadband lines per hundred households, %."""
    return 100 * household_broadband_lines / households


def gigabit_coverage(homes_gigabit: Array, households: Array) -> Array:
    """Homes that gigabit fibre can reach as a share of households, %."""
    return 100 * homes_gigabit / households


def broadband_affordability(broadband_month_price: Array, income_month_per_capita: Array) -> Array:
    """Monthly price of entry broadband as a share of monthly income per resident, %."""
    return 100 * broadband_month_price / income_month_per_capita


def household_computer(household_computer_share: Array) -> Array:
    """Share of households with a computer, %."""
    return household_computer_share


def household_mobile(household_mobile_share: Array) -> Array:
    """Share of households with a mobile phone, %."""
    return household_mobile_share


def fixed_download_speed(fixed_download_median: Array) -> Array:
    """Median measured download speed on fixed networks, Mbit/s."""
    return fixed_download_median


def fixed_latency(fixed_latency_median: Array) -> Array:
    """Median measured latency on fixed networks, ms."""
    return fixed_latency_median


def mobile_download_speed(mobile_download_median: Array) -> Array:
    """Median measured download speed on mobile networks, Mbit/s."""
    return mobile_download_median


def price_per_mbit(broadband_month_price: Array, broadband_entry_speed: Array) -> Array:
    """Monthly price of the entry plan for each Mbit/s of its advertised speed."""
    return broadband_month_price / broadband_entry_speed


def household_internet_gap(household_internet_share: Array) -> Array:
    """Highest minus lowest district share of households online, percentage points."""
    gap: Array = household_internet_share.max(axis=-1) - household_internet_share.min(axis=-1)
    return gap


def base_station_density(base_stations_5g: Array, resident_pop: Array) -> Array:
    """5G base stations per 10,000 residents."""
    return 10_000 * base_stations_5g / resident_pop


def shared_mobile_sites(mobile_sites_shared: Array, mobile_sites: Array) -> Array:
    """Share of mobile sites used by two or more operators, %."""
    return 100 * mobile_sites_shared / mobile_sites


def systems_on_shared_cloud(systems_on_cloud: Array, systems_total: Array) -> Array:
    """Share of government systems that run on shared cloud, %."""
    return 100 * systems_on_cloud / systems_total


def data_centre_pue(dc_total_kwh: Array, dc_it_kwh: Array) -> Array:
    """Power usage effectiveness: all electricity over that of the IT equipment, ratio."""
    return dc_total_kwh / dc_it_kwh


def rack_occupancy(racks_used: Array, racks_total: Array) -> Array:
    """Share of data-centre racks in use, %."""
    return 100 * racks_used / racks_total


def purchased_it_services(it_spend_as_service: Array, it_spend: Array) -> Array:
    """Share of government IT spending that buys a service, %."""
    return 100 * it_spend_as_service / it_spend


def shared_computing(public_computing_shared: Array, public_computing: Array) -> Array:
    """Share of public bodies' computing power that comes from shared platforms, %."""
    return 100 * public_computing_shared / public_computing


def system_cost_per_resident(systems_running_cost: Array, resident_pop: Array) -> Array:
    """Cost of running the government systems in use in the year, LCU per resident."""
    return systems_running_cost / resident_pop


def smart_electricity_metering(smart_electricity_meters: Array, electricity_meters: Array) -> Array:
    """Share of electricity meters that are smart, %."""
    return 100 * smart_electricity_meters / electricity_meters


def smart_water_metering(smart_water_meters: Array, water_meters: Array) -> Array:
    """Share of water meters that are smart, %."""
    return 100 * smart_water_meters / water_meters


def adaptive_signals(adaptive_intersections: Array, signal_intersections: Array) -> Array:
    """Share of signalled intersections whose signals adapt to traffic, %."""
    return 100 * adaptive_intersections / signal_intersections


def shared_sensing(sensors_on_platform: Array, sensors_total: Array) -> Array:
    """Share of public sensors that report to the shared platform, %."""
    return 100 * sensors_on_platform / sensors_total


def working_sensors(sensors_online: Array, sensors_total: Array) -> Array:
    """Share of public sensors that report as they should, %."""
    return 100 * sensors_online / sensors_total


def common_base_map(departments_on_base_map: Array, departments_mapping: Array) -> Array:
    """Share of map-using departments that use the city's common base map, %."""
    return 100 * departments_on_base_map / departments_mapping


def open_sensing(sensors_open: Array, sensors_openable: Array) -> Array:
    """Share of openable sensors whose readings are open, %."""
    return 100 * sensors_open / sensors_openable


def shared_street_poles(street_poles_shared: Array, street_poles: Array) -> Array:
    """Share of street poles used by two or more owners, %."""
    return 100 * street_poles_shared / street_poles


def data_catalogued(resources_catalogued: Array, resources_identified: Array) -> Array:
    """Share of identified public data resources that are catalogued, %."""
    return 100 * resources_catalogued / resources_identified


def data_quality_passed(quality_checks_passed: Array, quality_checks_run: Array) -> Array:
    """Share of data-quality checks passed, %."""
    return 100 * quality_checks_passed / quality_checks_run


def data_with_interface(resources_with_interface: Array, resources_catalogued: Array) -> Array:
    """Share of catalogued resources reachable through an interface, %."""
    return 100 * resources_with_interface / resources_catalogued


def data_documented(resources_documented: Array, resources_catalogued: Array) -> Array:
    """Share of catalogued resources with a data dictionary, %."""
    return 100 * resources_documented / resources_catalogued


def authorised_data_used(resources_authorised_used: Array, resources_authorised: Array) -> Array:
    """Share of resources under authorised operation that a registered product uses, %."""
    return 100 * resources_authorised_used / resources_authorised


def security_assessed(systems_assessed: Array, systems_assessment_due: Array) -> Array:
    """Share of systems of level 3 or higher assessed within a year, %."""
    return 100 * systems_assessed / systems_assessment_due


def remote_backup(data_tb_remote_backup: Array, data_tb_critical: Array) -> Array:
    """Share of critical government data backed up at another site, %."""
    return 100 * data_tb_remote_backup / data_tb_critical


def restore_tested(systems_restore_tested: Array, systems_assessment_due: Array) -> Array:
    """Share of systems of level 3 or higher restored in a drill within a year, %."""
    return 100 * systems_restore_tested / systems_assessment_due


def privacy_assessed(systems_impact_assessed: Array, systems_impact_due: Array) -> Array:
    """Share of systems that owe an impact assessment on personal data and have had it, %."""
    return 100 * systems_impact_assessed / systems_impact_due


def major_incidents(major_security_incidents: Array) -> Array:
    """Major cyber-security incidents in the year, cases."""
    return major_security_incidents
