#!/usr/bin/env python3
"""An agency's system on NATS: publishes facts, follows its feed, reads what the feed does not carry.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    export LIANHU_NATS=tls://nats.example:4222 LIANHU_NATS_CREDS=user.creds LIANHU_NATS_CA=ca.pem

    agency.py publish report.json              # one CloudEvent; prints the receipt, or the problem
    agency.py follow --for 60                  # what the agency is told, a line for each item
    agency.py read '/v1/cases?limit=10'        # any reading call of the HTTP interface

It keeps no file. What was published is safe to publish again, and how far the feed was taken is known to the
server: `follow` goes on where the last acknowledgement stands, whenever and wherever it is started.

Exit codes: 0 done, 1 refused (the problem is printed), 2 wrong usage, 7 the server or the rest of the feed is away.
"""

import argparse
import asyncio
import base64
import json
import os
import ssl
import sys

import nats
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswer
from nats.js.errors import APIError

ANSWER = 40  # seconds for an answer: the bus itself gives up after 30
MOST = 256 << 10  # bytes of a document
AT_ONCE = 64  # items that are taken from the feed at a time


def agency_of(creds):
    """The agency that these credentials belong to: they carry its code as their name."""
    with open(creds, encoding="ascii") as file:
        token = file.read().split("-----")[2].strip()
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["name"]


async def connect(options):
    tls = None
    if options.nats_ca:  # a private authority; without it, those that this machine trusts anyway
        tls = ssl.create_default_context(cafile=options.nats_ca)

    async def say(error):
        log(f"connection: {error!r}")

    given = {
        "servers": options.nats.split(","),
        "user_credentials": options.nats_creds,
        "tls": tls,
        "error_cb": say,
        "ping_interval": 5,
    }
    # Once by itself: a wrong address or wrong credentials are worth an answer. After that, a server that is away
    # comes back, and the program goes on until it does.
    await (await nats.connect(**given, allow_reconnect=False, max_reconnect_attempts=1)).close()
    return await nats.connect(**given, max_reconnect_attempts=-1, reconnect_time_wait=0.5)


async def ask(connection, subject, body, headers=None):
    """The status and body that HTTP would answer with. The same question is asked again until there is an answer
    other than "not now": no document is recorded twice, however often it is sent."""
    pause = 0.2
    while True:
        try:
            answer = await connection.request(subject, body, timeout=ANSWER, headers=headers)
            status = int(answer.headers["Lianhu-Status"])
            if status not in (429, 503):
                return status, json.loads(answer.data)
            why = json.loads(answer.data).get("code")
        except NoRespondersError:
            why = "nobody is there to answer"
        except NoAnswer:
            why = "no answer; the document may have been recorded all the same"
        log(f"again: {why}")
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5)


async def publish(connection, agency, options):
    with open(options.file, encoding="utf-8") as file:
        text = file.read()
    if len(text.encode()) > MOST:
        log(f"the bus takes documents of {MOST >> 10} KiB at most")  # far longer ones would end the connection
        return 1
    fact = json.loads(text)["type"].rsplit(".v", 1)[0]  # `intake.lead-received` of `intake.lead-received.v1`
    headers = {}
    if options.if_match:
        headers["If-Match"] = f'"{options.if_match}"'
    if options.dry_run:
        headers["Dry-Run"] = "true"
    subject = f"lianhu.v1.publish.{agency}.{fact}"
    return show(*await ask(connection, subject, text.encode(), headers))


async def read(connection, agency, options):
    return show(*await ask(connection, f"lianhu.v1.read.{agency}", options.path.encode()))


