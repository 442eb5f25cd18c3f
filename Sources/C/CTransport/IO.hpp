// Bytes in and out of a connection, its deadlines and its end.
#pragma once

#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "Connection.hpp"

inline void ct_connection::count_in(size_t n) {
    if (listener) listener->bytesIn.fetch_add(n, std::memory_order_relaxed);
}

inline void ct_connection::count_out(size_t n) {
    sentTotal += n;
    if (listener) listener->bytesOut.fetch_add(n, std::memory_order_relaxed);
}

// In ----------------------------------------------------------------------------------------------------------------

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
    if (n == inputSize) read_more();
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
    case Mode::serverHTTP: return !inExchange || (!requestDone && (wantBody || discarding));
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
    if (connection->inTurn) return;
    connection->inTurn = true;
    turns.emplace_back(connection);
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
}

inline void ct_connection::turn() {
    inTurn = false;
    if (!isOpen()) return;
    if (abortAsked) return abort(CT_CLOSED_LOCAL, 1006);
    if (can_parse() && !processing) {
        if (!pending.empty()) process(nullptr, 0);
        if (isOpen() && ssl && tlsReady && !rawPending.empty()) received(nullptr, 0);
    }
    if (isOpen() && ended) on_end(CT_CLOSED_BY_PEER);
    flush();
    arm_read();
}

// Out ---------------------------------------------------------------------------------------------------------------

inline void ct_connection::enqueue(Out item) {
    buffered.store(buffered.load(std::memory_order_relaxed) + item.left(), std::memory_order_relaxed);
    out.push_back(item);
    loop->add_turn(this);
}

inline void ct_connection::write_copy(const void *bytes, size_t n) {
    ct_buffer *buffer = ct_buffer_create(n);
    if (!buffer) return ct_abort(this);
    memcpy(buffer->bytes(), bytes, n);
    Out item;
    item.buffer = buffer;
    item.end = n;
    enqueue(item);
}

inline void ct_connection::pop() {
    Out &item = out[outHead];
    if (item.buffer) ct_buffer_release(item.buffer);
    if (item.descriptor >= 0) ::close(item.descriptor);
    outHead++;
    if (outHead == out.size()) {
        out.clear();
        outHead = 0;
        if (out.capacity() > 32) std::vector<Out>().swap(out);
    } else if (outHead >= 256 && outHead * 2 > out.size()) {
        out.erase(out.begin(), out.begin() + ptrdiff_t(outHead));
        outHead = 0;
    }
}

