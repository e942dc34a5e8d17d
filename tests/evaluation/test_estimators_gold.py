"""Our estimators give the figures of other people's software on real data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import causaldata
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.estimators import difference_in_means, itt_ancova, retention

ORACLES = Path(__file__).parents[1] / "oracles" / "evaluation.json"
GOLD = {entry["id"]: entry for entry in json.loads(ORACLES.read_text("utf-8"))["gold"]}
COUNTED = [name for name, entry in GOLD.items() if "counts" in entry.get("extra", {})]


def data(name: str) -> pd.DataFrame:
    return getattr(causaldata, name).load_pandas().data


def nsw() -> pd.DataFrame:
    return data("nsw_mixtape").assign(unem78=lambda f: f.re78 == 0)


def nsw_against_cps() -> pd.DataFrame:
    trained = nsw()
    both = pd.concat([trained[trained.treat == 1], data("cps_mixtape")])
    both = both.astype({"re78": "float64", "re75": "float64"})
    return both.assign(gain=both.re78 - both.re75)


def nhefs() -> pd.DataFrame:
    frame = data("nhefs").dropna(subset=["wt82"])
    return frame.assign(qsmk=frame.qsmk.astype(float))


def nhefs_weighted() -> pd.DataFrame:
    """With the propensity score of What If, program 12.2."""
    frame = nhefs()
    numeric = frame[["age", "smokeintensity", "smokeyrs", "wt71"]].astype(float)
    words = frame[["sex", "race", "education", "exercise", "active"]].astype(str)
    dummies = pd.get_dummies(words, drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([numeric, numeric**2, dummies], axis=1).to_numpy())
    p = sm.Logit(frame.qsmk.to_numpy(), design).fit(disp=0, tol=1e-12).predict()
    return frame.assign(weight=np.where(frame.qsmk == 1, 1 / p, 1 / (1 - p)))


def leaders() -> pd.DataFrame:
    return data("black_politicians").assign(both=lambda f: f.leg_black * f.treat_out)


# the table, and what differs from the options of the entry
CASES: dict[str, tuple[Callable[[], pd.DataFrame], dict[str, Any]]] = {
    "nsw_dim_classical": (nsw, {}),
    "nsw_dim_HC2": (nsw, {"se": "HC2"}),
    "nsw_ancova_full_classical": (nsw, {}),
    "nsw_ancova_full_HC2": (nsw, {}),
    "jtrain2_unem78": (nsw, {"arm": "treat"}),
    "dw_cps1_unadj": (nsw_against_cps, {}),
    "dw_cps1_did_HC2": (nsw_against_cps, {"outcome": "gain"}),
    "broockman_interaction": (leaders, {"arm": "both", "covariates": ["leg_black", "treat_out"]}),
    "nhefs_unadj": (nhefs, {}),
    "nhefs_ipw": (nhefs_weighted, {"weights": "weight", "se": "HC0"}),
}


def agrees(entry: dict[str, Any], value: float | None, se: float | None) -> None:
    absolute = entry.get("extra", {}).get("abs_tol", 0)
    relative = 0 if absolute else entry["tolerance"]["value_rel"]
    assert value == pytest.approx(entry["value"], rel=relative, abs=absolute)
    if entry["se"] is not None:
        assert se == pytest.approx(entry["se"], rel=entry["tolerance"]["se_rel"])


def test_the_published_nsw_estimate_is_reproduced():
    frame = nsw()

    result = difference_in_means(frame, outcome="re78", arm="treat", treated=1, comparison=0)

    assert result.estimate == pytest.approx(1794.3424042702, rel=1e-7)
    assert result.se == pytest.approx(670.9965463815, rel=1e-7)
    assert (result.n_treated, result.n_comparison, result.df) == (185, 260, 443)


@pytest.mark.parametrize("name", [n for n in GOLD if n not in (*COUNTED, "nsw_welch")])
def test_an_effect_agrees_with_the_reference(name):
    table, differing = CASES[name]
    options = GOLD[name]["options"]
    asked = {"outcome": options["y"], "arm": options["t"], "se": options.get("se")}
    asked |= {"covariates": options.get("X", []), **differing}

    result = itt_ancova(table(), **asked, treated=1, comparison=0)

    agrees(GOLD[name], result.estimate, result.se)


def test_welchs_t_is_the_difference_over_its_hc2_standard_error():
    entry = GOLD["nsw_welch"]

    result = difference_in_means(nsw(), outcome="re78", arm="treat", treated=1, comparison=0)

    agrees(entry, result.estimate / result.se, None)


def people(counts: dict[str, dict[str, int]]) -> pd.DataFrame:
    """One row a person from counts of yes and no in two arms."""
    return pd.concat(
        pd.DataFrame({"arm": arm, "yes": [1.0] * n["yes"] + [0.0] * (n["of"] - n["yes"])})
        for arm, n in counts.items()
    )


@pytest.mark.parametrize("name", COUNTED)
def test_a_difference_between_shares_agrees_with_r(name):
    entry = GOLD[name]
    frame = people(entry["extra"]["counts"])

    result = difference_in_means(
        frame, outcome="yes", arm="arm", treated="treated", comparison="comparison"
    )

    agrees(entry, result.estimate, result.se)
    assert result.n == entry["extra"]["n"]


@pytest.mark.parametrize("name", [name for name in COUNTED if "resp" in name])
def test_retention_agrees_with_r(name):
    entry = GOLD[name]
    frame = people(entry["extra"]["counts"])
    frame["score"] = frame.yes.where(frame.yes == 1)

    table = retention(
        frame,
        arm="arm",
        treated="treated",
        comparison="comparison",
        outcomes={"later": "score"},
    )

    agrees(entry, table.difference[0], table.se[0])
