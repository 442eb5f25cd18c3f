"""A disk as it may be after a power cut, played from the log of recorder.c.

What was synced is there. Of what was written to a file since its last sync any blocks of 4 KiB may be there, some of
them torn to sectors of 512 bytes; the file may be as long as it was, or as what is there of it, with zeros between.
Names that were made, moved or removed since the last sync of their folder may be so or not, in part or in their order;
a rename happens whole or not at all. That is what POSIX says. On a disk that is journalled, as ext4 and XFS are, the
end of any flush makes all names durable that were changed before it began.
"""

import glob
import os
import random
import struct

HEAD = struct.Struct("<BBHiiiqqQQ")
(START, OPEN, CLOSE, WRITE, ZEROS, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, LINK,
 DUPLICATE) = range(1, 15)
BLOCK, SECTOR = 4096, 512


class Record:
    __slots__ = ("kind", "pid", "file", "result", "place", "length", "time", "number", "path", "data")


def records(path):
    """The logs of all processes that ran one after the other, as one."""
    logs = sorted((read(part) for part in glob.glob(f"{path}.*")), key=lambda found: found[0].time)
    whole = []
    for index, found in enumerate(logs):
        for record in found:
            record.number += index << 40
            if record.kind == SYNC_END:
                record.place += index << 40
        whole += found
    return whole


def read(path):
    with open(path, "rb") as log:
        raw = log.read()
    found, place = [], 0
    while place + HEAD.size <= len(raw):
        record = Record()
        (record.kind, _, path_length, record.pid, record.file, record.result, record.place, record.length, record.time,
         record.number) = HEAD.unpack_from(raw, place)
        place += HEAD.size
        record.path = raw[place:place + path_length].decode()
        place += path_length
        byte_count = record.length if record.kind == WRITE else 0
        if place + byte_count > len(raw):
            break
        record.data = raw[place:place + byte_count]
        place += byte_count
        found.append(record)
    return found


class Bytes:
    """What a file holds. Zeros at its end are only counted: a write-ahead log has megabytes of them."""

    def __init__(self, data=b"", length=0):
        self.data, self.length = bytearray(data), length

    def copy(self):
        return Bytes(self.data, self.length)

    def put(self, kind, place, data, start=None, end=None):
        """Does what a record says, or the stretch of it from `start` to `end`."""
        if kind == TRUNCATE:
            del self.data[place:]
            self.length = place
            return
        start = place if start is None else start
        end = place + (data if kind == ZEROS else len(data)) if end is None else end
        self.length = max(self.length, end)
        if kind == ZEROS:
            stop = min(end, len(self.data))
            if stop > start:
                self.data[start:stop] = bytes(stop - start)
            return
        if len(self.data) < start:
            self.data.extend(bytes(start - len(self.data)))
        self.data[start:end] = data[start - place:end - place]


class File:
    """Bytes: those that are durable, and what was done since."""

    def __init__(self):
        self.durable = Bytes()
        self.pending = []

    def sync(self, before):
        """Everything that was done before the flush began is durable now."""
        for entry in self.pending:
            if entry[0] < before:
                self.durable.put(*entry[1:])
        self.pending = [entry for entry in self.pending if entry[0] >= before]

    def after_cut(self, dice):
        """What a disk may have of it."""
        content = self.durable.copy()
        share = dice.choice((0.0, 0.1, 0.5, 0.5, 0.9, 1.0))
        is_torn = dice.random() < 0.3
        longest = content.length
        for _, kind, place, data in self.pending:
            if kind == TRUNCATE:
                longest = place
                if dice.random() < max(share, 0.3):
                    content.put(kind, place, data)
                continue
            length = data if kind == ZEROS else len(data)
            longest = max(longest, place + length)
            for start, end in blocks(place, place + length):
                if is_torn and dice.random() < 0.2:
                    for low in range(start, end, SECTOR):
                        if dice.random() < 0.5:
                            content.put(kind, place, data, low, min(low + SECTOR, end))
                elif dice.random() < share:
                    content.put(kind, place, data, start, end)
        # The length of a file is written apart from its blocks.
        if longest > content.length:
            wish = dice.random()
            if wish < 0.5:
                content.length = longest
            elif wish < 0.7:
                content.length = dice.randint(content.length, longest)
        return content


