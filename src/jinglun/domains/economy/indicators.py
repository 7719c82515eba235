"""What the economy's variables say: one plain formula per indicator, in the order of the TOML."""

from __future__ import annotations

from jinglun.model.arrays import Array

# Kilograms of a pollutant that make one pollution equivalent: table 2 annexed to the Environmental
# Protection Tax Law of China. One equivalent is the harm of 1 kg of chemical oxygen demand.
SO2_KG = 0.95
NOX_KG = 0.95
COD_KG = 1.0
AMMONIA_KG = 0.8


def key_process_numerical_control(nc_key_processes: Array, key_processes: Array) -> Array:
    """Share of key process steps under numerical control, %."""
    return 100 * nc_key_processes / key_processes


def digital_business_management(firms_digital_management: Array, firms_assessed: Array) -> Array:
    """Share of assessed industrial firms whose business management is digital, %."""
    return 100 * firms_digital_management / firms_assessed


def labour_productivity(gdp: Array, employed_persons: Array) -> Array:
    """GDP per employed person, LCU/person."""
    # Current prices: cities of one year are compared here, the years of one city by the trend.
    return gdp / employed_persons


def output_per_built_up_land(gdp: Array, built_up_km2: Array) -> Array:
    """GDP per built-up area, LCU/km2."""
    return gdp / built_up_km2


def product_quality_pass_rate(products_passed: Array, products_sampled: Array) -> Array:
    """Share of sampled manufactured products that pass inspection, %."""
    return 100 * products_passed / products_sampled


def industrial_profit_margin(industrial_profit: Array, industrial_revenue: Array) -> Array:
    """Profit of larger industrial firms as a share of their revenue, %."""
    return 100 * industrial_profit / industrial_revenue


def sector_diversity(
    establishments_industry: Array,
    establishments_construction: Array,
    establishments_commerce: Array,
    establishments_services: Array,
) -> Array:
    """Normalised Simpson diversity of establishments over four sectors, 0-100 (Simpson 1949)."""
    total = (
        establishments_industry
        + establishments_construction
        + establishments_commerce
        + establishments_services
    )
    squares = (
        establishments_industry**2
        + establishments_construction**2
        + establishments_commerce**2
        + establishments_services**2
    )
    # 1 - 1/4 is the diversity of four equal sectors: dividing by it makes 100 the top of the scale.
    return 100 * (1 - squares / total**2) / (1 - 1 / 4)


def large_employer_dependence(establishments_50_plus: Array, establishment_jobs: Array) -> Array:
    """Least share of jobs that must lie in establishments of 50 jobs or more, %."""
    # 50 is the foot of the open top class of the census; the jobs above it are not printed.
    return 100 * 50 * establishments_50_plus / establishment_jobs


def jobs_per_100_adults(establishment_jobs: Array, pop_15_plus: Array) -> Array:
    """Jobs in establishments per 100 residents of 15 and over."""
    return 100 * establishment_jobs / pop_15_plus


def industrial_platform_adoption(firms_on_platform: Array, firms_assessed: Array) -> Array:
    """Share of assessed industrial firms that use an industrial-internet platform, %."""
    return 100 * firms_on_platform / firms_assessed


def industrial_share(industrial_value_added: Array, gdp: Array) -> Array:
    """Industrial value added as a share of GDP, %."""
    return 100 * industrial_value_added / gdp


# Both falls are cumulative since one base year, and negative where the city grew more wasteful.
def energy_intensity_fall(
    energy_tce: Array, gdp_real: Array, energy_tce_base: Array, gdp_real_base: Array
) -> Array:
    """Fall in energy use per real GDP since the base year, %."""
    return 100 * (1 - (energy_tce / gdp_real) / (energy_tce_base / gdp_real_base))


def carbon_intensity_fall(
    co2_t: Array, gdp_real: Array, co2_t_base: Array, gdp_real_base: Array
) -> Array:
    """Fall in carbon dioxide per real GDP since the base year, %."""
    return 100 * (1 - (co2_t / gdp_real) / (co2_t_base / gdp_real_base))


def solid_waste_utilisation(
    solid_waste_used_t: Array, solid_waste_t: Array, solid_waste_used_from_stock_t: Array
) -> Array:
    """Share of general industrial solid waste put to use, %."""
    # Waste taken from old heaps stands on both sides, or the rate could pass 100.
    return 100 * solid_waste_used_t / (solid_waste_t + solid_waste_used_from_stock_t)


def greenhouse_gas_per_resident(ghg_t: Array, resident_pop: Array) -> Array:
    """Greenhouse gas emissions per resident, t of CO2 equivalent per person."""
    return ghg_t / resident_pop


def non_fossil_energy_share(nonfossil_tce: Array, energy_tce: Array) -> Array:
    """Non-fossil share of energy use, %."""
    # In coal equivalent on both sides, or the share depends on how electricity was converted.
    return 100 * nonfossil_tce / energy_tce


def output_per_energy(gdp: Array, energy_tce: Array) -> Array:
    """GDP per energy used, LCU/tce."""
    return gdp / energy_tce


def output_per_water(gdp: Array, total_water_use_m3: Array) -> Array:
    """GDP per water used, LCU/m3."""
    return gdp / total_water_use_m3


