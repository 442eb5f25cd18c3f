#!/usr/bin/env python3
"""Kills a sottod under load with SIGKILL, again and again, and starts it again.

    Scripts/faults/kills.py [--program .build/release/sottod] [--kills 1000] [--seed N]

The same people as in cuts.py send, post, receive, acknowledge and upload all the time; each request without an answer
is made again once the server is back. At the end everything that was sent is to be there once, in its order, and every
finished upload is to have its bytes; now and then in between, check.py looks as it does after a power cut.
"""

import argparse
import collections
import random
import shutil
import sys
import time

from check import Check, Findings
from house import Server, alone, end_tidily, fast_folder, now, unb64
from load import MARK, Load


def final(load, server, findings):
    """Everybody has an answer to everything now: what was sent is there exactly once."""
    check = Check(load, server, now(), random.Random(0), findings)
    check.run()
    for receiver in load.receivers:
        if receiver.id not in check.tokens:
            continue
        places = {number: body for number, body, _ in load.ledger.delivered[receiver.id]}
        for item in check.page("/v1/messages", check.tokens[receiver.id]):
            body = unb64(item["body"])
            if places.setdefault(item["number"], body) != body:
                findings.bad("renumbered", f"{receiver.handle}: {item['number']} was another message")
        sent = [entry for entry in load.ledger.sent if entry.target is receiver]
        order = collections.defaultdict(list)
        for _, body in sorted(places.items()):
            order[MARK.unpack(body[:8])[0]].append(body)
        wanted = collections.defaultdict(list)
        for entry in sent:
            wanted[MARK.unpack(entry.body[:8])[0]].append(entry.body)
        for sender in set(order) | set(wanted):
            if order[sender] != wanted[sender]:
                findings.bad("not what was sent", f"{receiver.handle}: {len(order[sender])} of sender {sender} came, "
                             f"{len(wanted[sender])} were sent")
        findings["messages delivered in all"] += len(places)
    for upload in load.ledger.uploads:
        if upload.finished and not upload.given_up and not any(end is None for _, end in upload.doubts):
            check.stored(upload, "finished upload, at the end")
            findings["files at the end"] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/sottod")
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**24))
    arguments = parser.parse_args()
    end_tidily()
    print(f"seed {arguments.seed}", flush=True)
    dice, findings, folder, began = random.Random(arguments.seed), Findings(), fast_folder(), time.monotonic()
    server = Server(alone(arguments.program, folder), f"{folder}/data")
    try:
        server.start()
        load = Load(server, arguments.seed).start()
        for number in range(arguments.kills):
            time.sleep(dice.choice((0.0, 0.02, 0.1, 0.2, 0.3)) * dice.uniform(0.5, 1.5))
            server.kill()
            server.start()
            findings["kills"] += 1
            if load.ledger.wrong:
                break
            if (number + 1) % 100 == 0:
                print(f"{number + 1} kills, {time.monotonic() - began:.0f} seconds: {len(load.ledger.sent)} sends, "
                      f"{len(load.ledger.posts)} posts, {len(load.ledger.uploads)} uploads", flush=True)
        load.stop()
        final(load, server, findings)
    finally:
        server.kill()
        shutil.rmtree(folder)
    findings["sends"], findings["posts"] = len(load.ledger.sent), len(load.ledger.posts)
    findings["uploads"] = len(load.ledger.uploads)
    for text in load.ledger.wrong:
        findings.bad("while under load", text)
    print(f"{time.monotonic() - began:.0f} seconds")
    for name in sorted(findings):
        print(f"  {findings[name]:>10}  {name}")
    for text in findings.wrong[:20]:
        print("  " + text[:400])
    sys.exit(1 if findings.wrong else 0)


if __name__ == "__main__":
    main()
