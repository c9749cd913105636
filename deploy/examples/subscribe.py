"""Subscribes to the score changes of one purpose, keeps them in SQLite, and resumes exactly where a crash left it.

    python subscribe.py [--purpose lending] [--until-end] changes.db

Exactly once takes three things. Only committed records are read. What is kept and the offset behind it go into one
transaction, so after a crash at any instruction both are there or neither is; the consumer group's own offsets are not
used. And the numbers are counted: 1, 2, 3 … per grant and opening, so a loss or a repeat upstream would be seen here.
"""
import argparse
import json
import os
import sqlite3
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("database", help="the SQLite file; made where it is missing")
arguments.add_argument("--purpose", default="lending", choices=["lending", "tenancy", "utilities"])
arguments.add_argument("--until-end", action="store_true", help="stop at the end of the topic instead of waiting there")
arguments = arguments.parse_args()
topic = os.environ.get("PLAINSCORE_PREFIX", "") + "score-changes." + arguments.purpose

database = sqlite3.connect(arguments.database)
database.executescript("""
    CREATE TABLE IF NOT EXISTS position(topic, partition INTEGER, next INTEGER, PRIMARY KEY(topic, partition));
    CREATE TABLE IF NOT EXISTS change(
        topic, partition INTEGER, offset INTEGER, grant_id TEXT, opening TEXT, number INTEGER, score INTEGER, value BLOB,
        PRIMARY KEY(topic, partition, offset), UNIQUE(topic, grant_id, opening, number));
""")


def decoded(value):
    """A score change as a dictionary: JSON begins with `{`, else it is Protobuf (`publisher --format protobuf`)."""
    if value.startswith(b"{"):
        return json.loads(value)
    from google.protobuf import json_format
    from plainscore.v1.score_change_pb2 import ScoreChange
    return json_format.MessageToDict(ScoreChange.FromString(value))  # which writes 64-bit integers as strings


def keep(message):
    """Stores one change, unless its number has been seen; ends at a gap, before anything behind it is stored."""
    change = decoded(message.value())
    opening = "{topic}-{partition}@{offset}".format(**change["opening"])
    number = int(change["number"])
    which = (topic, change["grantId"], opening)
    last, = database.execute(
        "SELECT coalesce(max(number), 0) FROM change WHERE (topic, grant_id, opening) = (?, ?, ?)", which).fetchone()
    if number > last + 1:
        # The topic keeps every change for 7 days. Who begins later than that has to take a first number above 1.
        sys.exit(f"{which}: number {number} follows {last}: changes are missing")
    if number == last + 1:
        database.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (topic, message.partition(), message.offset(), change["grantId"], opening, number, change.get("score"),
             message.value()))


consumer = Consumer({
    "bootstrap.servers": os.environ.get("PLAINSCORE_BOOTSTRAP", "localhost:9092"),
    "group.id": "unused",  # the client wants a name; no group is joined and nothing is committed to it
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "auto.offset.reset": "error",  # an offset that is no longer kept is a loss, to be told and not passed over
    "enable.partition.eof": True,
})
positions = dict(database.execute("SELECT partition, next FROM position WHERE topic = ?", (topic,)))
partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
consumer.assign([TopicPartition(topic, p, positions.get(p, OFFSET_BEGINNING)) for p in partitions])

at_end = set()
while not (arguments.until_end and at_end == set(partitions)):
    messages = consumer.consume(num_messages=100, timeout=0.5)
    with database:  # one transaction for all of them
        for message in messages:
            if message.error() is None:
                keep(message)
                database.execute(
                    "REPLACE INTO position VALUES (?, ?, ?)", (topic, message.partition(), message.offset() + 1))
                at_end.discard(message.partition())
            elif message.error().code() == KafkaError._PARTITION_EOF:
                at_end.add(message.partition())
            else:
                sys.exit(f"{topic}: {message.error()}")
consumer.close()

# The proof, from what is stored: per grant and opening as many numbers as the highest says, from 1 on.
openings = database.execute(
    "SELECT min(number), max(number), count(*) FROM change WHERE topic = ? GROUP BY grant_id, opening", (topic,)).fetchall()
exact = sum(first == 1 and last == count for first, last, count in openings)
print(f"{sum(o[2] for o in openings)} changes, {exact} of {len(openings)} openings exactly once")
sys.exit(0 if exact == len(openings) else 1)
