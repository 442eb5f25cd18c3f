// A ceiling, not a product: see README.md. One group of messages from the first send to the answers.
#include <stdlib.h>
#include <string.h>

#include "relay.h"

enum { sends_max = 8192, removed_max = 16384 };
static const size_t arena_size = 8 << 20;

struct send {
    // NULL once it is gone.
    struct connection *sender;
    uint8_t client_id[16], conversation[16];
    uint64_t id, time, seq;
};

static struct send sends[sends_max];
static struct record records[sends_max];
static size_t send_count;
static struct acknowledgement removed[removed_max];
static size_t removed_count;
// The envelopes of the group, one behind the other.
static uint8_t *arena;
static size_t arena_used;
static uint64_t commit_count;
static uint64_t last_id;

void group_send(struct connection *sender, const struct client_frame *frame) {
    size_t needed = envelope_head_byte_count_max + frame->body.count;
    if (!arena && !(arena = malloc(arena_size))) fail("no memory");
    if (send_count == sends_max || arena_used + needed > arena_size) group_commit();
    struct account *to = account_of(frame->to.start), *from = sender->account;
    struct send *send = &sends[send_count];
    send->sender = sender;
    memcpy(send->client_id, frame->client_id.start, 16);
    // The dm of the two, as far as its bytes on the wire go: both orders give the same.
    for (size_t place = 0; place < 16; place++) send->conversation[place] = from->id[place] ^ to->id[place];
    send->time = wall_milliseconds();
    uint64_t id = send->time << 20;
    send->id = last_id = id > last_id ? id : last_id + 1;
    send->seq = ++to->number;
    uint8_t *start = arena + arena_used;
    struct envelope envelope = {to->number, send->id, send->time, from->id, send->conversation, frame->body};
    size_t byte_count = frame_envelope(start, &envelope);
    arena_used += byte_count;
    records[send_count++] = (struct record){to, to->number, start, (uint32_t)byte_count};
}

void group_delivered(struct account *account, uint64_t through) {
    if (through > account->number || through <= account->acknowledged) return;
    account->acknowledged = through;
    if (removed_count == removed_max) group_commit();
    removed[removed_count++] = (struct acknowledgement){account, through};
}

void group_commit(void) {
    // What is only acknowledged waits for company: to forget needs no sync of its own.
    if (send_count == 0 && removed_count < removed_max) return;
    storage->commit(records, send_count, removed, removed_count, arena_used);
    commit_count++;
    for (size_t index = 0; index < send_count; index++) {
        struct send *send = &sends[index];
        if (send->sender) {
            uint8_t accepted[accepted_byte_count_max];
            size_t count = frame_accepted(
                accepted, send->client_id, send->id, send->time, send->conversation, send->seq);
            connection_put(send->sender, (struct bytes){accepted, count});
        }
        struct connection *recipient = records[index].to->connection;
        if (recipient) connection_put(recipient, (struct bytes){records[index].bytes, records[index].byte_count});
    }
    send_count = removed_count = 0;
    arena_used = 0;
}

uint64_t group_commit_count(void) { return commit_count; }

void group_leave(struct connection *connection) {
    for (size_t index = 0; index < send_count; index++)
        if (sends[index].sender == connection) sends[index].sender = NULL;
}
