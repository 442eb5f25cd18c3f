// Deadlines of connections: looked at when due, put back when they have moved.
#pragma once

#include <sys/ioctl.h>
#include <linux/sockios.h>

#include "Connection.hpp"

inline void ct_connection::set_deadline(uint64_t &which, uint32_t milliseconds) {
    which = milliseconds ? now_ms() + milliseconds : 0;
    if (which) rearm_deadline();
}

inline void ct_connection::rearm_deadline() {
    uint64_t at = 0;
    for (uint64_t one : {readDeadline, writeDeadline, messageDeadline})
        if (one && (!at || one < at)) at = one;
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
    if (isOpen() && messageDeadline && messageDeadline <= now) {
        messageDeadline = 0;
        on_message_deadline();
    }
    rearm_deadline();
}

inline void ct_connection::on_read_deadline(uint64_t now) {
    switch (mode) {
    case Mode::connecting:
    case Mode::handshaking:
    case Mode::lingering: return abort(CT_CLOSED_TIMEOUT);
    case Mode::serverHTTP:
        if (!inExchange) {
            // Its last answer is still on the way: that has a deadline of its own.
            if (outHead < out.size()) return set_deadline(readDeadline, limits.idleTimeout);
            return scanned > 0 ? refuse(408) : abort(CT_CLOSED_TIMEOUT);
        }
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
    uint32_t time = bought(windowBytes, limits.bodyTimeout);
    if (time == 0) return mode == Mode::clientHTTP ? abort(CT_CLOSED_TIMEOUT) : refuse(408);
    windowBytes = 0;
    set_deadline(readDeadline, time);
    (void)now;
}

/// The time until the next look that a slow peer has bought with its bytes since the last one: at the least rate a
/// byte buys what it may take, three times the grace at most. A grace at the start and what is kept let a bad network
/// stall; who is always below the rate gets ever less, and in the end nothing.
inline uint32_t ct_connection::bought(uint64_t byteCount, uint32_t grace) const {
    uint64_t most = uint64_t(grace) * 3, rate = std::max<uint32_t>(1, limits.byteRateMin);
    uint64_t time = byteCount > most * rate / 1000 ? most : byteCount * 1000 / rate;
    return time > grace / 16 ? uint32_t(std::min<uint64_t>(time, UINT32_MAX)) : 0;
}

/// After bytes came: a WebSocket message of which a part is here must go on as a body must. Its beginning may still be
/// a part of a frame's header, or of a TLS record.
inline void ct_connection::watch_message() {
    if (mode != Mode::webSocket || !can_parse()) return;
    bool isUnderWay = ws->messageOpcode != 0 || !pending.empty() || !rawPending.empty();
    if (!isUnderWay) {
        messageDeadline = 0;
    } else if (messageDeadline == 0) {
        windowBytes = 0;
        set_deadline(messageDeadline, limits.bodyTimeout);
    }
}

inline void ct_connection::on_message_deadline() {
    if (mode != Mode::webSocket || !can_parse()) return;
    uint32_t time = bought(windowBytes, limits.bodyTimeout);
    if (time == 0) return fail(ws->configuration.overflowCode);
    windowBytes = 0;
    set_deadline(messageDeadline, time);
}

/// Bytes that have left this machine: what the kernel still holds has not reached the peer.
inline uint64_t ct_connection::reached() const {
    int unsent = 0;
    ::ioctl(const_cast<Socket &>(*socket).native_handle(), SIOCOUTQ, &unsent);
    return sentTotal - std::min(sentTotal, uint64_t(unsent));
}

inline void ct_connection::on_write_deadline(uint64_t) {
    if (outHead == out.size() && cipherOut.size() == cipherOffset) return;
    uint64_t now = reached(), byteCount = now - std::min(now, sentMark);
    sentMark = now;
    if (mode == Mode::webSocket) {
        if (byteCount == 0) {
            forget_unsent();
            return abort(CT_CLOSED_TIMEOUT, ws->configuration.overflowCode);
        }
        return set_deadline(writeDeadline, ws->configuration.stallTimeout);
    }
    uint32_t time = bought(byteCount, limits.writeTimeout);
    if (time == 0) {
        forget_unsent();
        return abort(CT_CLOSED_TIMEOUT, 1006);
    }
    set_deadline(writeDeadline, time);
}
