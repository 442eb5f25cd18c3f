#!/usr/bin/env python3
"""Flips one bit at a time in the files of a store, and asks a server on it everything.

    Scripts/faults/flips.py [--program .build/release/sottod] [--database 2500] [--wal 1000] [--seed N]

A server is filled with some of everything (estate.py). One copy of it was stopped in order: bits of its sotto.db are
flipped. Another was killed: bits of the frames in its sotto.db-wal are flipped. After each flip a server is started and
asked all of estate.py's questions. The answers are those of the sound store, or somebody was told, or neither:

    no effect   the answers are the same
    noticed     it refuses to start; an answer is 500 or above; the log warns; /metrics or /readyz tells of damage; or
                `sottod verify`, where there is that command, names it
    unnoticed   an answer is another one, or a thing that was there is said not to be, and nobody was told

What differs between two sound starts (times, new tokens) is left out of the comparison.
"""

import argparse
import collections
import json
import multiprocessing
import multiprocessing.connection
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time

from estate import Estate, Questions
from house import NotStarted, Server, Wire, end_tidily, fast_folder

QUIET = {"media.orphans"}


def flat(value, path=""):
    """A value as its leaves."""
    if isinstance(value, dict):
        for key in value:
            yield from flat(value[key], f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        yield f"{path}#", len(value)
        for index, item in enumerate(value):
            yield from flat(item, f"{path}[{index}]")
    else:
        yield path, value


class Outcome:
    """What a server on one folder said."""

    def __init__(self, program, folder, estate, verifies):
        self.verified = self.refused = None
        self.answers, self.told = {}, []
        if verifies:
            run = subprocess.run([program, "verify", "--data", folder], capture_output=True, text=True, timeout=60)
            self.verified = (run.returncode, (run.stdout + run.stderr)[-400:])
        server = Server(program, folder, ["--registration", "invite"], is_patient=False)
        try:
            server.start()
            self.answers = Questions(estate, server).all()
            self.told = self.damage(server)
        except NotStarted as error:
            self.refused = str(error)
        finally:
            server.kill()
            self.told += [line for line in warnings(server.said())]
            if os.path.exists(server.log):
                os.remove(server.log)

    @staticmethod
    def damage(server):
        try:
            text = Wire(server.admin).ask("GET", "/metrics").body.decode()
        except ConnectionError:
            return ["the server went away"]
        pattern = r"^(sotto_\S*(?:damaged|lost|refuses)\S*) ([1-9]\S*)$"
        return [" ".join(found) for found in re.findall(pattern, text, re.MULTILINE)]

    def leaves(self):
        return {f"{name}{path}": value for name, answer in self.answers.items() for path, value in flat(answer)}


def warnings(text):
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            # Not a line of the log: a crash, or a refusal to start.
            if line.strip():
                yield line
            continue
        if event.get("level") in ("warning", "error") and event.get("event") not in QUIET:
            yield line


class Sound:
    """What the store says that nobody touched."""

    def __init__(self, program, folder, estate, verifies):
        runs = []
        for _ in range(3):
            copy = f"{folder}.sound"
            shutil.copytree(folder, copy)
            outcome = Outcome(program, copy, estate, verifies)
            shutil.rmtree(copy)
            if outcome.refused or outcome.told:
                sys.exit(f"the sound store is not sound: {outcome.refused} {outcome.told}")
            if verifies and outcome.verified[0] != 0:
                sys.exit(f"the sound store does not verify: {outcome.verified}")
            runs.append(outcome.leaves())
        self.leaves = {key: value for key, value in runs[0].items()
                       if all(key in run and run[key] == value for run in runs)}
        # What is not in every sound run is passed over in others.
        self.passed = {key for run in runs for key in run if key not in self.leaves}
        answers = {name: answer[0] for name, answer in outcome.answers.items()}
        self.count = len(answers)
        self.failing = [name for name, status in answers.items() if status >= 500]
        if self.failing:
            sys.exit(f"the sound store fails: {self.failing}")

    def differences(self, outcome):
        found = outcome.leaves()
        return sorted(
            {key for key, value in self.leaves.items() if found.get(key) != value}
            | {key for key in found if key not in self.leaves and key not in self.passed})


def verdict(sound, outcome):
    if outcome.refused is not None:
        return "noticed: does not start", outcome.refused.strip()[-160:]
    differences = sound.differences(outcome)
    is_named = outcome.verified is not None and outcome.verified[0] != 0
    if is_named:
        return "noticed: verify names it", outcome.verified[1].strip()[-160:]
    if outcome.told:
        return "noticed: the server tells of it", outcome.told[0][:160]
    if not differences:
        return "no effect", ""
    if any(answer[0] >= 500 for answer in outcome.answers.values()):
        return "noticed: an answer is an error", differences[0]
    if any(".serverKey" in key for key in differences):
        return "UNNOTICED: another server key", differences[0]
    kind = "UNNOTICED: said not to be there" if any(
        400 <= answer[0] < 500 and sound.leaves.get(f"{name}[0]", 0) < 400
        for name, answer in outcome.answers.items()) else "UNNOTICED: another answer"
    return kind, ", ".join(differences[:3])


def live_frames(path):
    """Where the frames of a write-ahead log begin and end, as far as they are of its last generation."""
    with open(path, "rb") as file:
        raw = file.read()
    page, = struct.unpack_from(">I", raw, 8)
    salts, place = raw[16:24], 32
    while place + 24 + page <= len(raw) and raw[place + 8:place + 16] == salts:
        place += 24 + page
    return 32, place


def flip(path, bit):
    with open(path, "r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def worker(program, folder, name, bits, sound, estate, verifies, pipe):
    place = fast_folder()
    try:
        for bit in bits:
            copy = f"{place}/data"
            shutil.copytree(folder, copy)
            flip(f"{copy}/{name}", bit)
            kind, detail = verdict(sound, Outcome(program, copy, estate, verifies))
            shutil.rmtree(copy)
            pipe.send((kind, f"bit {bit}: {detail}"))
    finally:
        shutil.rmtree(place)
    pipe.send(None)


def gather(running, wanted):
    """What the workers found, as it comes."""
    counts, examples, began = collections.Counter(), collections.defaultdict(list), time.monotonic()
    pipes = {pipe for _, pipe in running}
    while pipes:
        for pipe in multiprocessing.connection.wait(pipes):
            try:
                found = pipe.recv()
            except EOFError:
                sys.exit("a part of the run ended without a result")
            if found is None:
                pipes.remove(pipe)
                continue
            counts[found[0]] += 1
            examples[found[0]].append(found[1])
            done = counts.total()
            if done % 250 == 0 and done < wanted:
                print(f"  after {done} flips, {time.monotonic() - began:.0f} seconds: {dict(counts)}", flush=True)
    return counts, examples


def run(title, program, folder, name, bits, estate, verifies, workers):
    sound = Sound(program, folder, estate, verifies)
    began, running = time.monotonic(), []
    for number in range(workers):
        ours, theirs = multiprocessing.Pipe(False)
        process = multiprocessing.get_context("fork").Process(
            daemon=True,
            target=worker, args=(program, folder, name, bits[number::workers], sound, estate, verifies, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    counts, examples = gather(running, len(bits))
    for process, _ in running:
        process.join()
    seconds = time.monotonic() - began
    effective = sum(count for kind, count in counts.items() if kind != "no effect")
    unnoticed = sum(count for kind, count in counts.items() if kind.startswith("UNNOTICED"))
    print(f"{title}: {len(bits)} flips in {os.path.getsize(f'{folder}/{name}')} bytes, {sound.count} questions each, "
          f"{len(bits) / seconds:.1f} flips a second; {effective} had an effect, {unnoticed} of them unnoticed")
    for kind, count in sorted(counts.items()):
        print(f"  {count:>7}  {kind}")
        for detail in examples[kind][:3] if kind != "no effect" else []:
            print(f"           {detail[:260]}")
    sys.stdout.flush()
    return unnoticed


def prepared(program, folder, ending):
    os.mkdir(folder)
    server = Server(program, folder).start()
    estate = Estate(server)
    # Media that were deleted have gone by then.
    time.sleep(0.3)
    if ending == "stop":
        assert server.stop() == 0
    else:
        server.kill()
    os.remove(server.log)
    return estate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/sottod")
    parser.add_argument("--database", type=int, default=2_500, help="flips in the database")
    parser.add_argument("--wal", type=int, default=1_000, help="flips in the write-ahead log")
    parser.add_argument("--seed", type=int, default=random.randrange(2**24))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    arguments = parser.parse_args()
    end_tidily()
    print(f"seed {arguments.seed}", flush=True)
    dice, folder, unnoticed = random.Random(arguments.seed), fast_folder(), 0
    try:
        if arguments.wal:
            estate = prepared(arguments.program, f"{folder}/killed", "kill")
            start, end = live_frames(f"{folder}/killed/sotto.db-wal")
            if end == start:
                sys.exit("the write-ahead log has no frames")
            bits = [dice.randrange(start * 8, end * 8) for _ in range(arguments.wal)]
            unnoticed += run(f"write-ahead log, {end - start} bytes of frames", arguments.program, f"{folder}/killed",
                             "sotto.db-wal", bits, estate, False, arguments.workers)
        if arguments.database:
            estate = prepared(arguments.program, f"{folder}/stopped", "stop")
            probe = subprocess.run([arguments.program, "verify", "--data", f"{folder}/stopped"], capture_output=True)
            verifies = probe.returncode == 0
            print("sottod verify is asked as well" if verifies else "there is no sottod verify to ask")
            size = os.path.getsize(f"{folder}/stopped/sotto.db")
            bits = [dice.randrange(size * 8) for _ in range(arguments.database)]
            unnoticed += run("database", arguments.program, f"{folder}/stopped", "sotto.db", bits, estate, verifies,
                             arguments.workers)
    finally:
        shutil.rmtree(folder)
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
