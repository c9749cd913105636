"""adapt.py PLAINSCORE CARDS OUT: adapts each card, and writes beside it drawn rows with JPMML's scores.

OUT/NAME.pmml is the adapted card. OUT/NAME.csv has a column for each of its fields, and `score`: JPMML's for the adapted
card, empty where it gives none. Where no point was rounded, the score is that of the card as it was; else the card as it was
may differ by no more than the command said, and that is checked here.
"""

import csv
import math
import pathlib
import random
import re
import subprocess
import sys

from jpmml_evaluator import make_evaluator
from lxml import etree

plainscore, cards, out = sys.argv[1:4]
# Features that can have any amount, also below 0, and that can be missing: one for each field of a card.
features = [f"cashflow.balance.{a}.{w}d" for a in ("min", "max", "mean") for w in (30, 90, 180, 365, 730)]
failed = 0


def tree_of(path):
    tree = etree.parse(str(path))
    return tree, "{%s}" % etree.QName(tree.getroot()).namespace


def evaluator(path):
    """JPMML's, with one output, the points."""
    tree, ns = tree_of(path)
    card = tree.getroot().find(ns + "Scorecard")
    for output in card.findall(ns + "Output"):
        card.remove(output)
    output = etree.Element(ns + "Output")
    etree.SubElement(output, ns + "OutputField", name="points", optype="continuous", dataType="double",
                     feature="predictedValue")
    card.find(ns + "MiningSchema").addnext(output)
    return make_evaluator(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), backend="jpype").verify()


def score(model, row):
    try:
        return model.evaluate(dict(row))["points"]
    except Exception as error:
        if "cannot accept" in str(error) or "Undefined result" in str(error):  # the standard gives no result
            return None
        raise


def fields_of(path):
    tree, ns = tree_of(path)
    active = [f.get("name") for f in tree.iter(ns + "MiningField") if f.get("usageType", "active") == "active"]
    fields = {}
    for name in active:
        numbers = [float(e.get("value")) for e in tree.iter(ns + "SimplePredicate")
                   if e.get("field") == name and re.fullmatch(r"-?[0-9.eE+-]+", e.get("value") or "")]
        for field in tree.iter(ns + "DataField"):
            if field.get("name") == name:
                numbers += [float(i.get(m)) for i in field.findall(ns + "Interval")
                            for m in ("leftMargin", "rightMargin") if i.get(m)]
        fields[name] = numbers or [0.0]
    return fields


def run(*words):
    return subprocess.run([plainscore, "model", "adapt", *words], capture_output=True, text=True)


def adapt(path):
    name = path.stem
    weighed = {e.get("field") for e in tree_of(path)[0].iter() if e.get("field")}
    map_file = pathlib.Path(out, name + ".toml")
    lines = ['currency = "EUR"', "[fields]"]
    strings = {f.get("name") for f in tree_of(path)[0].iter("{*}DataField") if f.get("dataType") == "string"}
    named = [field for field in fields_of(path) if field in weighed and field not in strings]
    lines += [f'"{field}" = "{feature}"' for field, feature in zip(named, features)]
    map_file.write_text("\n".join(lines) + "\n")
    target = pathlib.Path(out, name + ".pmml")
    words = [str(path), "--map", str(map_file), "-o", str(target)]
    said = run(*words)
    if "--round" in said.stderr:
        said = run(*words, "--round", "halfEven")
    return target, said


def most_of(said):
    found = re.search(r"changes by ([0-9.]+) points at most", said.stdout)
    return float(found.group(1)) if found else 0.0


def draw(dice, numbers):
    if dice.random() < 1 / 6:
        return None
    return math.floor(dice.choice(numbers)) + dice.choice([-400, -30, -2, -1, 0, 0, 1, 2, 30, 400])


for path in sorted(pathlib.Path(cards).glob("*.pmml")):
    target, said = adapt(path)
    if said.returncode != 0:
        print(f"{path.name}: refused")
        print("".join(f"    {line}\n" for line in said.stderr.replace(str(path) + ":", "line ").splitlines()[:-1]), end="")
        continue
    most, dice = most_of(said), random.Random(path.name)
    before, after, fields = evaluator(path), evaluator(target), fields_of(path)
    rows, farthest = [], 0.0
    for _ in range(250):
        row = {name: draw(dice, numbers) for name, numbers in fields.items()}
        was, now = score(before, row), score(after, row)
        rows.append({**row, "score": "" if now is None else round(now)})
        if (was is None) != (now is None):
            farthest = math.inf
        elif now is not None:
            farthest = max(farthest, abs(was - now))
    with open(target.with_suffix(".csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, list(fields) + ["score"])
        writer.writeheader()
        writer.writerows(rows)
    scored = sum(row["score"] != "" for row in rows)
    isFine = farthest <= most + 1e-6
    failed += not isFine
    print(f"{path.name}: adapted; {scored} of {len(rows)} rows have a score; it differs from the card as it was by "
          f"{farthest:.4g} at most, {most:.4g} were announced{'' if isFine else ': WRONG'}")
sys.exit(failed > 0)
