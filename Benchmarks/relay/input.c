// A ceiling, not a product: see README.md. What a client says: HTTP until the upgrade, WebSocket frames after it.
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "relay.h"

enum { head_max = 8192, message_max = 1 << 16 };

static const char *header(const char *head, const char *name) {
    const char *found = strcasestr(head, name);
    return found ? found + strlen(name) : NULL;
}

static void put_waiting(void *connection, struct bytes envelope) { connection_put(connection, envelope); }

// RFC 6455, section 4.2.2: the SHA-1 of the key and a constant, in base64.
static void upgrade(struct connection *connection, const char *head) {
    const char *key = header(head, "\r\nSec-WebSocket-Key: "), *token = header(head, "\r\nAuthorization: Bearer ");
    uint8_t id[16];
    if (!key || !token) return connection_end(connection);
    // A token is the account's number in hexadecimal.
    for (int place = 0; place < 16; place++)
        if (sscanf(token + 2 * place, "%2hhx", &id[place]) != 1) return connection_end(connection);
    char text[128], answer[512];
    int key_count = (int)strcspn(key, "\r");
    if (key_count > 64) return connection_end(connection);
    snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key_count, key);
    uint8_t digest[20], base64[32];
    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock(base64, digest, sizeof digest);
    int count = snprintf(
        answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: sotto.v1+cbor\r\n\r\n", base64);
    connection_put(connection, (struct bytes){(uint8_t *)answer, (size_t)count});
    // What was sent to it before it came, then what is being committed, goes its way.
    group_commit();
    struct account *account = account_of(id);
    connection->account = account;
    account->connection = connection;
    uint8_t frame[hello_byte_count_max];
    connection_put(connection, (struct bytes){frame, frame_hello(frame, id, wall_milliseconds())});
    storage->each_waiting(account, put_waiting, connection);
    connection_put(connection, (struct bytes){frame, frame_queue_empty(frame, account->number)});
}

// One request without a body. Returns the bytes that it took, or 0 when it is not whole.
static size_t take_request(struct connection *connection, const uint8_t *bytes, size_t count) {
    const uint8_t *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) {
        if (count > head_max) connection_end(connection);
        return 0;
    }
    size_t used = (size_t)(end - bytes) + 4;
    char head[head_max + 1], body[64], answer[256];
    if (used > head_max) return connection_end(connection), 0;
    memcpy(head, bytes, used);
    head[used] = 0;
    if (strncmp(head, "GET /v1/ws ", 11) == 0) return upgrade(connection, head), used;
    // Whether it is there, and how often it committed.
    unsigned long long commit_count = group_commit_count();
    int size = snprintf(body, sizeof body, "sotto_store_commits_total %llu\n", commit_count);
    int length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, body);
    connection_put(connection, (struct bytes){(uint8_t *)answer, (size_t)length});
    return used;
}

static void take_message(struct connection *connection, struct bytes message) {
    struct client_frame frame;
    if (!frame_read(message, &frame)) return connection_end(connection);
    if (frame.tag.count == 4 && memcmp(frame.tag.start, "send", 4) == 0) {
        if (!frame.to.start || !frame.client_id.start || !frame.body.start) return connection_end(connection);
        group_send(connection, &frame);
    } else if (frame.tag.count == 9 && memcmp(frame.tag.start, "delivered", 9) == 0) {
        group_delivered(connection->account, frame.through);
    } else if (frame.tag.count == 4 && memcmp(frame.tag.start, "ping", 4) == 0) {
        uint8_t pong[64];
        connection_put(connection, (struct bytes){pong, frame_pong(pong, frame.stamp)});
    } else {
        connection_end(connection);
    }
}

static void unmask(uint8_t *bytes, size_t count, const uint8_t mask[4]) {
    uint64_t wide;
    uint8_t twice[8] = {mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]};
    memcpy(&wide, twice, 8);
    size_t place = 0;
    for (; place + 8 <= count; place += 8) {
        uint64_t word;
        memcpy(&word, bytes + place, 8);
        word ^= wide;
        memcpy(bytes + place, &word, 8);
    }
    for (; place < count; place++) bytes[place] ^= mask[place & 3];
}

// One frame. RFC 6455, section 5.2. Returns the bytes that it took, or 0 when it is not whole.
static size_t take_frame(struct connection *connection, uint8_t *bytes, size_t count) {
    if (count < 6) return 0;
    size_t size = bytes[1] & 0x7F, start = 2;
    if (size == 126) {
        size = (size_t)bytes[2] << 8 | bytes[3];
        start = 4;
    }
    // Masked and whole, no longer than the load's are.
    if (size == 127 || size > message_max || !(bytes[1] & 0x80) || !(bytes[0] & 0x80))
        return connection_end(connection), 0;
    if (count < start + 4 + size) return 0;
    uint8_t *payload = bytes + start + 4;
    unmask(payload, size, bytes + start);
    int opcode = bytes[0] & 15;
    if (opcode == 2) take_message(connection, (struct bytes){payload, size});
    else if (opcode != 10) connection_end(connection);
    return start + 4 + size;
}

size_t input_take(struct connection *connection, uint8_t *bytes, size_t count) {
    return connection->account ? take_frame(connection, bytes, count) : take_request(connection, bytes, count);
}
