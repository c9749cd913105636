"""Holds schemas/asyncapi.yaml to AsyncAPI 3.0, to the .proto files, to the golden examples and to the program.

    PYTHONPATH=<classes of schemas/> python asyncapi.py check SCHEMAS FACTS
        FACTS is what the program says of itself, as JSON: channels with their events, purposes, reasons, reasonMethods,
        headers. Then the file is spoilt at each place, one at a time: each has to be noticed. Exit 1 with the problems.
    PYTHONPATH=… python asyncapi.py validate SCHEMAS LINES
        A JSON a line of LINES, {"channel": …, "payload": …} with "headers" and "key" where there are some: prints `ok`, or
        what is wrong with it. Members that the schema does not name are wrong, also where subscribers are to ignore them.
    PYTHONPATH=… python asyncapi.py topics SCHEMAS
        What it says of Kafka: `<topic> partitions <count>`, `<topic> <setting> <value>`.
"""
import copy
import json
import pathlib
import re
import sys
import warnings

import jsonschema
import yaml

from plainscore.v1 import event_pb2, score_change_pb2

warnings.filterwarnings("ignore", module="asyncapi3")  # of names in its own classes
from asyncapi3.models import AsyncAPI3  # noqa: E402

EVENT = event_pb2.Event.DESCRIPTOR
SCORE_CHANGE = score_change_pb2.ScoreChange.DESCRIPTOR


# Documents


