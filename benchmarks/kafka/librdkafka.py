"""confluent-kafka (librdkafka) for benchmarks/kafka.ts: librdkafka.py TASK, the task as JSON. Prints the result as JSON."""
import json
import sys
import time

from confluent_kafka import Producer

task = json.loads(sys.argv[1])
producer = Producer({
    "bootstrap.servers": task["brokers"],
    "enable.idempotence": True,
    "acks": "all",
    "queue.buffering.max.messages": 500_000,
})
value = b"x" * task["bytes"]
topic, count = task["topic"], task["count"]
failed = 0


def delivered(error, _message):
    global failed
    if error is not None:
        failed += 1


started_at = time.perf_counter()
for n in range(count):
    while True:
        try:
            producer.produce(topic, value, on_delivery=delivered if n % 1000 == 999 or n == count - 1 else None)
            break
        except BufferError:
            producer.poll(0.01)
    if n % 1000 == 0:
        producer.poll(0)
left = producer.flush(60)
seconds = time.perf_counter() - started_at
print(json.dumps({"records": count - left - failed, "acknowledged": count - left - failed, "seconds": seconds}))