def industrial_pollution_intensity(
    industrial_so2_t: Array,
    industrial_nox_t: Array,
    industrial_cod_t: Array,
    industrial_ammonia_t: Array,
    industrial_value_added: Array,
) -> Array:
    """Four main industrial pollutants as kg of COD equivalent per 10,000 LCU of value added."""
    equivalent_t = (
        industrial_so2_t / SO2_KG
        + industrial_nox_t / NOX_KG
        + industrial_cod_t / COD_KG
        + industrial_ammonia_t / AMMONIA_KG
    )
    # Kilograms over units of 10,000: the size in which Chinese yearbooks print intensities.
    return 1000 * equivalent_t / (industrial_value_added / 1e4)


def business_start_time(business_start_days: Array, business_starts: Array) -> Array:
    """Mean working days from application until a new firm can do business."""
    # Total days over total firms, so that a district of few firms does not weigh like a large one.
    return business_start_days / business_starts


def construction_permit_time(construction_permit_days: Array, construction_permits: Array) -> Array:
    """Mean working days the authorities take to approve a construction project."""
    return construction_permit_days / construction_permits


def business_services_online(business_items_online: Array, business_items: Array) -> Array:
    """Share of government services for firms that can be done online from end to end, %."""
    return 100 * business_items_online / business_items


def firm_complaints_solved_share(
    firm_complaints_solved: Array, firm_complaints_called_back: Array
) -> Array:
    """Share of complaints by firms that the firm itself calls solved, %."""
    return 100 * firm_complaints_solved / firm_complaints_called_back


def small_firm_invoices_on_time(sme_invoices_paid_on_time: Array, sme_invoices_due: Array) -> Array:
    """Share by value of small and medium firms' invoices that public bodies pay when due, %."""
    # By value: many small bills paid promptly must not hide one large debt.
    return 100 * sme_invoices_paid_on_time / sme_invoices_due


def small_firm_procurement_share(sme_procurement_value: Array, procurement_value: Array) -> Array:
    """Share by value of public procurement awarded to small and medium firms, %."""
    return 100 * sme_procurement_value / procurement_value


def establishments_per_1000(establishments: Array, resident_pop: Array) -> Array:
    """Count of business establishments per 1,000 residents."""
    return 1000 * establishments / resident_pop


def licences_per_1000(licences_in_force: Array, resident_pop: Array) -> Array:
    """Business licences in force per 1,000 residents."""
    return 1000 * licences_in_force / resident_pop


def digital_core_share(digital_core_value_added: Array, gdp: Array) -> Array:
    """Value added of the core digital industries as a share of GDP, %."""
    return 100 * digital_core_value_added / gdp


def ict_employment_share(ict_employed: Array, employed_persons: Array) -> Array:
    """Share of the employed who work in information and communications, %."""
    return 100 * ict_employed / employed_persons


def public_data_products_per_million(public_data_products: Array, resident_pop: Array) -> Array:
    """Products and services built on public data per million residents."""
    return 1e6 * public_data_products / resident_pop


def enterprise_datasets_open_share(
    enterprise_datasets_open: Array, enterprise_datasets_openable: Array
) -> Array:
    """Share of the openable datasets on enterprises that are open, %."""
    return 100 * enterprise_datasets_open / enterprise_datasets_openable


def firm_data_requests_met_share(firm_data_requests_met: Array, firm_data_requests: Array) -> Array:
    """Share of firms' requests for public data met within the promised time, %."""
    return 100 * firm_data_requests_met / firm_data_requests


def firm_public_data_use(firms_using_public_data: Array, firms_asked_public_data: Array) -> Array:
    """Share of firms asked that use open public data in their work, %."""
    return 100 * firms_using_public_data / firms_asked_public_data


def rd_intensity(rd_spend: Array, gdp: Array) -> Array:
    """Research and development spending as a share of GDP, %."""
    return 100 * rd_spend / gdp


def high_value_patents_per_10000(high_value_patents: Array, resident_pop: Array) -> Array:
    """High-value invention patents held per 10,000 residents."""
    return 1e4 * high_value_patents / resident_pop


def technology_contract_share(technology_contract_value: Array, gdp: Array) -> Array:
    """Turnover of registered technology contracts as a share of GDP, %."""
    return 100 * technology_contract_value / gdp


def enterprise_rd_share(rd_spend_enterprises: Array, rd_spend: Array) -> Array:
    """Share of research and development spending done by enterprises, %."""
    return 100 * rd_spend_enterprises / rd_spend


def firm_funded_public_research(
    rd_spend_public_research_from_firms: Array, rd_spend_public_research: Array
) -> Array:
    """Share of universities' and institutes' research spending paid by firms, %."""
    return 100 * rd_spend_public_research_from_firms / rd_spend_public_research


def research_personnel_per_10000_employed(
    rd_personnel_fte: Array, employed_persons: Array
) -> Array:
    """Research and development personnel, full-time equivalent, per 10,000 employed."""
    # Per employed, not per resident: a city of pensioners is no poorer in talent for it.
    return 1e4 * rd_personnel_fte / employed_persons


def young_establishment_share(establishments_founded_5y: Array, establishments: Array) -> Array:
    """Share of establishments founded in the last five years, %."""
    return 100 * establishments_founded_5y / establishments