async def follow(connection, agency, options):
    # The stream and its consumer belong to the bus. The agency may ask how the consumer stands, pull, acknowledge.
    hub, stream = connection.jetstream(prefix="hub", timeout=10), f"LIANHU_FEED_{agency}"
    feed = await hub.pull_subscribe_bind(consumer="feed", stream=stream)
    taken = (await again(lambda: hub.consumer_info(stream, "feed"))).ack_floor.stream_seq
    started, ahead = asyncio.get_running_loop().time(), {}
    left = options.count
    while left != 0 and asyncio.get_running_loop().time() - started < options.seconds:
        for message in await pulled(feed):
            # Acknowledged one by one, so an item that a program took and did not acknowledge (it was killed) comes
            # again later, behind its successors. They wait here, for the order matters.
            ahead[message.metadata.sequence.stream] = message
        for position in [position for position in ahead if position <= taken]:
            await ahead.pop(position).ack()  # it was handled; its acknowledgement had been lost
        while taken + 1 in ahead and left != 0:
            message = ahead.pop(taken + 1)
            item = json.loads(message.data)
            if item["position"] != taken + 1:
                raise SystemExit(f"position {item['position']} stands where {taken + 1} belongs")
            await handle(connection, agency, item)
            await message.ack()  # only now: what is not acknowledged comes again
            taken += 1
            left -= 1
    await connection.flush()
    if left > 0 or ahead:
        wait = f"; {sorted(ahead)} have come, and wait for {taken + 1}" if ahead else ""
        log(f"taken up to position {taken}{wait}")
    return 7 if left > 0 else 0


async def handle(connection, agency, item):
    """What an agency does with an item is its own business; this prints it. The feed carries references and clear
    values. What concerns a person is marked `by-read`, and is asked for when it is needed."""
    event = item["event"]
    if any(value["state"] == "by-read" for value in item["withheld"]):
        status, fact = await ask(
            connection, f"lianhu.v1.read.{agency}", f"/v1/events/{event['sequence']}.{event['ordinal']}".encode()
        )
        if status == 200:  # 404: the agency may not see it any more
            item = item | {"event": fact["event"], "withheld": fact["withheld"]}
    print(json.dumps(item, ensure_ascii=False), flush=True)


async def pulled(feed):
    try:
        return await feed.fetch(AT_ONCE, timeout=2)
    except asyncio.TimeoutError:  # nothing new
        return []
    except APIError as error:  # the server has another leader, or starts again
        log(f"feed: {error}")
        await asyncio.sleep(0.5)
        return []


async def again(question):
    while True:
        try:
            return await question()
        except (NoAnswer, NoRespondersError) as error:
            log(f"again: {error!r}")
            await asyncio.sleep(0.5)


def show(status, document):
    print(json.dumps(document, ensure_ascii=False, indent=2))
    return 0 if status < 300 else 1


def log(line):
    print(line, file=sys.stderr, flush=True)


async def main(options):
    work = {"publish": publish, "follow": follow, "read": read}[options.command]
    try:
        connection = await connect(options)
    except (NatsError, OSError) as error:
        log(f"{options.nats} does not let us in: {error!r}")
        return 7
    try:
        return await work(connection, agency_of(options.nats_creds), options)
    finally:
        await connection.close()


def options():
    given = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--nats", default=given("LIANHU_NATS"), metavar="URL", help="servers, separated by commas")
    parser.add_argument("--nats-creds", default=given("LIANHU_NATS_CREDS"), metavar="FILE", help="credentials")
    parser.add_argument("--nats-ca", default=given("LIANHU_NATS_CA"), metavar="FILE", help="certificate authority")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("publish", help="publish one CloudEvent")
    command.add_argument("file", help="the document")
    command.add_argument("--dry-run", action="store_true", help="only ask whether it would be admitted")
    command.add_argument("--if-match", metavar="FACT", help="the last `sequence.ordinal` seen of the case")
    command = commands.add_parser("follow", help="follow the feed of the agency")
    command.add_argument("--for", type=float, default=float("inf"), dest="seconds", metavar="SECONDS", help="stop then")
    command.add_argument("--count", type=int, default=-1, metavar="N", help="stop after so many items")
    command = commands.add_parser("read", help="ask one reading call of the HTTP interface")
    command.add_argument("path", help="such as /v1/feed?after=0")
    parsed = parser.parse_args()
    for name in ("nats", "nats_creds"):
        if not getattr(parsed, name):
            parser.error(f"--{name.replace('_', '-')} is missing, and LIANHU_{name.upper()} is not set")
    return parsed


if __name__ == "__main__":
    sys.exit(asyncio.run(main(options())))
