// A ceiling, not a product: see README.md. The frames of docs/protocol that one-to-one messages need, in CBOR.
#include <string.h>

#include "relay.h"

enum { nesting_max = 8 };

// ---- Reading. RFC 8949, definite lengths only.

struct cursor {
    const uint8_t *next, *end;
};

// Reads a head. `*major` is its type, `*argument` its number or length.
static bool read_head(struct cursor *cursor, uint8_t *major, uint64_t *argument) {
    if (cursor->next == cursor->end) return false;
    uint8_t first = *cursor->next++;
    *major = first >> 5;
    uint8_t low = first & 31;
    if (low < 24) return *argument = low, true;
    if (low > 27) return false;
    size_t width = (size_t)1 << (low - 24);
    if ((size_t)(cursor->end - cursor->next) < width) return false;
    uint64_t value = 0;
    while (width--) value = value << 8 | *cursor->next++;
    *argument = value;
    return true;
}

static bool read_string(struct cursor *cursor, uint8_t wanted, struct bytes *out) {
    uint8_t major;
    uint64_t count;
    if (!read_head(cursor, &major, &count) || major != wanted) return false;
    if (count > (uint64_t)(cursor->end - cursor->next)) return false;
    *out = (struct bytes){cursor->next, (size_t)count};
    cursor->next += count;
    return true;
}

static bool read_number(struct cursor *cursor, uint64_t *out) {
    uint8_t major;
    return read_head(cursor, &major, out) && major == 0;
}

static bool skip(struct cursor *cursor, int depth) {
    uint8_t major;
    uint64_t argument;
    if (depth > nesting_max || !read_head(cursor, &major, &argument)) return false;
    if (major == 2 || major == 3) {
        if (argument > (uint64_t)(cursor->end - cursor->next)) return false;
        cursor->next += argument;
    } else if (major == 4 || major == 5) {
        // Each item has a byte at least.
        if (argument > (uint64_t)(cursor->end - cursor->next)) return false;
        for (uint64_t item = 0; item < argument * (major == 5 ? 2 : 1); item++)
            if (!skip(cursor, depth + 1)) return false;
    } else if (major == 6) {
        return skip(cursor, depth + 1);
    }
    return true;
}

static bool is(struct bytes text, const char *word) {
    return text.count == strlen(word) && memcmp(text.start, word, text.count) == 0;
}

// A list of exactly one copy: the load's accounts have one device.
static bool read_copies(struct cursor *cursor, struct bytes *body) {
    uint8_t major;
    uint64_t count;
    if (!read_head(cursor, &major, &count) || major != 4 || count != 1) return false;
    if (!read_head(cursor, &major, &count) || major != 5) return false;
    for (uint64_t field = 0; field < count; field++) {
        struct bytes key;
        if (!read_string(cursor, 3, &key)) return false;
        if (is(key, "body") ? !read_string(cursor, 2, body) : !skip(cursor, 0)) return false;
    }
    return body->start != NULL;
}

bool frame_read(struct bytes in, struct client_frame *out) {
    memset(out, 0, sizeof *out);
    struct cursor cursor = {in.start, in.start + in.count};
    uint8_t major;
    uint64_t count;
    if (!read_head(&cursor, &major, &count) || major != 5) return false;
    for (uint64_t field = 0; field < count; field++) {
        struct bytes key;
        bool known = read_string(&cursor, 3, &key);
        if (known && is(key, "t")) known = read_string(&cursor, 3, &out->tag);
        else if (known && is(key, "to")) known = read_string(&cursor, 2, &out->to) && out->to.count == 16;
        else if (known && is(key, "clientId"))
            known = read_string(&cursor, 2, &out->client_id) && out->client_id.count == 16;
        else if (known && is(key, "copies")) known = read_copies(&cursor, &out->body);
        else if (known && is(key, "through")) known = read_number(&cursor, &out->through);
        else if (known && is(key, "stamp")) known = read_number(&cursor, &out->stamp);
        else if (known) known = skip(&cursor, 0);
        if (!known) return false;
    }
    return cursor.next == cursor.end && out->tag.start;
}

// ---- Writing.

