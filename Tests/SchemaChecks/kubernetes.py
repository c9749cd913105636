"""Holds Kubernetes objects to the API's own schemas, fields that they do not name refused.

    python kubernetes.py FILE…
        Documents and lists of each YAML file. Exit 1 with the faults, else prints the objects, one JSON a line.
"""
import json
import sys

import kubernetes_validate
import yaml

# The oldest that deploy/kubernetes names, and the newest that the package knows.
VERSIONS = ["1.27", kubernetes_validate.latest_version()]


def objects(path):
    with open(path, encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            yield from document["items"] if document["kind"] == "List" else [document]


faults = 0
for path in sys.argv[1:]:
    for item in objects(path):
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(item, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                faults += 1
                place = f"{item['kind']} {item['metadata']['name']}: {'.'.join(map(str, error.path))}"
                print(f"{path}: {place}: {error.message} ({version})")
        if not faults:
            print(json.dumps(item))
sys.exit(1 if faults else 0)