/// `n` bytes of the queue have gone.
inline void ct_connection::advance(size_t n) {
    buffered.store(buffered.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
    while (outHead < out.size()) {
        Out &item = out[outHead];
        item.isStarted = item.isStarted || n > 0;
        size_t header = std::min(n, size_t(item.headerEnd - item.headerOffset));
        item.headerOffset = uint8_t(item.headerOffset + header);
        n -= header;
        size_t body = std::min(n, size_t(item.end - item.offset));
        item.offset += body;
        n -= body;
        if (item.left() > 0) return;
        pop();
    }
}

/// Forgets what waits; an item of which some bytes went must go on, or the peer would lose the framing.
inline void ct_connection::drop_queue(bool keepStarted) {
    std::optional<Out> kept;
    size_t left = 0;
    for (size_t i = outHead; i < out.size(); i++) {
        Out &item = out[i];
        if (keepStarted && item.isStarted && !kept) {
            kept = item;
            left = item.left();
            continue;
        }
        if (item.buffer) ct_buffer_release(item.buffer);
        if (item.descriptor >= 0) ::close(item.descriptor);
    }
    std::vector<Out>().swap(out);
    outHead = 0;
    if (kept) out.push_back(*kept);
    buffered.store(left, std::memory_order_relaxed);
}

inline void ct_connection::flush() {
    if (!isOpen() || !socket || mode == Mode::connecting || waitingWrite) return;
    bool done = ssl ? flush_tls() : flush_plain();
    if (!isOpen()) return;
    if (drainAsked && buffered.load(std::memory_order_relaxed) < drainMark) {
        drainAsked = false;
        if (owner) calls->drained(owner);
    }
    if (done) return flushed();
    if (!writeDeadline) {
        sentMark = reached();
        set_deadline(writeDeadline, limits.writeTimeout);
    }
}

/// Bytes that have left this machine: what the kernel still holds has not reached the peer.
inline uint64_t ct_connection::reached() const {
    int unsent = 0;
    ::ioctl(const_cast<Socket &>(*socket).native_handle(), SIOCOUTQ, &unsent);
    return sentTotal - std::min(sentTotal, uint64_t(unsent));
}

/// Returns true when the queue is empty; otherwise a wait or another turn is under way, or the connection is dead.
inline bool ct_connection::flush_plain() {
    size_t budget = writeBudget;
    while (outHead < out.size()) {
        if (budget == 0) {
            loop->add_turn(this);
            return false;
        }
        ssize_t n;
        if (out[outHead].descriptor >= 0) {
            Out &item = out[outHead];
            off_t at = off_t(item.offset);
            n = ::sendfile(socket->native_handle(), item.descriptor, &at, std::min(budget, item.left()));
            if (n == 0) {
                abort(CT_CLOSED_LOCAL); // the file became shorter than promised
                return false;
            }
        } else {
            iovec vectors[128];
            size_t used = 0;
            for (size_t i = outHead; i < out.size() && used + 2 <= 128 && out[i].descriptor < 0; i++) {
                Out &item = out[i];
                if (item.headerOffset < item.headerEnd)
                    vectors[used++] = {item.header + item.headerOffset, size_t(item.headerEnd - item.headerOffset)};
                if (item.offset < item.end)
                    vectors[used++] = {item.buffer->bytes() + item.offset, size_t(item.end - item.offset)};
            }
            msghdr message{};
            message.msg_iov = vectors;
            message.msg_iovlen = used;
            n = ::sendmsg(socket->native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        if (n < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) arm_write();
            else abort(CT_CLOSED_BY_PEER, 1006);
            return false;
        }
        count_out(size_t(n));
        advance(size_t(n));
        budget -= std::min(budget, size_t(n));
    }
    return true;
}

inline void ct_connection::arm_write() {
    waitingWrite = true;
    socket->async_wait(Socket::wait_write, [self = Reference(this)](error_code ec) {
        self->waitingWrite = false;
        if (!self->isOpen()) return;
        if (ec) return self->abort(CT_CLOSED_BY_PEER, 1006);
        self->flush();
    });
}

inline void ct_connection::flushed() {
    writeDeadline = 0;
    if (closeAfterFlush && mode != Mode::lingering && mode != Mode::handshaking) linger();
}

/// All is said: tell the peer, and read on for a while so that what it still sends does not reset our last words.
inline void ct_connection::linger() {
    if (ssl && !wasShut) {
        wasShut = true;
        SSL_shutdown(ssl);
        if (!flush_tls()) {
            if (!isOpen()) return;
        }
    }
    mode = Mode::lingering;
    detach(CT_CLOSED_LOCAL, 0);
    ::shutdown(socket->native_handle(), SHUT_WR);
    if (ended) return abort(CT_CLOSED_LOCAL);
    Bytes().swap(pending);
    Bytes().swap(rawPending);
    discardLeft = lingerByteCountMax;
    set_deadline(readDeadline, limits.lingerTimeout);
    arm_read();
}

inline void ct_connection::detach(int why, uint16_t code, const uint8_t *reason, size_t n) {
    if (!owner) return;
    void *last = owner;
    owner = nullptr;
    calls->closed(last, why, code, reason, n);
}

/// The end, at once.
inline void ct_connection::abort(int why, uint16_t code) {
    if (!isOpen()) return;
    Reference keep(this);
    bool wasWebSocket = ws != nullptr;
    mode = Mode::dead;
    if (socket) {
        error_code ignored;
        socket->close(ignored);
        socket.reset();
    }
    drop_queue(false);
    unlink();
    readDeadline = writeDeadline = 0;
    if (deadlineArmed) {
        loop->deadlines.erase(deadlineEntry);
        deadlineArmed = false;
    }
    if (listener) {
        listener->openCount.fetch_sub(1, std::memory_order_relaxed);
        if (wasWebSocket) listener->webSocketCount.fetch_sub(1, std::memory_order_relaxed);
    }
    uint16_t told = wasWebSocket ? (ws->closeCode ? ws->closeCode : code) : 0;
    detach(why, told);
}

// Deadlines ---------------------------------------------------------------------------------------------------------

inline void ct_connection::set_deadline(uint64_t &which, uint32_t milliseconds) {
    which = milliseconds ? now_ms() + milliseconds : 0;
    if (which) rearm_deadline();
}

inline void ct_connection::rearm_deadline() {
    uint64_t at = readDeadline && writeDeadline ? std::min(readDeadline, writeDeadline)
                                                : std::max(readDeadline, writeDeadline);
    if (!at || !isOpen()) return;
    if (deadlineArmed) {
        if (deadlineEntry->first <= at) return; // looked at then, and put back
        loop->deadlines.erase(deadlineEntry);
    }
    deadlineEntry = loop->deadlines.emplace(at, this);
    deadlineArmed = true;
    loop->arm_deadline_timer();
}

inline void ct_loop::arm_deadline_timer() {
    if (deadlines.empty()) return;
    uint64_t first = deadlines.begin()->first;
    if (deadlineTimerAt && deadlineTimerAt <= first) return;
    deadlineTimerAt = first;
    uint64_t now = now_ms();
    deadlineTimer.expires_after(std::chrono::milliseconds(first > now ? first - now : 1));
    deadlineTimer.async_wait([this](error_code ec) {
        if (ec) return;
        deadlineTimerAt = 0;
        run_deadlines();
    });
}

inline void ct_loop::run_deadlines() {
    uint64_t now = now_ms();
    std::vector<Reference> due;
    while (!deadlines.empty() && deadlines.begin()->first <= now) {
        ct_connection *connection = deadlines.begin()->second;
        deadlines.erase(deadlines.begin());
        connection->deadlineArmed = false;
        due.emplace_back(connection);
    }
    for (auto &connection : due) connection->on_deadline(now);
    arm_deadline_timer();
}

inline void ct_connection::on_deadline(uint64_t now) {
    if (isOpen() && readDeadline && readDeadline <= now) {
        readDeadline = 0;
        on_read_deadline(now);
    }
    if (isOpen() && writeDeadline && writeDeadline <= now) {
        writeDeadline = 0;
        on_write_deadline(now);
    }
    rearm_deadline();
}

inline void ct_connection::on_read_deadline(uint64_t now) {
    switch (mode) {
    case Mode::connecting:
    case Mode::handshaking:
    case Mode::lingering: return abort(CT_CLOSED_TIMEOUT);
    case Mode::serverHTTP:
        if (!inExchange) return scanned > 0 ? refuse(408) : abort(CT_CLOSED_TIMEOUT);
        break;
    case Mode::clientHTTP:
        if (!parser || !parser->headDone) return abort(CT_CLOSED_TIMEOUT);
        break;
    case Mode::webSocket: {
        if (ws->closeSent) return abort(CT_CLOSED_TIMEOUT, 1006);
        bool heard = ws->heardAt != 0;
        if (!heard && ws->pingSent) return abort(CT_CLOSED_TIMEOUT, 1006);
        ws->pingSent = !heard;
        ws->heardAt = 0;
        if (!heard) send_frame(9, nullptr);
        return set_deadline(readDeadline, ws->configuration.pingInterval);
    }
    default: return;
    }
    // A body under way. Too slow is as bad as silent.
    if (requestDone || paused || !(wantBody || discarding || mode == Mode::clientHTTP)) return;
    uint64_t least = uint64_t(limits.byteRateMin) * limits.bodyTimeout / 1000;
    if (windowBytes == 0 || windowBytes < least) {
        if (mode == Mode::clientHTTP) return abort(CT_CLOSED_TIMEOUT);
        return refuse(408);
    }
    windowBytes = 0;
    set_deadline(readDeadline, limits.bodyTimeout);
    (void)now;
}

inline void ct_connection::on_write_deadline(uint64_t) {
    if (outHead == out.size() && cipherOut.size() == cipherOffset) return;
    uint64_t least = uint64_t(limits.byteRateMin) * limits.writeTimeout / 1000;
    uint64_t now = reached();
    if (now < sentMark + std::max<uint64_t>(least, 1)) return abort(CT_CLOSED_TIMEOUT, 1006);
    sentMark = now;
    set_deadline(writeDeadline, limits.writeTimeout);
}