static uint8_t *put_head(uint8_t *out, uint8_t major, uint64_t argument) {
    uint8_t type = (uint8_t)(major << 5);
    if (argument < 24) return *out++ = type | (uint8_t)argument, out;
    int width = argument < 1 << 8 ? 0 : argument < 1 << 16 ? 1 : argument < (uint64_t)1 << 32 ? 2 : 3;
    *out++ = type | (uint8_t)(24 + width);
    for (int shift = (8 << width) - 8; shift >= 0; shift -= 8) *out++ = (uint8_t)(argument >> shift);
    return out;
}

static uint8_t *put_text(uint8_t *out, const char *text) {
    size_t count = strlen(text);
    out = put_head(out, 3, count);
    memcpy(out, text, count);
    return out + count;
}

static uint8_t *put_bytes(uint8_t *out, const uint8_t *bytes, size_t count) {
    out = put_head(out, 2, count);
    memcpy(out, bytes, count);
    return out + count;
}

static uint8_t *put_number(uint8_t *out, const char *key, uint64_t value) {
    return put_head(put_text(out, key), 0, value);
}

static uint8_t *put_id(uint8_t *out, const char *key, const uint8_t *id) {
    return put_bytes(put_text(out, key), id, 16);
}

// Every frame of ours begins as if its head had four bytes; a short one is moved once. RFC 6455, section 5.2.
static size_t finish(uint8_t *out, uint8_t *end) {
    size_t count = (size_t)(end - out) - 4;
    out[0] = 0x82;
    if (count < 126) {
        out[1] = (uint8_t)count;
        memmove(out + 2, out + 4, count);
        return count + 2;
    }
    if (count > 0xFFFF) fail("a frame that the relay does not write");
    out[1] = 126;
    out[2] = (uint8_t)(count >> 8);
    out[3] = (uint8_t)count;
    return count + 4;
}

static uint8_t *begin(uint8_t *out, uint64_t field_count, const char *tag) {
    return put_text(put_text(put_head(out + 4, 5, field_count), "t"), tag);
}

size_t frame_hello(uint8_t *out, const uint8_t account[16], uint64_t time) {
    // Nothing is ever lost here: there is one history of the store.
    static const uint8_t incarnation[16] = {1};
    uint8_t *end = put_id(begin(out, 10, "hello"), "account", account);
    end = put_number(end, "device", 1);
    end = put_id(end, "incarnation", incarnation);
    end = put_number(end, "serverTime", time);
    end = put_number(end, "heartbeatMs", 5000);
    end = put_number(end, "offlineAfterMs", 30000);
    end = put_number(end, "typingTtlMs", 10000);
    end = put_number(end, "frameByteCountMax", 1 << 20);
    end = put_number(end, "sealedBodyByteCountMax", 1 << 19);
    return finish(out, end);
}

size_t frame_queue_empty(uint8_t *out, uint64_t through) {
    return finish(out, put_number(begin(out, 2, "queueEmpty"), "through", through));
}

size_t frame_pong(uint8_t *out, uint64_t stamp) {
    return finish(out, put_number(begin(out, 2, "pong"), "stamp", stamp));
}

size_t frame_accepted(
    uint8_t *out, const uint8_t client_id[16], uint64_t id, uint64_t time, const uint8_t conversation[16],
    uint64_t seq) {
    uint8_t *end = put_id(begin(out, 6, "accepted"), "clientId", client_id);
    end = put_number(end, "id", id);
    end = put_number(end, "time", time);
    end = put_id(end, "conversation", conversation);
    return finish(out, put_number(end, "seq", seq));
}

size_t frame_envelope(uint8_t *out, const struct envelope *envelope) {
    uint8_t *end = put_number(begin(out, 9, "envelope"), "number", envelope->number);
    end = put_number(end, "id", envelope->id);
    end = put_number(end, "time", envelope->time);
    end = put_head(put_text(end, "sender"), 5, 2);
    end = put_id(end, "account", envelope->sender);
    end = put_number(end, "device", 1);
    end = put_text(put_text(end, "kind"), "message");
    end = put_id(end, "conversation", envelope->conversation);
    end = put_number(end, "seq", envelope->number);
    end = put_bytes(put_text(end, "body"), envelope->body.start, envelope->body.count);
    return finish(out, end);
}
