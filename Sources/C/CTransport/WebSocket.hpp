// RFC 6455 frames on a connection, both roles; no extensions.
//
//      0                   1                   2                   3
//      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//     +-+-+-+-+-------+-+-------------+-------------------------------+
//     |F|R|R|R| opcode|M| length (7)  |  length (16 or 64 when 126,127)|
//     |I|S|S|S|  (4)  |A|             |                               |
//     |N|V|V|V|       |S|             |                               |
//     +-+-+-+-+-------+-+-------------+-------------------------------+
//     | masking key (client to server only), then the payload         |
//     +---------------------------------------------------------------+
#pragma once

#include <sys/random.h>

#include "HTTP.hpp"

namespace frame {

constexpr uint8_t continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;
constexpr uint32_t emptyFragmentCountMax = 1024;

inline void unmask(uint8_t *bytes, size_t n, const uint8_t key[4], uint8_t &index) {
    size_t i = 0;
    for (; i < n && index != 0; i++, index = (index + 1) & 3) bytes[i] ^= key[index];
    uint32_t word;
    memcpy(&word, key, 4);
    uint64_t wide = uint64_t(word) << 32 | word;
    for (; i + 8 <= n; i += 8) {
        uint64_t part;
        memcpy(&part, bytes + i, 8);
        part ^= wide;
        memcpy(bytes + i, &part, 8);
    }
    for (; i < n; i++, index = (index + 1) & 3) bytes[i] ^= key[index];
}

/// Where a UTF-8 decoder stands: bytes still due (low 2 bits), and the bounds of the next one (bits 8 and 16 up).
/// 0 is "between characters". Fails at the first byte that no valid text could have there (RFC 3629, section 4).
inline bool utf8(uint32_t &state, const uint8_t *bytes, size_t n) {
    uint32_t due = state & 3, low = state >> 8 & 0xff, high = state >> 16 & 0xff;
    size_t i = 0;
    while (i < n) {
        if (due == 0) {
            uint64_t part;
            while (i + 8 <= n && (memcpy(&part, bytes + i, 8), (part & 0x8080808080808080ull) == 0)) i += 8;
            if (i == n) break;
            uint8_t byte = bytes[i++];
            if (byte < 0x80) continue;
            if (byte < 0xc2 || byte > 0xf4) return false;
            due = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
            low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;  // no longer form than needed
            high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf; // no surrogates, nothing above U+10FFFF
        } else {
            uint8_t byte = bytes[i++];
            if (byte < low || byte > high) return false;
            low = 0x80, high = 0xbf;
            due--;
        }
    }
    state = due ? due | low << 8 | high << 16 : 0;
    return true;
}

/// Codes a peer may put in a close frame (RFC 6455, section 7.4, and the registry).
inline bool may_close_with(uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

inline uint8_t header(uint8_t *to, uint8_t opcode, size_t n, bool masked) {
    uint8_t mask = masked ? 0x80 : 0;
    to[0] = uint8_t(0x80 | opcode);
    if (n < 126) {
        to[1] = uint8_t(mask | n);
        return 2;
    }
    if (n <= 0xffff) {
        to[1] = mask | 126;
        to[2] = uint8_t(n >> 8);
        to[3] = uint8_t(n);
        return 4;
    }
    to[1] = mask | 127;
    for (int i = 0; i < 8; i++) to[2 + i] = uint8_t(uint64_t(n) >> (56 - 8 * i));
    return 10;
}

} // namespace frame

inline uint32_t ct_loop::mask() {
    if (randomLeft < 4) {
        ct_random(randomPool, sizeof randomPool);
        randomLeft = sizeof randomPool;
    }
    uint32_t key;
    memcpy(&key, randomPool + sizeof randomPool - randomLeft, 4);
    randomLeft -= 4;
    return key;
}

// In ----------------------------------------------------------------------------------------------------------------

/// One frame, or the part of one that is here. Returns the bytes used, 0 when more are needed.
inline size_t ct_connection::parse_frame(uint8_t *bytes, size_t n) {
    WebSocketState &w = *ws;
    w.heardAt = 1;
    if (w.frameLeft > 0) return parse_payload(bytes, n);
    if (n < 2) return 0;
    uint8_t opcode = bytes[0] & 0x0f;
    bool final = bytes[0] & 0x80, masked = bytes[1] & 0x80, isControl = opcode & 8;
    uint64_t size = bytes[1] & 0x7f;
    if ((bytes[0] & 0x70) != 0 || (opcode > 2 && opcode < 8) || opcode > 10) return fail(1002), n;
    if (masked == w.configuration.isClient) return fail(1002), n;
    if (isControl && (!final || size > 125)) return fail(1002), n;
    if (!isControl && (opcode == 0) != (w.messageOpcode != 0)) return fail(1002), n;
    size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0, whole = 2 + extra + (masked ? 4 : 0);
    if (n < 2 + extra) return 0;
    if (extra > 0) {
        size = 0;
        for (size_t i = 0; i < extra; i++) size = size << 8 | bytes[2 + i];
        if (size >> 63 || size <= (extra == 2 ? 125u : 0xffffu)) return fail(1002), n; // shortest form only
    }
    // Refused from the header: nothing of an oversized message is ever held.
    if (!isControl && (size > w.configuration.messageByteCountMax ||
                       w.message.size() > w.configuration.messageByteCountMax - size))
        return fail(1009), n;
    if (n < whole || (isControl && n < whole + size)) return 0;
    uint8_t key[4] = {0, 0, 0, 0};
    if (masked) memcpy(key, bytes + whole - 4, 4);
    uint8_t *payload = bytes + whole;
    size_t here = size_t(std::min<uint64_t>(size, n - whole));

    if (isControl) {
        if (w.messageOpcode == 0) messageDeadline = 0;
        uint8_t index = 0;
        if (masked) frame::unmask(payload, here, key, index);
        control(opcode, payload, here);
        return whole + here;
    }
    bool first = opcode != 0;
    if (first) {
        w.messageOpcode = opcode;
        w.utf8 = 0;
        w.emptyFragments = 0;
    }
    if (size == 0 && !final && ++w.emptyFragments > frame::emptyFragmentCountMax) return fail(1008), n;
    memcpy(w.mask, key, 4);
    w.maskIndex = 0;
    w.frameFinal = final;
    if (first && final && here == size) { // the usual case: handed over where it lies
        if (masked) frame::unmask(payload, here, w.mask, w.maskIndex);
        if (opcode == frame::text && (!frame::utf8(w.utf8, payload, here) || w.utf8 != 0)) return fail(1007), n;
        w.messageOpcode = 0;
        messageDeadline = 0;
        if (!w.closeSent && owner) calls->message(owner, opcode == frame::binary, payload, here);
        return whole + here;
    }
    w.frameLeft = size;
    if (w.message.empty() && size > 0)
        w.message.reserve(size_t(std::min<uint64_t>(size, ct_loop::scratchSize)));
    if (size == 0) {
        if (final) deliver();
        return whole;
    }
    return whole + (here > 0 ? parse_payload(payload, here) : 0);
}

inline size_t ct_connection::parse_payload(uint8_t *bytes, size_t n) {
    WebSocketState &w = *ws;
    size_t here = size_t(std::min<uint64_t>(w.frameLeft, n));
    if (!w.configuration.isClient) frame::unmask(bytes, here, w.mask, w.maskIndex);
    if (w.messageOpcode == frame::text && !frame::utf8(w.utf8, bytes, here)) return fail(1007), n;
    w.message.insert(w.message.end(), bytes, bytes + here);
    windowBytes += here;
    w.frameLeft -= here;
    if (w.frameLeft == 0 && w.frameFinal) deliver();
    return here;
}

/// A message that came in pieces is whole.
inline void ct_connection::deliver() {
    WebSocketState &w = *ws;
    if (w.messageOpcode == frame::text && w.utf8 != 0) return fail(1007);
    Bytes whole;
    whole.swap(w.message);
    bool isBinary = w.messageOpcode == frame::binary;
    w.messageOpcode = 0;
    messageDeadline = 0;
    if (!w.closeSent && owner) calls->message(owner, isBinary, whole.data(), whole.size());
    if (whole.capacity() <= 512 && w.message.empty()) {
        explicit_bzero(whole.data(), whole.size());
        whole.clear();
        w.message.swap(whole);
    }
}

inline void ct_connection::control(uint8_t opcode, const uint8_t *bytes, size_t n) {
    if (opcode == frame::close) return received_close(bytes, n);
    if (opcode == frame::pong) {
        if (owner && !ws->closeSent) calls->pong(owner, bytes, n);
        return;
    }
    if (ws->closeSent) return;
    // A peer that pings and never reads gets no more pongs once its queue is full; only the last matters (5.5.3).
    if (queue_size() + n + 2 <= ws->configuration.queueByteCountMax) {
        ct_buffer *payload = n > 0 ? ct_buffer_create(n) : nullptr;
        if (payload) memcpy(payload->bytes(), bytes, n);
        send_frame(frame::pong, payload);
    }
    if (owner) calls->ping(owner, bytes, n);
}

inline void ct_connection::received_close(const uint8_t *bytes, size_t n) {
    if (n == 1) return fail(1002);
    uint16_t code = n >= 2 ? uint16_t(bytes[0] << 8 | bytes[1]) : 1005;
    if (n >= 2 && !frame::may_close_with(code)) return fail(1002);
    uint32_t state = 0;
    if (n > 2 && (!frame::utf8(state, bytes + 2, n - 2) || state != 0)) return fail(1007);
    if (!ws->closeSent) send_close(code, nullptr, 0);
    ws->closeCode = code;
    closeAfterFlush = true;
    readDeadline = messageDeadline = 0;
    detach(CT_CLOSED_WEBSOCKET, code, n > 2 ? bytes + 2 : nullptr, n > 2 ? n - 2 : 0);
    loop->add_turn(this);
}

/// The peer broke the protocol: say so, and read no further.
inline void ct_connection::fail(uint16_t code) {
    Bytes().swap(ws->message);
    if (!ws->closeSent) send_close(code, nullptr, 0);
    ws->closeCode = code;
    closeAfterFlush = true;
    readDeadline = messageDeadline = 0;
    detach(CT_CLOSED_WEBSOCKET, code);
    loop->add_turn(this);
}

// Out ---------------------------------------------------------------------------------------------------------------

/// Takes one count of `payload`.
inline bool ct_connection::send_frame(uint8_t opcode, ct_buffer *payload) {
    size_t n = payload ? payload->size : 0;
    Out item;
    if (ws->configuration.isClient) {
        uint8_t head[10];
        uint8_t headSize = frame::header(head, opcode, n, true), index = 0;
        ct_buffer *masked = ct_buffer_create(headSize + 4 + n);
        if (masked) {
            uint32_t key = loop->mask();
            uint8_t *to = masked->bytes(), bytes[4];
            memcpy(bytes, &key, 4);
            memcpy(to, head, headSize);
            memcpy(to + headSize, bytes, 4);
            if (n > 0) memcpy(to + headSize + 4, payload->bytes(), n);
            frame::unmask(to + headSize + 4, n, bytes, index);
            item.buffer = masked;
            item.end = masked->size;
        }
        if (payload) ct_buffer_release(payload);
        if (!masked) return ct_abort(this), false;
    } else {
        item.headerEnd = frame::header(item.header, opcode, n, false);
        item.buffer = payload;
        item.end = n;
    }
    enqueue(item);
    return true;
}

inline void ct_connection::send_close(uint16_t code, const uint8_t *reason, size_t n) {
    ct_buffer *payload = nullptr;
    if (code != 1005) {
        n = std::min<size_t>(n, 123);
        payload = ct_buffer_create(2 + n);
        if (!payload) return ct_abort(this);
        payload->bytes()[0] = uint8_t(code >> 8);
        payload->bytes()[1] = uint8_t(code);
        if (n > 0) memcpy(payload->bytes() + 2, reason, n);
    }
    ws->closeSent = true;
    ws->closeCode = code;
    send_frame(frame::close, payload);
    set_deadline(readDeadline, ws->configuration.closeTimeout);
}

extern "C" {

void ct_websocket_start(ct_connection *c, const ct_websocket_configuration *configuration, void *owner) {
    c->owner = owner;
    if (!c->isOpen()) {
        c->abortAsked = true;
        return;
    }
    c->mode = Mode::webSocket;
    c->parser.reset();
    c->inExchange = c->wantBody = c->discarding = false;
    c->paused = false;
    c->scanned = 0;
    c->ws = std::make_unique<WebSocketState>();
    c->ws->configuration = *configuration;
    c->readDeadline = 0;
    if (c->listener) c->listener->webSocketCount.fetch_add(1, std::memory_order_relaxed);
    c->set_deadline(c->readDeadline, configuration->pingInterval);
    c->loop->add_turn(c);
}

bool ct_websocket_send(ct_connection *c, uint8_t opcode, ct_buffer *payload) {
    if (!c->isOpen() || c->mode != Mode::webSocket || c->ws->closeSent || c->closeAfterFlush || c->abortAsked) {
        if (payload) ct_buffer_release(payload);
        return false;
    }
    size_t n = payload ? payload->size : 0;
    if (c->queue_size() + n + 10 > c->ws->configuration.queueByteCountMax) {
        if (payload) ct_buffer_release(payload);
        c->drop_queue(true);
        c->send_close(c->ws->configuration.overflowCode, nullptr, 0);
        return false;
    }
    return c->send_frame(opcode, payload);
}

bool ct_websocket_is_behind(const ct_connection *c, size_t left, size_t queued) {
    return c->leftBehind > left || c->buffered.load(std::memory_order_relaxed) > queued;
}

void ct_websocket_close(ct_connection *c, uint16_t code, const uint8_t *reason, size_t n) {
    if (!c->isOpen() || c->mode != Mode::webSocket || c->ws->closeSent || c->closeAfterFlush || c->abortAsked) return;
    c->send_close(code, reason, n);
}

} // extern "C"
