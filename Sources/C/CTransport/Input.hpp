// Bytes into a connection, and its turns in the loop.
#pragma once

#include <sys/socket.h>

#include "Output.hpp"

inline void ct_connection::count_in(size_t n) {
    if (listener) listener->bytesIn.fetch_add(n, std::memory_order_relaxed);
}

inline void ct_connection::arm_read() {
    if (reading || ended || !socket || mode == Mode::connecting || mode == Mode::dead) return;
    bool hold = mode != Mode::handshaking && !can_parse();
    if (hold && pending.size() + rawPending.size() >= inputSize) return;
    reading = true;
    socket->async_read_some(asio::buffer(input, inputSize),
                            [self = Reference(this)](error_code ec, size_t n) { self->on_read(ec, n); });
}

inline void ct_connection::on_read(error_code ec, size_t n) {
    reading = false;
    if (!isOpen()) return;
    if (ec && ec != asio::error::eof) return abort(CT_CLOSED_BY_PEER, 1006);
    if (ec) {
        ended = true;
        return on_end(CT_CLOSED_BY_PEER);
    }
    count_in(n);
    received(input, n);
    explicit_bzero(input, n); // an idle connection keeps no token of its last request
    if (n == inputSize) read_more();
    watch_message();
    if (isOpen() && account) settle(0);
    if (ended && isOpen()) on_end(CT_CLOSED_BY_PEER);
    arm_read();
}

/// The rest of what is in the kernel, through the loop's scratch.
inline void ct_connection::read_more() {
    size_t budget = readBudget;
    while (budget > 0 && isOpen() && !ended && (mode == Mode::handshaking || can_parse())) {
        ssize_t n = ::recv(socket->native_handle(), loop->scratch.get(), ct_loop::scratchSize, MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) abort(CT_CLOSED_BY_PEER, 1006);
            return;
        }
        if (n == 0) {
            ended = true;
            return;
        }
        count_in(size_t(n));
        received(loop->scratch.get(), size_t(n));
        explicit_bzero(loop->scratch.get(), size_t(n));
        if (size_t(n) < ct_loop::scratchSize) return;
        budget -= std::min(budget, size_t(n));
    }
}

inline void ct_connection::received(uint8_t *bytes, size_t n) {
    if (!ssl) return process(bytes, n);
    if (rawPending.empty()) {
        bioInput = bytes;
        bioLeft = n;
        read_tls();
        if (bioLeft > 0 && isOpen()) rawPending.assign(bioInput, bioInput + bioLeft);
    } else {
        Bytes joined;
        joined.swap(rawPending);
        if (n > 0) joined.insert(joined.end(), bytes, bytes + n);
        bioInput = joined.data();
        bioLeft = joined.size();
        read_tls();
        if (bioLeft > 0 && isOpen()) rawPending.assign(bioInput, bioInput + bioLeft);
    }
    bioInput = nullptr;
    bioLeft = 0;
}

/// Parses what it can; the rest waits in `pending`.
inline void ct_connection::process(uint8_t *bytes, size_t n) {
    if (processing || !isOpen()) return;
    processing = true;
    if (pending.empty()) {
        size_t used = parse(bytes, n);
        if (used < n && isOpen()) pending.assign(bytes + used, bytes + n);
    } else {
        if (n > 0) pending.insert(pending.end(), bytes, bytes + n);
        Bytes work;
        work.swap(pending);
        size_t used = parse(work.data(), work.size());
        if (used < work.size() && isOpen()) {
            work.erase(work.begin(), work.begin() + ptrdiff_t(used));
            pending.swap(work);
        }
    }
    processing = false;
}

inline bool ct_connection::can_parse() const {
    if (mode == Mode::lingering) return true;
    if (abortAsked || closeAfterFlush || paused) return false;
    switch (mode) {
    case Mode::serverHTTP:
        if (!inExchange) return buffered.load(std::memory_order_relaxed) < pipelineMark;
        return !requestDone && (wantBody || discarding);
    case Mode::clientHTTP: return true;
    case Mode::webSocket: return true;
    default: return false;
    }
}

inline size_t ct_connection::parse(uint8_t *bytes, size_t n) {
    size_t used = 0;
    while (used < n && can_parse()) {
        size_t step = 0;
        switch (mode) {
        case Mode::serverHTTP:
            step = inExchange ? parse_body(bytes + used, n - used) : parse_head(bytes + used, n - used);
            break;
        case Mode::clientHTTP: step = parse_response(bytes + used, n - used); break;
        case Mode::webSocket: step = parse_frame(bytes + used, n - used); break;
        case Mode::lingering:
            step = n - used;
            if (step > discardLeft) {
                abort(CT_CLOSED_LOCAL);
                return n;
            }
            discardLeft -= step;
            break;
        default: return n;
        }
        if (step == 0) break;
        used += step;
    }
    return used;
}

/// The peer will send no more.
inline void ct_connection::on_end(int why) {
    switch (mode) {
    case Mode::serverHTTP:
        if (closeAfterFlush) return;
        if (inExchange && (requestDone || paused || !wantBody)) {
            if (!requestDone && discarding) abort(why);
            return; // a half-closed client may still want its answer
        }
        if (!inExchange && !can_parse() && !(pending.empty() && rawPending.empty())) return; // more requests are here
        if (inExchange || out.size() == outHead) return abort(why);
        closeAfterFlush = true;
        return loop->add_turn(this);
    case Mode::clientHTTP: {
        if (paused) return;
        error_code ec;
        if (inExchange && parser && parser->headDone && parser->needs_eof()) {
            parser->put_eof(ec);
            inExchange = false;
            if (owner) calls->bodyEnd(owner);
        }
        return abort(why);
    }
    case Mode::webSocket:
        if (paused && !pending.empty()) return;
        return abort(why, 1006);
    case Mode::lingering: return abort(CT_CLOSED_LOCAL);
    case Mode::handshaking: return abort(CT_CLOSED_TLS);
    default: return;
    }
}

// Turns -------------------------------------------------------------------------------------------------------------

inline void ct_loop::add_turn(ct_connection *connection) {
    if (connection->inTurn || !connection->isOpen()) return;
    connection->inTurn = true;
    turns.emplace_back(connection);
    post_turns();
}

inline void ct_loop::post_turns() {
    if (turnPosted) return;
    turnPosted = true;
    asio::post(io, [this] { run_turns(); });
}

inline void ct_loop::run_turns() {
    turnPosted = false;
    std::vector<Reference> now;
    now.swap(turns);
    for (auto &connection : now) connection->turn();
    if (turns.empty() && now.capacity() <= 4096) {
        now.clear();
        turns.swap(now);
    }
    if (std::exchange(tellsSent, false)) sent(context);
}

inline void ct_connection::turn() {
    inTurn = false;
    if (!isOpen()) return;
    if (abortAsked) return abort(CT_CLOSED_LOCAL, 1006);
    if (can_parse() && !processing) {
        if (!pending.empty()) process(nullptr, 0);
        if (isOpen() && ssl && tlsReady && !rawPending.empty()) received(nullptr, 0);
    }
    watch_message();
    if (isOpen() && ended) on_end(CT_CLOSED_BY_PEER);
    flush();
    if (isOpen() && account) settle(0);
    arm_read();
}
