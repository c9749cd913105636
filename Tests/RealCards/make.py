"""make.py FOLDER: writes the cards of three packages, fitted to data that is drawn here."""

import sys
import warnings

import numpy as np
import pandas as pd

folder = sys.argv[1]
warnings.filterwarnings("ignore")
random = np.random.default_rng(7)
n = 3000
frame = pd.DataFrame(
    {
        "days_late": random.poisson(12, n) * random.integers(0, 2, n),
        "utilisation": random.integers(0, 12000, n).astype(float),
        "tenure": random.integers(0, 2000, n),
    }
)
risk = frame.days_late * 0.08 + frame.utilisation / 6000 - frame.tenure / 900 + random.normal(0, 1, n)
frame["bad"] = (risk > np.quantile(risk, 0.75)).astype(int)
frame.loc[random.random(n) < 0.1, "utilisation"] = np.nan


def written(name, write):
    try:
        write(f"{folder}/{name}.pmml")
    except Exception as error:  # a package that does not run here is said, and the others go on
        print(f"{name}: no card: {type(error).__name__}: {error}")


def memento(path):
    from memento.memento import Scorecard

    card = Scorecard()
    card.fit(frame.drop(columns="bad"), frame.bad)
    card.create_pmml(path)


def scorecard(path):
    import scorecard as package

    def bins(name, cuts):
        rows = [["M", "3", None]]
        edges = [None, *cuts, None]
        for index, (low, high) in enumerate(zip(edges, edges[1:])):
            rule = [f">= {low}"] if low is not None else []
            rule += [f"< {high}"] if high is not None else []
            rows.append([f"{name}{index}", str(index * 7), rule if len(rule) > 1 else rule[0]])
        return rows

    fields = [("days_late", [1, 30]), ("utilisation", [2500, 7500.5]), ("tenure", [180])]
    data = [(name, "integer", "continuous", None) for name, _ in fields]
    text = package._internal_to_pmml("drawn", data, [(name, bins(name, cuts)) for name, cuts in fields])
    open(path, "wb").write(text)


def optbinning(path):
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression
    from sklearn2pmml import make_pmml_pipeline, sklearn2pmml

    names = ["days_late", "utilisation", "tenure"]
    data = frame.fillna({"utilisation": 0})
    card = Scorecard(
        binning_process=BinningProcess(names),
        estimator=LogisticRegression(),
        scaling_method="min_max",
        scaling_method_params={"min": 300, "max": 850},
        rounding=path.endswith("whole.pmml"),
    ).fit(data[names], data.bad)
    sklearn2pmml(make_pmml_pipeline(card, active_fields=names, target_fields=["bad"]), path)


written("memento", memento)
written("scorecard", scorecard)
written("optbinning", optbinning)
written("optbinning-whole", optbinning)