def references(value, path=()):
    """Each `$ref` with the path of the object that it stands in; examples are data, and have none."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield path, value["$ref"]
        for key, part in value.items():
            if key != "examples":
                yield from references(part, path + (key,))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from references(part, path + (index,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def resolved(document, value):
    while "$ref" in value:
        value = at(document, value["$ref"].removeprefix("#/").split("/"))
    return value


def closed(document):
    """The same, where an object may have no member that its schema does not name."""
    document = copy.deepcopy(document)

    def close(schema):
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                schema["additionalProperties"] = False
            for part in schema.values():
                close(part)

    close(document["components"]["schemas"])
    return document


def validator(document, schema):
    return jsonschema.Draft7Validator(
        {"allOf": [schema], "components": document["components"]},
        format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)


# What is wrong with a document


def problems(document, facts, golden):
    """Each of them in turn, those that are cheap to find first."""
    dangling = [f"{target} of {path} is not there" for path, target in references(document) if not leads(document, target)]
    if dangling:
        yield from dangling
        return
    schemas, messages = document["components"]["schemas"], document["components"]["messages"]
    yield from event_problems(document, schemas)
    yield from against_proto(document, SCORE_CHANGE, [schemas["scoreChange"], schemas["withdrawn"]], "ScoreChange")
    yield from fact_problems(document, facts)
    try:
        AsyncAPI3.model_validate(document)
    except ValueError as error:
        yield f"not AsyncAPI 3.0: {error}"
    for schema in schemas.values():
        jsonschema.Draft7Validator.check_schema(schema)
    yield from example_problems(document, messages, golden)


def leads(document, target):
    try:
        at(document, target.removeprefix("#/").split("/"))
        return target.startswith("#/")
    except (KeyError, TypeError):
        return False


def event_problems(document, schemas):
    bodies = [field for field in EVENT.fields if field.message_type]
    events = {body.json_name: schemas.get(body.json_name + "Event") for body in bodies}
    found = [f"{name}Event is not there" for name, schema in events.items() if schema is None]
    if found:
        return found
    for name, schema in events.items():
        others = set(events) & set(schema["properties"]) - {name}
        if others or name not in schema["properties"]:
            found.append(f"{name}Event has the bodies {sorted(others)}")
        if ("currency" in schema["properties"]) != ("currency" in schema["required"]):
            found.append(f"{name}Event: money needs its currency")
    return found + against_proto(document, EVENT, list(events.values()), "Event")


def against_proto(document, message, schemas, path):
    """Each field of the message in one of the schemas, and nothing else; kinds and enums alike."""
    schemas = [resolved(document, schema) for schema in schemas]
    declared = {field.json_name: field for field in message.fields}
    described = {name for schema in schemas for name in schema.get("properties", {})}
    found = [f"{path}.{name} is not described" for name in declared.keys() - described]
    found += [f"{path}.{name} is in no .proto" for name in described - declared.keys()]
    for name in declared.keys() & described:
        field, place = declared[name], f"{path}.{name}"
        parts = [resolved(document, s["properties"][name]) for s in schemas if name in s.get("properties", {})]
        if field.is_repeated:
            if any(part.get("type") != "array" for part in parts):
                found.append(f"{place} is repeated")
                continue
            parts = [resolved(document, part["items"]) for part in parts]
        kinds = {kind for part in parts for kind in kinds_of(part)}
        if field.message_type:
            if kinds != {"object"}:
                found.append(f"{place} is a message, not {kinds}")
            else:
                found += against_proto(document, field.message_type, parts, place)
        elif field.enum_type:
            values = {value for part in parts for value in part.get("enum", [part.get("const")])}
            if values != set(field.enum_type.values_by_name):
                found.append(f"{place} has the values {values}")
        elif kinds not in ([{"string"}] if field.cpp_type == field.CPPTYPE_STRING else [{"integer"}, {"integer", "string"}]):
            found.append(f"{place} is {kinds}")
    return found


def kinds_of(schema):
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is not None:
        return {"string" if isinstance(value, str) else "integer" for value in values}
    if "oneOf" in schema and "type" not in schema:
        return {kind for part in schema["oneOf"] for kind in kinds_of(part)}
    return {schema.get("type", "nothing")}


def fact_problems(document, facts):
    channels, schemas = document["channels"], document["components"]["schemas"]
    if "scoreChanges" not in channels:
        return ["there are no score changes"]
    described = {
        name: sorted(channel["messages"]) for name, channel in channels.items() if channel["address"] == name}
    found = []
    if described != {name: sorted(events) for name, events in facts["channels"].items()}:
        found.append(f"the raw topics carry {described}")
    if {channel["address"] for channel in channels.values()} != {*facts["channels"], "score-changes.{purpose}", "dead-letters"}:
        found.append("a topic is missing, or too many")
    for channel in channels.values():
        for name, message in channel["messages"].items():
            if message != {"$ref": f"#/components/messages/{name}"}:
                found.append(f"the message {name} is another one")
    for values in (channels["scoreChanges"]["parameters"]["purpose"]["enum"], schemas["purpose"]["enum"]):
        if sorted(values) != sorted(facts["purposes"]):
            found.append(f"the purposes are {values}")
    methods = schemas["scoreChange"]["properties"]["reasonMethod"].get("enum", [])
    if sorted(methods) != sorted(facts["reasonMethods"]):
        found.append(f"the reason methods are {methods}")
    headers = schemas["refusal"]["properties"]
    if sorted(headers.get("plainscore.reason", {}).get("enum", [])) != sorted(facts["reasons"]):
        found.append("the reasons are others")
    if sorted(headers) != sorted(facts["headers"]):
        found.append(f"the headers are {sorted(headers)}")
    directions = {(resolved(document, o["channel"])["address"], o["action"]) for o in document["operations"].values()}
    if directions != {(c["address"], "receive" if c["address"] in facts["channels"] else "send") for c in channels.values()}:
        found.append("an operation is missing, or goes the wrong way")
    return found


def example_problems(document, messages, golden):
    found, shown, shut = [], [], closed(document)
    for name, message in messages.items():
        examples = message.get("examples", [])
        if not examples:
            found.append(f"{name} has no example")
        if name not in {name for channel in document["channels"].values() for name in channel["messages"]}:
            found.append(f"{name} is on no channel")
        for example in examples:
            if name != "deadLetter":
                shown.append(example["payload"])
            for part in {"payload", "headers"} & message.keys():
                check, open_check = validator(shut, message[part]), validator(document, message[part])
                if part not in example:
                    found.append(f"an example of {name} has no {part}")
                    continue
                found += [f"{name}, {part}: {error.message}" for error in check.iter_errors(example[part])]
                if name == "deadLetter" and part == "payload":
                    continue
                # Producers get no extra member through, in any object.
                strict = check if name in ("scoreChange", "withdrawn", "deadLetter") else open_check
                for changed in with_extra_member(example[part]):
                    if strict.is_valid(changed):
                        found.append(f"{name} takes a member that it does not name")
    if sorted(map(json.dumps, shown)) != sorted(map(json.dumps, golden)):
        found.append("the examples are not the golden ones")
    return found


def with_extra_member(value):
    """Copies of the value, in each of which one object has a member more."""
    if isinstance(value, dict):
        yield {**value, "somethingElse": 1}
        for key, part in value.items():
            for changed in with_extra_member(part):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for index, part in enumerate(value):
            for changed in with_extra_member(part):
                yield value[:index] + [changed] + value[index + 1:]


# What has to be noticed


def spoilt(document):
    """The document with one thing wrong, for each place where it can be."""
    def changed(path, change):
        copied = copy.deepcopy(document)
        change(at(copied, path))
        return ("/".join(map(str, path)), copied)

    for path, _ in references(document):
        yield changed(path, lambda value: value.update({"$ref": "#/components/schemas/nothing"}))
    for path in [(), ("info",), *((kind, name) for kind in ("channels", "operations") for name in document[kind]),
                 *(("components", "messages", name) for name in document["components"]["messages"])]:
        yield changed(path, lambda value: value.update({"somethingElse": 1}))
    for name in document["channels"]:
        yield changed(("channels",), lambda value: value.pop(name))
        yield changed(("channels", name), lambda value: value.update({"address": "elsewhere"}))
        for message in document["channels"][name]["messages"]:
            yield changed(("channels", name, "messages"), lambda value: value.pop(message))
    for name in document["operations"]:
        yield changed(("operations",), lambda value: value.pop(name))
        yield changed(("operations", name), lambda v: v.update(action="send" if v["action"] == "receive" else "receive"))
    for name, message in document["components"]["messages"].items():
        for index, example in enumerate(message["examples"]):
            path = ("components", "messages", name, "examples", index)
            for part in example.keys() & ({"headers"} if name == "deadLetter" else {"payload"}):
                yield changed(path, lambda value: value.pop(part))
                yield changed(path + (part,), lambda value: value.update({"somethingElse": 1}))
                yield changed(path + (part,), lambda value: value.pop(list(value)[2]))
    for name, schema in document["components"]["schemas"].items():
        path = ("components", "schemas", name)
        if "additionalProperties" in schema:
            yield changed(path, lambda value: value.pop("additionalProperties"))
        for member, part in schema.get("properties", {}).items():
            yield changed(path + ("properties",), lambda value: value.pop(member))
            yield changed(path + ("properties",), lambda value: value.update({member: {"type": "boolean"}}))
            if "enum" in part:
                yield changed(path + ("properties", member, "enum"), lambda value: value.pop())
                yield changed(path + ("properties", member, "enum"), lambda value: value.append("ELSE"))
        if "properties" in schema:
            yield changed(path + ("properties",), lambda value: value.update(somethingElse={"type": "string"}))
        if "enum" in schema:
            yield changed(path + ("enum",), lambda value: value.pop())
            yield changed(path + ("enum",), lambda value: value.append("ELSE"))


def check(document, facts, golden):
    found = list(problems(document, facts, golden))
    if found:
        sys.exit("\n".join(found))
    unnoticed, count = [], 0
    for path, changed in spoilt(document):
        count += 1
        if next(problems(changed, facts, golden), None) is None:
            unnoticed.append(path)
    if unnoticed:
        sys.exit("not noticed:\n" + "\n".join(unnoticed))
    print(f"as it must be; spoilt at {count} places, noticed each time")


def golden_examples(folder):
    events = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return events + [json.loads(line) for line in (folder / "score-changes.ndjson").read_text().splitlines()]


def validate(document, lines):
    shut = closed(document)
    for line in lines:
        record = json.loads(line)
        messages = [resolved(shut, message) for message in shut["channels"][record["channel"]]["messages"].values()]
        faults = []
        for message in messages:
            key = resolved(shut, message["bindings"])["kafka"]["key"]
            parts = [("key", key), *((part, message[part]) for part in ("headers", "payload") if part in message)]
            faults.append([
                f"{part}{error.json_path[1:]}: {error.message}"
                for part, schema in parts if part in record for error in validator(shut, schema).iter_errors(record[part])])
        # What one of them takes is right; else the complaint of the message that comes closest.
        print("ok" if [] in faults else re.sub(r"\s+", " ", min(faults, key=len)[0])[:300])


def topics(document):
    for channel in document["channels"].values():
        purposes = channel.get("parameters", {}).get("purpose", {}).get("enum", [""])
        kafka = resolved(document, channel["bindings"])["kafka"]
        for name in {channel["address"].replace("{purpose}", purpose) for purpose in purposes}:
            print(name, "partitions", kafka["partitions"])
            for setting, value in kafka["topicConfiguration"].items():
                print(name, setting, ",".join(value) if isinstance(value, list) else value)


if __name__ == "__main__":
    schemas = pathlib.Path(sys.argv[2])
    document = yaml.safe_load((schemas / "asyncapi.yaml").read_text())
    if sys.argv[1] == "check":
        check(document, json.loads(pathlib.Path(sys.argv[3]).read_text()), golden_examples(schemas / "golden"))
    elif sys.argv[1] == "topics":
        topics(document)
    else:
        validate(document, open(sys.argv[3], encoding="utf-8"))
