// Bytes out of a connection, and its end.
#pragma once

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "Held.hpp"

inline void ct_connection::count_out(size_t n) {
    sentTotal += n;
    if (listener) listener->bytesOut.fetch_add(n, std::memory_order_relaxed);
}

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
        if (out.capacity() > 8) std::vector<Out>().swap(out);
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
    if (!isOpen() || !socket || mode == Mode::connecting) return;
    if (waitingWrite) {
        leftBehind = buffered.load(std::memory_order_relaxed);
        if (account) settle_output();
        return;
    }
    bool wasFull = buffered.load(std::memory_order_relaxed) >= pipelineMark;
    bool done = ssl ? flush_tls() : flush_plain();
    leftBehind = done ? 0 : buffered.load(std::memory_order_relaxed);
    if (isOpen() && account) settle_output();
    if (!isOpen()) return;
    // The next request may be here already.
    if (wasFull && mode == Mode::serverHTTP && can_parse()) loop->add_turn(this);
    if (drainAsked && buffered.load(std::memory_order_relaxed) < drainMark) {
        drainAsked = false;
        if (owner) calls->drained(owner);
    }
    if (done) return flushed();
    if (!writeDeadline) {
        sentMark = reached();
        set_deadline(writeDeadline, mode == Mode::webSocket ? ws->configuration.stallTimeout : limits.writeTimeout);
    }
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

/// What the system still holds for the peer goes with the connection: one that does not read would otherwise keep it
/// for minutes after the end.
inline void ct_connection::forget_unsent() {
    error_code ignored;
    if (socket) socket->set_option(asio::socket_base::linger(true, 0), ignored);
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
    settle_end();
    unlink();
    readDeadline = writeDeadline = messageDeadline = 0;
    if (deadlineArmed) {
        loop->deadlines.erase(deadlineEntry);
        deadlineArmed = false;
    }
    if (listener) {
        listener->openCount.fetch_sub(1, std::memory_order_relaxed);
        listener->doors[doorIndex]->openCount.fetch_sub(1, std::memory_order_relaxed);
        if (wasWebSocket) listener->webSocketCount.fetch_sub(1, std::memory_order_relaxed);
    }
    uint16_t told = wasWebSocket ? (ws->closeCode ? ws->closeCode : code) : 0;
    detach(why, told);
}
