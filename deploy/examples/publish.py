"""Publishes events to Plainscore: one JSON object a line in, one Kafka record each out, as JSON or as Protobuf.

    python publish.py [--protobuf] events.ndjson

A timeline for history is told the time by lines {"tick": TIME}, TIME being ms or "2005-05-01T00:00:00Z". They go to the
topic consents, and events to other topics. So all that was sent before a tick must be in the timeline before the tick is
sent, and the tick before anything that comes after it. A consumer commits the offset of a record once that is in the
timeline: wait for that.
"""
import argparse
import json
import os
import sys
import time
from datetime import datetime

from confluent_kafka import Consumer, Producer, TopicPartition

# The body of an event says on which topic it belongs (schemas/plainscore/v1/event.proto).
TOPICS = {
    "repayment": "payments", "bill": "bills", "statement": "accounts", "cashFlow": "accounts", "cash_flow": "accounts",
    "rental": "rentals",
    "consent": "consents", "erasure": "consents", "correction": "consents", "dispute": "consents",
}

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("file", help="events, one JSON object a line; - reads standard input")
arguments.add_argument("--protobuf", action="store_true", help="send each as Protobuf instead of JSON")
arguments.add_argument("--timeout", type=float, default=60, help="seconds that a consumer may stand still (default 60)")
arguments = arguments.parse_args()
prefix = os.environ.get("PLAINSCORE_PREFIX", "")
brokers = os.environ.get("PLAINSCORE_BOOTSTRAP", "localhost:9092")

producer = Producer({
    "bootstrap.servers": brokers,
    # A retry never writes twice, and a record is sent when the brokers have it.
    "enable.idempotence": True,
    # The key decides the partition as Java's client does it. librdkafka's own default is another function.
    "partitioner": "murmur2_random",
})

failures = []
sent_up_to = {}  # (topic, partition): the offset after the last record delivered


def delivered(error, message):
    if error is not None:
        failures.append(f"{message.topic()}: {error}")
    else:
        sent_up_to[message.topic(), message.partition()] = message.offset() + 1


def value_of(line):
    """The record's value. Its first byte tells the consumers what it is: `{` is JSON, anything else Protobuf."""
    if not arguments.protobuf:
        return line
    from google.protobuf import json_format
    from plainscore.v1.event_pb2 import Event
    return json_format.Parse(line, Event()).SerializeToString()


def send(topic, value, **where):
    while True:
        try:
            producer.produce(topic, value, on_delivery=delivered, **where)
            break
        except BufferError:  # the queue is full: wait for deliveries
            producer.poll(1)
    producer.poll(0)


def deliver_all():
    undelivered = producer.flush(60)
    if failures or undelivered:
        sys.exit("\n".join(failures[:5]) or "the brokers did not answer in time: publish the same events again")


groups = {}  # by topic, a client that may ask for the committed offsets of the consumers' group and is no member


def committed(topic, partition):
    if topic not in groups:
        groups[topic] = Consumer({"bootstrap.servers": brokers, "group.id": f"{topic}-consumer"})
    return groups[topic].committed([TopicPartition(topic, partition)], timeout=15)[0].offset


def wait_until_carried_over(line_number):
    """Delivers what is under way, and waits until the consumers have committed beyond it."""
    deliver_all()
    for (topic, partition), end in sent_up_to.items():
        before, since = None, time.monotonic()
        while (now := committed(topic, partition)) < end:
            if now != before:
                before, since = now, time.monotonic()
            if time.monotonic() - since > arguments.timeout:
                sys.exit(f"{topic}-consumer stands still at {topic}-{partition}, offset {now} of {end}: start it, "
                         f"then publish again from line {line_number}")
            time.sleep(0.005)
    sent_up_to.clear()


def tick(stated, line_number):
    wait_until_carried_over(line_number)
    if isinstance(stated, str):
        stated = round(datetime.fromisoformat(stated.replace("Z", "+00:00")).timestamp() * 1000)
    topic = prefix + "consents"
    for partition in producer.list_topics(topic, timeout=15).topics[topic].partitions:
        send(topic, json.dumps({"tick": stated}).encode(), partition=partition)
    wait_until_carried_over(line_number)


def read(line):
    """The event of a line as a dictionary, with its topic: None for a tick. Raises ValueError where it is none."""
    event = json.loads(line)
    if not isinstance(event, dict):
        raise ValueError("it is no JSON object")
    if "tick" in event:
        return event, None
    topic = next((TOPICS[member] for member in event if member in TOPICS), None)
    if topic is None:
        raise ValueError(f"it has none of {', '.join(TOPICS)}")
    if not isinstance(event.get("person"), str):
        raise ValueError("it has no person")
    return event, topic


count = 0
lines = sys.stdin.buffer if arguments.file == "-" else open(arguments.file, "rb")
for number, line in enumerate(lines, 1):
    line = line.removeprefix(b"\xef\xbb\xbf").strip()  # a byte order mark, which some tools write
    if not line:
        continue
    try:
        event, topic = read(line)
        value = None if topic is None else value_of(line)
    except Exception as error:  # whatever the parsers raise: what came before must not be lost with it
        deliver_all()
        sys.exit(f"line {number}: {error}. All before it, {count} events, is delivered: mend it, then publish again from "
                 f"line {number}")
    if topic is None:
        tick(event["tick"], number)
    else:
        send(prefix + topic, value, key=event["person"])
        count += 1
deliver_all()
print(f"{count} of {count} events delivered")
