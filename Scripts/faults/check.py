"""Holds a server against what a ledger says was answered before some moment."""

import collections

from house import OFFSETS, TUS, Wire, sha256, unb64
from load import MARK, request

# Finished uploads that are fetched again after one cut: the latest, and some of the others.
LATEST, OTHERS = 5, 3


class Findings(collections.Counter):
    """What was checked, and what was wrong."""

    def __init__(self):
        super().__init__()
        self.wrong = []

    def bad(self, kind, text):
        self[f"bad: {kind}"] += 1
        self.wrong.append(f"{kind}: {text}")


class Check:
    """After a cut at `moment`; what the ledger knows of later does not count."""

    def __init__(self, load, server, moment, dice, findings):
        self.load, self.ledger, self.moment, self.dice, self.findings = load, load.ledger, moment, dice, findings
        self.wire = Wire(server.port)
        self.tokens = {}

    def before(self, moment):
        return moment is not None and moment < self.moment

    def run(self):
        for person in self.load.people:
            if self.before(person.registered):
                answer = self.wire.ask(
                    "POST", "/v1/auth/token", {"refreshToken": person.account.refresh_token})
                if answer.status == 200:
                    self.tokens[person.id] = answer.json["accessToken"]
                else:
                    self.findings.bad("account lost", f"{person.handle}: {answer.status} {answer.body[:200]}")
        for receiver in self.load.receivers:
            if receiver.id in self.tokens:
                self.queue(receiver)
        if self.before(self.load.made):
            self.posts()
        self.retries()
        for upload in self.chosen_uploads():
            self.upload(upload)

    # Messages

    def page(self, path, token):
        items, after = [], 0
        while True:
            answer = self.wire.ask("GET", f"{path}?after={after}&limit=200", token=token)
            if answer.status != 200:
                self.findings.bad("unreadable", f"{path}: {answer.status} {answer.body[:200]}")
                return items
            page = answer.json
            items += page["items"]
            if not page["items"]:
                return items
            last = page["items"][-1]
            after = last.get("number", last.get("seq"))
            if "head" in page and after >= page["head"]:
                return items

    def queue(self, receiver):
        found = [(item["number"], unb64(item["body"])) for item in self.page("/v1/messages", self.tokens[receiver.id])]
        delivered = {number: body for number, body, moment in self.ledger.delivered[receiver.id]
                     if self.before(moment)}
        through = max((through for moment, through in self.ledger.acknowledged[receiver.id]
                       if self.before(moment)), default=0)
        gone = {body for number, body in delivered.items() if number <= through}
        sent = [entry for entry in self.ledger.sent if entry.target is receiver]
        self.sequence(f"queue of {receiver.handle}", found, sent, gone)
        for number, body in found:
            if number in delivered and delivered[number] != body:
                self.findings.bad("renumbered", f"{receiver.handle}: {number} was another message")
        places = dict(found)
        for number, body in delivered.items():
            if number > through and places.get(number) != body:
                self.findings.bad("renumbered", f"{receiver.handle}: {number} was delivered and is not there")

    def posts(self):
        person = self.load.people[3]
        if person.id not in self.tokens:
            return
        items = self.page(f"/v1/conversations/{self.load.room}/messages", self.tokens[person.id])
        found = [(item["seq"], unb64(item["event"]["text"])) for item in items
                 if item["event"]["type"] == "message.created"]
        if [item["seq"] for item in items] != list(range(1, len(items) + 1)):
            self.findings.bad("renumbered", "the seqs of the room have gaps or repeats")
        self.sequence("the room", found, self.ledger.posts, set())

    def sequence(self, where, found, sent, gone):
        """Everything accepted is there once, nothing else, and what one sender sent in its order."""
        self.findings["messages"] += len(found)
        known = {entry.body: entry for entry in sent if self.before(entry.began)}
        counts = collections.Counter(body for _, body in found)
        for body, count in counts.items():
            if body not in known:
                self.findings.bad("invented", f"{where}: {body[:8].hex()}")
            elif count > 1:
                self.findings.bad("doubled", f"{where}: {MARK.unpack(body[:8])} is there {count} times")
        lost = [entry for body, entry in known.items()
                if self.before(entry.answered) and body not in counts and body not in gone]
        if lost:
            example = MARK.unpack(lost[0].body[:8])
            self.findings.bad("lost", f"{where}: {len(lost)} accepted messages, such as {example}")
        numbers = [number for number, _ in found]
        if numbers != sorted(set(numbers)):
            self.findings.bad("renumbered", f"{where}: numbers do not ascend")
        last = {}
        for _, body in found:
            sender, index = MARK.unpack(body[:8])
            if index < last.get(sender, 0):
                self.findings.bad("reordered", f"{where}: {index} of sender {sender} came after {last[sender]}")
            last[sender] = index

    def retries(self):
        """What was accepted is known as such; what comes now is taken, behind everything before."""
        accepted = [entry for entry in self.ledger.sent[-3000:] + self.ledger.posts[-1000:]
                    if self.before(entry.answered) and entry.sender.id in self.tokens]
        for entry in self.dice.sample(accepted, min(3, len(accepted))):
            answer = self.wire.ask("POST", *request(self.load, entry), token=self.tokens[entry.sender.id])
            if answer.status >= 300 or answer.json["id"] != entry.id or not answer.json.get("replay"):
                self.findings.bad("forgotten", f"a retry heard {answer.status} {answer.body[:200]}")
            self.findings["retries"] += 1

    # Uploads

    def chosen_uploads(self):
        there = [upload for upload in self.ledger.uploads if self.before(upload.created)]
        done = [upload for upload in there if self.before(upload.finished)]
        under_way = [upload for upload in there if not self.before(upload.finished)]
        rest = done[:-LATEST]
        return under_way + done[-LATEST:] + self.dice.sample(rest, min(OTHERS, len(rest)))

    def upload(self, upload):
        if self.before(upload.given_up):
            return
        is_doubtful = any(self.before(begin) and not self.before(end) for begin, end in upload.doubts)
        if self.before(upload.finished):
            if not is_doubtful:
                self.stored(upload, "finished upload")
            return
        acknowledged = max((offset for moment, offset in upload.offsets if self.before(moment)), default=0)
        head = self.wire.ask("HEAD", upload.location, headers=TUS)
        if is_doubtful and head.status in (404, 422):
            return
        if head.status != 200:
            kind = "torn bytes counted" if head.status == 422 else "upload lost"
            return self.findings.bad(kind, f"{self.named(upload)}: HEAD says {head.status} {head.body[:200]}")
        offset = int(head.headers["Upload-Offset"])
        self.findings["open uploads"] += 1
        self.findings["open uploads with bytes"] += offset > 0
        self.findings["bytes beyond the last answer"] += max(0, offset - acknowledged)
        if offset < acknowledged:
            self.findings.bad("offset went back", f"{self.named(upload)}: {offset}, and {acknowledged} was answered")
        if is_doubtful:
            return None
        return self.go_on(upload, offset)

    def go_on(self, upload, offset):
        """Appends what is missing; the whole must be right."""
        if offset < len(upload.data):
            answer = self.wire.ask("PATCH", upload.location, upload.data[offset:],
                                   headers={**OFFSETS, "Upload-Offset": str(offset)})
            if answer.status == 422:
                return self.findings.bad(
                    "torn bytes counted", f"{self.named(upload)}: offset {offset}, and then SHA-256 did not fit")
            if answer.status != 204:
                return self.findings.bad(
                    "upload does not go on", f"{self.named(upload)}: at {offset} {answer.status} {answer.body[:200]}")
        return self.stored(upload, f"upload that stood at {offset}")

    def stored(self, upload, what):
        self.findings["downloads"] += 1
        token = next(iter(self.tokens.values()), None)
        answer = self.wire.ask("GET", f"/v1/media/{upload.media}", token=token)
        if answer.status != 200:
            return self.findings.bad(
                "file not served", f"{what}, {self.named(upload)}: {answer.status} {answer.body[:200]}")
        if sha256(answer.body) != sha256(upload.data):
            wrong = next((index for index, pair in enumerate(zip(answer.body, upload.data)) if pair[0] != pair[1]), -1)
            self.findings.bad("wrong bytes served", f"{what}, {self.named(upload)}: from byte {wrong} on")
        return None

    def named(self, upload):
        return (f"{'open' if upload.is_open else 'sealed'} {len(upload.data)} bytes"
                f"{' with' if upload.has_digest else ' without'} sha256, answered {upload.offsets[-3:]}")
