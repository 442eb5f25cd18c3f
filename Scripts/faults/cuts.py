#!/usr/bin/env python3
"""Cuts the power of a sottod under load, at thousands of moments.

    Scripts/faults/cuts.py [--program .build/release/sottod] [--cuts 10000] [--seed N] [--seconds 6] [--control]

A recording is some seconds of sends, posts, deliveries and uploads against a real server, killed in the middle, with
everything that it does to its files written down by recorder.c. Then the log is cut at many points; for each, disk.py
makes a folder as a disk may have it, a server is started on it, and check.py holds it against what had been answered
before the cut. `--control` records a server whose flushes are swallowed: the run must then find losses, or this
proves nothing. docs/faults.md has figures.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import disk
from check import Check, Findings
from house import NotStarted, Server, alone, end_tidily, fast_folder
from load import Load


def build_recorder(folder):
    library = f"{folder}/recorder.so"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    str(Path(__file__).with_name("recorder.c")), "-lpthread"], check=True)
    return library


class Recording:
    """Some seconds of load on a server whose every step is written down."""

    def __init__(self, program, folder, library, seed, seconds, swallows):
        self.dice = random.Random(seed)
        self.data, log = f"{folder}/recorded", f"{folder}/log"
        os.mkdir(self.data)
        environment = {"LD_PRELOAD": library, "FAULTS_ROOT": self.data, "FAULTS_LOG": log}
        if swallows:
            environment["FAULTS_SWALLOW"] = "1"
        server = Server(program, self.data, environment=environment).start()
        self.load = Load(server, seed).start()
        parts = 3
        for part in range(parts):
            time.sleep(seconds / parts * self.dice.uniform(0.8, 1.2))
            if part == parts - 1:
                self.load.is_over = True
            # Not `kill`: the recorder ends it between two calls.
            server.end(signal.SIGUSR1)
            if part < parts - 1:
                server.start()
        self.load.stop()
        self.records = disk.records(log)
        shutil.rmtree(self.data)

    def moments(self, count):
        """Records after which to cut: any, and those around flushes and renames more often."""
        last = len(self.records) - 2
        special = [index + shift for index, record in enumerate(self.records) for shift in (-1, 0)
                   if record.kind in (disk.SYNC_BEGIN, disk.SYNC_END, disk.RENAME, disk.MAKE_FOLDER)]
        chosen = [self.dice.choice(special) if self.dice.random() < 0.3 else self.dice.randint(0, last)
                  for _ in range(count)]
        return sorted(min(max(0, index), last) for index in chosen)


def cut(recording, live, index, program, folder, seed, findings):
    """One cut: the folder, a server on it, and all questions."""
    data = f"{folder}/data"
    live.cut(data, seed)
    moment = recording.records[index + 1].time
    server = Server(program, data, is_patient=False)
    try:
        server.start()
        before = len(findings.wrong)
        Check(recording.load, server, moment, random.Random(seed), findings).run()
        findings["bad cuts"] += len(findings.wrong) > before
    except NotStarted as error:
        findings.bad("did not start", str(error))
        findings["bad cuts"] += 1
    except ConnectionError as error:
        findings.bad("went away", f"{error} {server.said()[-300:]}")
        findings["bad cuts"] += 1
    finally:
        server.kill()
        shutil.rmtree(data)
        if os.path.exists(server.log):
            os.remove(server.log)


def worker(recording, moments, program, seed, is_journalled, pipe):
    """Plays the log once and cuts at each of its moments."""
    findings, folder = Findings(), fast_folder()
    live, played = disk.Disk(recording.data, is_journalled), 0
    try:
        for number, index in enumerate(moments):
            while played <= index:
                live.play(recording.records[played])
                played += 1
            at = len(findings.wrong)
            own = seed * 1_000_003 + number
            cut(recording, live, index, program, folder, own, findings)
            findings["cuts"] += 1
            for place in range(at, len(findings.wrong)):
                findings.wrong[place] = f"cut {index}, dice {own}: {findings.wrong[place]}"
    finally:
        shutil.rmtree(folder)
    pipe.send((dict(findings), findings.wrong))


def examine(recording, count, program, seed, workers, is_journalled):
    moments = recording.moments(count)
    total, running = Findings(), []
    for number in range(workers):
        ours, theirs = multiprocessing.Pipe(False)
        process = multiprocessing.get_context("fork").Process(
            daemon=True,
            target=worker,
            args=(recording, moments[number::workers], program, seed * 64 + number, is_journalled, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    for process, pipe in running:
        try:
            figures, wrong = pipe.recv()
        except EOFError:
            sys.exit("a part of the run ended without a result")
        total.update(figures)
        total.wrong += wrong
        process.join()
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/sottod")
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--per-recording", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--seed", type=int, default=random.randrange(2**24))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--journalled", action="store_true", help="names as on ext4 and XFS, not as in POSIX")
    parser.add_argument("--control", action="store_true", help="swallow flushes; losses must be found")
    arguments = parser.parse_args()
    end_tidily()
    print(f"seed {arguments.seed}", flush=True)
    total, began, left, number = Findings(), time.monotonic(), arguments.cuts, 0
    while left > 0:
        count = min(left, arguments.per_recording)
        folder = fast_folder()
        try:
            program = alone(arguments.program, folder)
            recording = Recording(program, folder, build_recorder(folder), arguments.seed + number,
                                  arguments.seconds, arguments.control)
            ledger = recording.load.ledger
            start = time.monotonic()
            found = examine(recording, count, program, arguments.seed + number, arguments.workers,
                            arguments.journalled)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        found.wrong += [f"while recording: {text}" for text in ledger.wrong]
        found["bad while recording"] += len(ledger.wrong)
        print(f"recording {number}: {len(recording.records)} records, {len(ledger.sent)} sends, {len(ledger.posts)} "
              f"posts, {len(ledger.uploads)} uploads; {count} cuts, {count / (time.monotonic() - start):.1f} a second, "
              f"{found['bad cuts']} bad", flush=True)
        for text in found.wrong[:8]:
            print("  " + text[:400])
        total.update(found)
        left, number = left - count, number + 1
    print(f"{time.monotonic() - began:.0f} seconds")
    for name in sorted(total):
        print(f"  {total[name]:>10}  {name}")
    is_bad = total["bad cuts"] > 0 or total["bad while recording"] > 0
    if arguments.control:
        lost = total["bad: lost"] + total["bad: account lost"] + total["bad: did not start"]
        print(f"control: {lost} losses were found" if lost else "control: NOTHING was found, so this proves nothing")
        sys.exit(0 if lost else 1)
    sys.exit(1 if is_bad else 0)


if __name__ == "__main__":
    main()