def blocks(start, end):
    while start < end:
        stop = min(end, (start // BLOCK + 1) * BLOCK)
        yield start, stop
        start = stop


class Folder:
    """Names: those that are durable, and what was done to them since."""

    def __init__(self):
        self.durable = {}
        self.live = {}
        self.pending = []


class Names:
    """One thing that was done to names, in one folder or two: durable once a flush of any of them began after it."""

    def __init__(self, number, changes):
        self.number, self.changes, self.is_done = number, changes, False

    def make_durable(self):
        """What was done earlier to the same names is so before it."""
        if self.is_done:
            return
        self.is_done = True
        for folder, name, _ in self.changes:
            for entry in folder.pending:
                if entry.number < self.number and any(f is folder and n == name for f, n, _ in entry.changes):
                    entry.make_durable()
        self.apply("durable")

    def apply(self, side):
        for folder, name, node in self.changes:
            names = getattr(folder, side)
            if node is None:
                names.pop(name, None)
            else:
                names[name] = node


class Disk:
    """The folder as it is while the process runs, with what of it is durable."""

    def __init__(self, root, is_journalled=False):
        self.root_path, self.is_journalled = root, is_journalled
        self.root = Folder()
        self.files = {}

    def play(self, record):
        kind = record.kind
        key = (record.pid, record.file)
        if kind == START:
            self.files = {other: node for other, node in self.files.items() if other[0] != record.pid}
        elif kind == OPEN:
            self.files[key] = self.opened(record)
        elif kind == CLOSE:
            self.files.pop(key, None)
        elif kind == DUPLICATE:
            self.files[(record.pid, record.place)] = self.files.get(key)
        elif kind in (WRITE, ZEROS, TRUNCATE):
            node = self.files.get(key)
            if isinstance(node, File):
                data = record.length if kind == ZEROS else record.data
                node.pending.append((record.number, kind, record.place, data))
        elif kind == SYNC_END and record.result == 0:
            self.synced(self.files.get(key), record.place)
            if self.is_journalled:
                for entry in list(self.pending_names(self.root)):
                    if entry.number < record.place:
                        entry.make_durable()
                self.forget_done(self.root)
        elif kind == RENAME:
            self.renamed(record)
        elif kind in (UNLINK, REMOVE_FOLDER):
            folder, name = self.split(record.path)
            self.change(record.number, [(folder, name, None)])
        elif kind == MAKE_FOLDER:
            folder, name = self.split(record.path)
            if folder is not None:
                self.change(record.number, [(folder, name, Folder())])

    def opened(self, record):
        if record.path == self.root_path:
            return self.root
        folder, name = self.split(record.path)
        if folder is None:
            return None
        node = folder.live.get(name)
        if node is None and record.place & os.O_CREAT:
            node = File()
            self.change(record.number, [(folder, name, node)])
        if isinstance(node, File) and record.place & os.O_TRUNC:
            node.pending.append((record.number, TRUNCATE, 0, b""))
        return node

    def renamed(self, record):
        old, new = record.path.split("\0")
        (folder, name), (other, target) = self.split(old), self.split(new)
        self.change(record.number, [(folder, name, None), (other, target, folder.live[name])])

    def change(self, number, changes):
        entry = Names(number, changes)
        entry.apply("live")
        for folder in {id(folder): folder for folder, _, _ in changes}.values():
            folder.pending.append(entry)

    def synced(self, node, before):
        if isinstance(node, File):
            node.sync(before)
        elif isinstance(node, Folder):
            for entry in node.pending:
                if entry.number < before:
                    entry.make_durable()
            node.pending = [entry for entry in node.pending if entry.number >= before]

    def forget_done(self, folder):
        folder.pending = [entry for entry in folder.pending if not entry.is_done]
        for node in folder.live.values():
            if isinstance(node, Folder):
                self.forget_done(node)

    def split(self, path):
        """The folder of a path and the name in it, among the names of now; no folder where it is not there."""
        parts = path[len(self.root_path):].strip("/").split("/")
        node = self.root
        for part in parts[:-1]:
            node = node.live.get(part)
            if not isinstance(node, Folder):
                return None, parts[-1]
        return node, parts[-1]

    def cut(self, target, seed):
        """Writes into the folder `target` what may be there after a power cut at this moment."""
        dice = random.Random(seed)
        in_order = dice.random() < 0.5
        share = dice.choice((0.0, 0.3, 0.7, 1.0))
        chosen = {}
        entries = {id(entry): entry for entry in self.pending_names(self.root) if not entry.is_done}
        goes_on = True
        for entry in sorted(entries.values(), key=lambda entry: entry.number):
            takes = dice.random() < share
            goes_on = goes_on and takes
            if goes_on if in_order else takes:
                chosen[id(entry)] = entry
        self.write(self.root, target, chosen, dice)

    def pending_names(self, folder, seen=None):
        seen = set() if seen is None else seen
        if id(folder) in seen:
            return
        seen.add(id(folder))
        yield from folder.pending
        for names in (folder.durable, folder.live):
            for node in list(names.values()):
                if isinstance(node, Folder):
                    yield from self.pending_names(node, seen)

    def write(self, folder, path, chosen, dice):
        os.makedirs(path, mode=0o700, exist_ok=True)
        names = dict(folder.durable)
        for entry in folder.pending:
            if id(entry) in chosen and not entry.is_done:
                for other, name, node in entry.changes:
                    if other is folder:
                        if node is None:
                            names.pop(name, None)
                        else:
                            names[name] = node
        for name in sorted(names):
            node = names[name]
            if isinstance(node, Folder):
                self.write(node, f"{path}/{name}", chosen, dice)
                continue
            write_file(f"{path}/{name}", node.after_cut(dice) if node.pending else node.durable)


def write_file(path, content):
    with open(path, "wb") as file:
        file.write(content.data)
        file.truncate(content.length)
    os.chmod(path, 0o600)
