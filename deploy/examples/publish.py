"""Publishes events to Plainscore: one JSON object a line in, one Kafka record each out, as JSON or as Protobuf.

    python publish.py [--protobuf] events.ndjson
"""
import argparse
import json
import os
import sys

from confluent_kafka import Producer

# The body of an event says on which topic it belongs (schemas/plainscore/v1/event.proto).
TOPICS = {
    "repayment": "payments", "bill": "bills", "statement": "accounts", "cashFlow": "accounts", "rental": "rentals",
    "consent": "consents", "erasure": "consents", "correction": "consents", "dispute": "consents",
}

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("file", help="events, one JSON object a line; - reads standard input")
arguments.add_argument("--protobuf", action="store_true", help="send each as Protobuf instead of JSON")
arguments = arguments.parse_args()
prefix = os.environ.get("PLAINSCORE_PREFIX", "")

producer = Producer({
    "bootstrap.servers": os.environ.get("PLAINSCORE_BOOTSTRAP", "localhost:9092"),
    # A retry never writes twice, and a record is sent when the brokers have it.
    "enable.idempotence": True,
    # The key decides the partition as Java's client does it. librdkafka's own default is another function.
    "partitioner": "murmur2_random",
})

failures = []


def delivered(error, message):
    if error is not None:
        failures.append(f"{message.topic()}: {error}")


def value_of(line):
    """The record's value. Its first byte tells the consumers what it is: `{` is JSON, anything else Protobuf."""
    if not arguments.protobuf:
        return line.encode()
    from google.protobuf import json_format
    from plainscore.v1.event_pb2 import Event
    return json_format.Parse(line, Event()).SerializeToString()


def publish(line):
    event = json.loads(line)
    topic = next(TOPICS[member] for member in event if member in TOPICS)
    while True:
        try:
            producer.produce(prefix + topic, key=event["person"], value=value_of(line), on_delivery=delivered)
            break
        except BufferError:  # the queue is full: wait for deliveries
            producer.poll(1)
    producer.poll(0)


count = 0
for line in sys.stdin if arguments.file == "-" else open(arguments.file, encoding="utf-8"):
    if line.strip():
        publish(line.strip())
        count += 1
undelivered = producer.flush(60)
print(f"{count - undelivered - len(failures)} of {count} events delivered")
if failures or undelivered:
    sys.exit("\n".join(failures[:5]) or "the brokers did not answer in time: publish the same events again")
