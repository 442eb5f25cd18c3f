// A ceiling, not a product: see README.md. What the files of the relay say to each other.
#pragma once
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- accounts.c: who is connected, and what waits for whom.

// A message that waits: where its storage has it, which grows from message to message.
struct waiting {
    uint64_t number;
    uint64_t place;
    uint32_t byte_count;
};

struct account {
    uint8_t id[16];
    // NULL while it is away.
    struct connection *connection;
    // The last number that was given out in its queue, and the last that was acknowledged.
    uint64_t number, acknowledged;
    // The index of what waits: a ring of a power of two.
    struct waiting *ring;
    uint32_t ring_size, ring_first, ring_count;
};

// Finds it or makes it. Never NULL: too many accounts end the relay.
struct account *account_of(const uint8_t id[16]);
void account_wait(struct account *account, struct waiting entry);
// Forgets what waits up to and with `through`.
void account_forget(struct account *account, uint64_t through);
// The place of the oldest message that waits for anybody, or UINT64_MAX.
uint64_t accounts_oldest_place(void);

// ---- frames.c: CBOR in, CBOR out.

struct bytes {
    const uint8_t *start;
    size_t count;
};

// The fields of a client's frame that the relay knows; `start` is NULL where one is absent.
struct client_frame {
    struct bytes tag, to, client_id, body;
    uint64_t through, stamp;
};

// Whether the whole of `in` is one map of which all we read has the type that it should have.
bool frame_read(struct bytes in, struct client_frame *out);

struct envelope {
    uint64_t number, id, time;
    const uint8_t *sender, *conversation;
    struct bytes body;
};

enum { accepted_byte_count_max = 128, hello_byte_count_max = 256, envelope_head_byte_count_max = 192 };

// Each writes a whole WebSocket message and returns its bytes.
size_t frame_hello(uint8_t *out, const uint8_t account[16], uint64_t time);
size_t frame_queue_empty(uint8_t *out, uint64_t through);
size_t frame_pong(uint8_t *out, uint64_t stamp);
size_t frame_accepted(
    uint8_t *out, const uint8_t client_id[16], uint64_t id, uint64_t time, const uint8_t conversation[16],
    uint64_t seq);
size_t frame_envelope(uint8_t *out, const struct envelope *envelope);

// ---- group.c: from sends to answers.

// Queues a send; commits first when the group is full.
void group_send(struct connection *sender, const struct client_frame *frame);
// What was acknowledged leaves the storage with the next group.
void group_delivered(struct account *account, uint64_t through);
// Makes all that was queued durable, then answers and delivers.
void group_commit(void);
uint64_t group_commit_count(void);
// A connection that ends is answered no more.
void group_leave(struct connection *connection);

// ---- log.c and sqlite.c: two forms of storage behind one set of calls.

// An envelope of the group, encoded as it will be sent.
struct record {
    struct account *to;
    uint64_t number;
    const uint8_t *bytes;
    uint32_t byte_count;
};

struct acknowledgement {
    struct account *account;
    uint64_t through;
};

struct storage {
    void (*open)(const char *folder);
    // Returns only when the records, whose envelopes have `byte_count` bytes together, are durable.
    void (*commit)(
        const struct record *records, size_t record_count, const struct acknowledgement *removed, size_t removed_count,
        size_t byte_count);
    // Hands over what waits for `account`, in order.
    void (*each_waiting)(struct account *account, void (*take)(void *, struct bytes), void *context);
    void (*close)(void);
};

extern const struct storage log_storage, sqlite_storage;
extern const struct storage *storage;

// ---- input.c: what a client says.

// Takes one request or frame. Returns the bytes that it took, or 0 when it is not whole.
size_t input_take(struct connection *connection, uint8_t *bytes, size_t count);

// ---- relay.c: sockets.

struct connection {
    int file;
    SSL *tls;
    // NULL until it is upgraded.
    struct account *account;
    bool is_dead, is_blocked, is_queued;
    // Bytes of a request or a frame that has not come whole.
    uint8_t *rest;
    size_t rest_count, rest_size;
    uint8_t *outbox;
    size_t outbox_count, outbox_size;
    // In the list of those with something to write, or of those that are to be freed.
    struct connection *next;
};

// Puts bytes into its outbox, which leaves at the end of the turn.
void connection_put(struct connection *connection, struct bytes bytes);
// It is freed at the end of the turn.
void connection_end(struct connection *connection);
// Says why on standard error, and ends the relay.
void fail(const char *what) __attribute__((noreturn));
uint64_t wall_milliseconds(void);
