"""Which tables do several files of doubt cases share?"""

import numpy as np
import pandas as pd

import dxkit

TOWNS = dxkit.load("municipalities")
PLAIN_TOWNS = pd.DataFrame(TOWNS).drop(columns="geometry")
FEW_TOWNS = PLAIN_TOWNS.iloc[20:32].reset_index(drop=True)
DASHBOARD = dxkit.load("dashboard")
# Himeji with 6 of its 13 answers blank, as the dashboard of another year might have it
HIMEJI = DASHBOARD.copy()
HIMEJI.loc[
    HIMEJI["code"] == "28201",
    ["policy", "structure", "training_for_all", "rpa", "telework", "mynumber_cards"],
] = np.nan
VILLAGES = (
    dxkit.load("villages")
    .drop_duplicates("place")
    .iloc[100:148]
    .reset_index(drop=True)[["place", "code", "lat", "lon"]]
)
# people invented, with ties: several places have the same number
VILLAGES["people"] = np.arange(len(VILLAGES)) % 7 * 10.0 + 10
PROGRESS = dxkit.load("progress").query("code < '28204'").reset_index(drop=True)
