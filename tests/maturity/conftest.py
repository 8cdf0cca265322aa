"""The Technology Achievement Index: published figures, weights and results."""

import pytest

import dxkit

# Human Development Report 2001, as printed by secondary sources with two decimals; Singapore was printed by none that was read
PUBLISHED = {
    "Finland": 0.74, "United States": 0.73, "Sweden": 0.70, "Japan": 0.70, "Korea": 0.67, "Netherlands": 0.63,
    "United Kingdom": 0.61, "Canada": 0.59, "Australia": 0.59, "Germany": 0.58, "Norway": 0.58, "Ireland": 0.57,
    "Belgium": 0.55, "New Zealand": 0.55, "Austria": 0.54, "France": 0.54, "Israel": 0.51, "Spain": 0.48, "Italy": 0.47,
    "Czech Republic": 0.47, "Hungary": 0.46, "Slovenia": 0.46,
}  # fmt: skip


@pytest.fixture(scope="session")
def published():
    return PUBLISHED


@pytest.fixture(scope="session")
def tai():
    """23 countries: the figures of the OECD/JRC handbook (2008), table A.2, with the ranks of its tables 23 and 38."""
    return dxkit.load("technology_index").set_index("country")


@pytest.fixture(scope="session")
def figures(tai, framework):
    return tai[framework.loc[framework["low"].notna(), "indicator"]]


@pytest.fixture(scope="session")
def framework():
    """Four headings of two indicators each, all of equal weight."""
    return dxkit.load("indicators_technology")


@pytest.fixture(scope="session")
def flat(framework):
    """Give the same indicators without headings, with the weights asked for."""

    def make(weights=(1.0,) * 8):
        return (
            framework[framework["low"].notna()]
            .assign(parent="", weight=list(weights))
            .reset_index(drop=True)
        )

    return make
