"""Reads score changes in both forms with Google's Protobuf and score_change.proto: they must say the same.

    PYTHONPATH=<classes of schemas/> python score_changes.py FILE

FILE has a change a line: its JSON, a tab, its Protobuf in hexadecimal. Prints how many there were, and then each field that
was in none of them; exit 1 at the first difference.
"""
import sys

from google.protobuf import json_format
from plainscore.v1.score_change_pb2 import ScoreChange


def fields(message, path=""):
    for field in message.fields:
        yield path + field.json_name
        if field.message_type:
            yield from fields(field.message_type, path + field.json_name + ".")


def present(message, path=""):
    for field, value in message.ListFields():
        yield path + field.json_name
        for part in (value if field.is_repeated else [value]) if field.message_type else []:
            yield from present(part, path + field.json_name + ".")


count, met = 0, set()
for line in open(sys.argv[1], encoding="utf-8"):
    text, digits = line.rstrip("\n").split("\t")
    from_json = json_format.Parse(text, ScoreChange())  # which refuses members that it does not know
    data = bytes.fromhex(digits)
    message = ScoreChange.FromString(data)
    if message.SerializeToString(deterministic=True) != data:
        sys.exit(f"not as Protobuf itself writes it: {text}\n{digits}")
    met |= set(present(message))
    # Each form has a checksum of its own bytes.
    from_json.ClearField("checksum")
    message.ClearField("checksum")
    if message != from_json or json_format.MessageToDict(message) != json_format.MessageToDict(from_json):
        sys.exit(f"{text}\nis as Protobuf\n{message}")
    count += 1
print(f"{count} score changes, the same in both forms")
print("\n".join(sorted(set(fields(ScoreChange.DESCRIPTOR)) - met)))
