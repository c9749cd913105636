"""Subscribes to the score changes of one purpose, keeps them in SQLite, and resumes exactly where a crash left it.

    python subscribe.py [--purpose lending] [--until-end] changes.db

Exactly once takes three things. Only committed records are read. What is kept and the offset behind it go into one
transaction, so after a crash at any instruction both are there or neither is; the consumer group's own offsets are not
used. And the numbers are counted: 1, 2, 3 … per grant and opening, so a loss or a repeat upstream would be seen here.

The topic keeps each change for 7 days, and after that only the latest one of each grant. So a subscriber that begins late,
or comes back after more than 7 days, finds a grant's latest change where the earlier ones are gone. It begins anew there,
and from there on the numbers must be dense again. A number that is missing elsewhere is a loss.
"""
import argparse
import functools
import json
import os
import sqlite3
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("database", help="the SQLite file; made where it is missing")
arguments.add_argument("--purpose", default="lending", choices=["lending", "tenancy", "utilities"])
arguments.add_argument("--until-end", action="store_true", help="stop at the end of the topic instead of waiting there")
arguments = arguments.parse_args()
topic = os.environ.get("PLAINSCORE_PREFIX", "") + "score-changes." + arguments.purpose
brokers = os.environ.get("PLAINSCORE_BOOTSTRAP", "localhost:9092")

database = sqlite3.connect(arguments.database)
# read_at: when the last record that was read had been appended (ms). thinned_end: of what lies below this offset the topic
# may have kept only each grant's latest change before it was read. since: the number from which on this opening's are dense.
database.executescript("""
    CREATE TABLE IF NOT EXISTS position(
        topic, partition INTEGER, next INTEGER, read_at INTEGER, thinned_end INTEGER, PRIMARY KEY(topic, partition));
    CREATE TABLE IF NOT EXISTS change(
        topic, partition INTEGER, offset INTEGER, grant_id TEXT, opening TEXT, number INTEGER, since INTEGER,
        score INTEGER, value BLOB,
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
    """Stores one change, unless its number has been seen; ends at a loss, before anything behind it is stored."""
    change = decoded(message.value())
    opening = "{topic}-{partition}@{offset}".format(**change["opening"])
    number = int(change["number"])
    which = (topic, change["grantId"], opening)
    last, since = database.execute(
        "SELECT number, since FROM change WHERE (topic, grant_id, opening) = (?, ?, ?) ORDER BY number DESC LIMIT 1",
        which).fetchone() or (0, 1)
    if number <= last:
        return
    if number > last + 1:
        if message.offset() >= thinned_end[message.partition()]:
            sys.exit(f"{which}: number {number} follows {last}, and the topic keeps all of that time: changes are lost. "
                     "Tell the operator (`plainscore verify`)")
        since = number
    database.execute(
        "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (topic, message.partition(), message.offset(), change["grantId"], opening, number, since, change.get("score"),
         message.value()))


def begin(partition):
    """Where to read on from. Notes up to which offset the topic may have thinned out what was not read yet."""
    name = TopicPartition(topic, partition)
    _, end = consumer.get_watermark_offsets(name, timeout=30)
    first = (OFFSET_BEGINNING, 0, 0)
    name.offset, read_at, thinned_end[partition] = database.execute(
        "SELECT next, read_at, thinned_end FROM position WHERE (topic, partition) = (?, ?)",
        (topic, partition)).fetchone() or first
    if name.offset > end:
        sys.exit(f"{topic}-{partition} ends at offset {end}, and {name.offset} was read before: the topic was made again. "
                 "Begin with another database")
    # A day in seven is a margin for clocks, and for the time that catching up takes.
    if name.offset == OFFSET_BEGINNING or time.time() * 1000 - read_at > kept() * 6 / 7:
        thinned_end[partition] = end
    return name


@functools.cache
def kept():
    """For how long the topic keeps every change, ms: 7 days where this subscriber may not ask."""
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    admin = AdminClient({"bootstrap.servers": brokers})
    try:
        settings = admin.describe_configs([resource], request_timeout=3)[resource].result()
        return int(settings["min.compaction.lag.ms"].value)
    except KafkaException:
        return 7 * 86_400_000


consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": "unused",  # the client wants a name; no group is joined and nothing is committed to it
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "auto.offset.reset": "error",  # an offset that is no longer kept is a loss, to be told and not passed over
    "enable.partition.eof": True,
})
thinned_end = {}  # by partition
try:
    found = consumer.list_topics(topic, timeout=30).topics[topic]
    if found.error is not None:
        sys.exit(f"{topic}: {found.error}. Look at PLAINSCORE_PREFIX and --purpose")
    partitions = set(found.partitions)
    consumer.assign([begin(partition) for partition in partitions])
except KafkaException as error:
    sys.exit(f"{brokers}: {error}")

at_end = set()
while not (arguments.until_end and at_end == partitions):
    messages = consumer.consume(num_messages=100, timeout=0.5)
    with database:  # one transaction for all of them
        for message in messages:
            if message.error() is None:
                keep(message)
                database.execute("REPLACE INTO position VALUES (?, ?, ?, ?, ?)",
                                 (topic, message.partition(), message.offset() + 1, message.timestamp()[1],
                                  thinned_end[message.partition()]))
                at_end.discard(message.partition())
            elif message.error().code() == KafkaError._PARTITION_EOF:
                at_end.add(message.partition())
            else:
                sys.exit(f"{topic}: {message.error()}")
consumer.close()

# The proof, from what is stored: per grant and opening as many numbers as the highest says, from 1 on, or from where it began.
runs = database.execute(
    "SELECT grant_id, opening, since, max(number), count(*) FROM change WHERE topic = ? GROUP BY 1, 2, 3",
    (topic,)).fetchall()
openings = {run[:2] for run in runs}
inexact = {run[:2] for run in runs if run[3] - run[2] + 1 != run[4]}
print(f"{sum(run[4] for run in runs)} changes, {len(openings) - len(inexact)} of {len(openings)} openings exactly once")
late = {run[:2] for run in runs if run[2] > 1}
if late:
    print(f"{len(late)} of these openings begin at a later number: the topic kept only the latest change of that time")
sys.exit(1 if inexact else 0)
