"""What the 2015 guide says: five domains with three aims each, crossed by four factors.

Terms and short phrases are quoted from 《中国智慧城市建设指南》
(国家信息化专家咨询, 2015); the English is our rendering.
The guide's section title says 开放数据 and its introduction 数据开放: the same factor.
"""

from __future__ import annotations

from dataclasses import dataclass

GUIDE_ZH = "《中国智慧城市建设指南》(2015)"
GUIDE_EN = "Guide to Building Smart Cities in China (2015)"


@dataclass(frozen=True, slots=True)
class Aim:
    """One of the three aims that the guide sets for a domain."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Domain:
    """One of the five domains, the warp 经 of the loom."""

    id: str
    zh: str
    en: str
    title_zh: str
    title_en: str
    quote_zh: str
    quote_en: str
    aims: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the four factors that run through all domains, the weft 纬."""

    id: str
    zh: str
    en: str
    quote_zh: str
    quote_en: str


DOMAINS: tuple[Domain, ...] = (
    Domain(
        "economy",
        "产业经济",
        "Economy",
        "创新的产业经济",
        "An innovative economy",
        "运行效率高、服务效果好、创新动力足的产业经济运行环境",
        "an economy that runs efficiently, serves well and has a strong drive to innovate",
        (
            Aim("efficient", "运行效率高", "Runs efficiently"),
            Aim("service", "服务效果好", "Serves well"),
            Aim("innovative", "创新动力足", "Driven to innovate"),
        ),
    ),
    Domain(
        "services",
        "市民服务",
        "Citizen services",
        "融合的市民服务",
        "Joined-up citizen services",
        "更加均等、更加便捷、更加开放的市民社会",
        "a civil society that is more equal, more convenient and more open",
        (
            Aim("equal", "均等", "Equal"),
            Aim("convenient", "便捷", "Convenient"),
            Aim("open", "开放", "Open"),
        ),
    ),
    Domain(
        "governance",
        "政府治理",
        "Governance",
        "有效的政府治理",
        "Effective governance",
        "更高效、更科学、更开放的政府治理体系",
        "a system of governance that is more efficient, more scientific and more open",
        (
            Aim("efficient", "高效", "Efficient"),
            Aim("scientific", "科学", "Scientific"),
            Aim("open", "开放", "Open"),
        ),
    ),
    Domain(
        "operations",
        "城市管理",
        "City operations",
        "统筹的城市管理",
        "Coordinated city operations",
        "更高效、更统筹、更开放的智慧城市管理体系",
        "a city management that is more efficient, more coordinated and more open",
        (
            Aim("efficient", "高效", "Efficient"),
            Aim("coordinated", "统筹", "Coordinated"),
            Aim("open", "开放", "Open"),
        ),
    ),
    Domain(
        "infrastructure",
        "信息基础",
        "Information base",
        "一流的信息基础",
        "A first-rate information base",
        "智能、便捷、低成本、高品质的信息服务",
        "information services that are smart, convenient, low in cost and high in quality",
        (
            Aim("smart", "智能便捷", "Smart and convenient"),
            Aim("low_cost", "低成本", "Low in cost"),
            Aim("quality", "高品质", "High in quality"),
        ),
    ),
)

FACTORS: tuple[Factor, ...] = (
    Factor(
        "bigpicture",
        "大局思维",
        "Big-picture thinking",
        "智慧城市是城市发展的大循环，大战略",
        "the smart city is the great cycle and the grand strategy of a city's development",
    ),
    Factor(
        "citizens",
        "市民聚焦",
        "Citizen focus",
        "更加关注市民的动机和需求",
        "more regard for what moves citizens and what they need",
    ),
    Factor(
        "opendata",
        "数据开放",
        "Open data",
        "被任何人自由获取、互通、共享、重用",
        "free for anyone to obtain, connect, share and reuse",
    ),
    Factor(
        "partnership",
        "模式创新",
        "New models of delivery",
        "政府引导、市场主导、企业主体",
        "government guides, the market leads, enterprises are the main body",
    ),
)

DOMAIN_IDS = tuple(d.id for d in DOMAINS)
FACTOR_IDS = tuple(f.id for f in FACTORS)
