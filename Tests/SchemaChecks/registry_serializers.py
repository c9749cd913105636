"""Prints what Confluent's own serializers make of each golden event: `<event> json|protobuf <hexadecimal>`, and of a
consent that stands alone: `consent alone <hexadecimal>`. The registry is confluent-kafka's mock, in memory.

    PYTHONPATH=<classes of schemas/> python registry_serializers.py schemas/golden
"""
import json
import pathlib
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import json_format
from plainscore.v1.event_pb2 import Event

registry = SchemaRegistryClient.new_client({"url": "mock://plainscore"})
settings = {"use.deprecated.format": False}
protobuf = ProtobufSerializer(Event, registry, settings)
as_json = JSONSerializer('{"type": "object"}', registry)

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    event = json.loads(path.read_text())
    message = json_format.ParseDict(event, Event())
    # A subject each, since the two forms are schemas of different kinds.
    print(path.stem, "protobuf", protobuf(message, SerializationContext("p", MessageField.VALUE)).hex())
    print(path.stem, "json", as_json(event, SerializationContext("j", MessageField.VALUE)).hex())
    if path.stem == "consent":
        serializer = ProtobufSerializer(type(message.consent), registry, settings)
        print("consent alone", serializer(message.consent, SerializationContext("c", MessageField.VALUE)).hex())
