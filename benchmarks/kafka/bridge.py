"""A feed into Kafka by picows and confluent-kafka (librdkafka), for benchmarks/kafka.ts: bridge.py TASK, the task as JSON.

Each message goes to the topic as it comes; nothing looks at it. Prints the result as JSON.
"""
import asyncio
import json
import sys
import time

from confluent_kafka import Producer
from picows import WSListener, WSMsgType, ws_connect

task = json.loads(sys.argv[1])
producer = Producer({
    "bootstrap.servers": task["brokers"],
    "enable.idempotence": True,
    "acks": "all",
    "queue.buffering.max.messages": 500_000,
})
topic, count, warmup = task["topic"], task["count"], task["warmup"]
STEP = 1_000
given = acknowledged = failed = 0
started_at = counted_from = None


def delivered(error, _message):
    global acknowledged, failed, started_at, counted_from
    if error is not None:
        failed += 1
        return
    # Of one partition in order: what was given before it is acknowledged, too.
    acknowledged += STEP if acknowledged + STEP <= count else count - acknowledged
    if started_at is None and acknowledged >= warmup:
        started_at, counted_from = time.perf_counter(), acknowledged


class Listener(WSListener):
    def on_ws_frame(self, transport, frame):
        global given
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        value = frame.get_payload_as_bytes()
        given += 1
        on_delivery = delivered if given % STEP == 0 or given == count else None
        while True:
            try:
                producer.produce(topic, value, on_delivery=on_delivery)
                break
            except BufferError:
                producer.poll(0.01)
        if given % STEP == 0:
            producer.poll(0)


async def carry():
    transport, _ = await ws_connect(Listener, task["url"])
    await transport.wait_disconnected()


asyncio.run(carry())
left = producer.flush(60)
seconds = time.perf_counter() - started_at
print(json.dumps({"records": acknowledged - counted_from, "acknowledged": acknowledged - left - failed, "seconds": seconds}))
