// What a connection holds of the memory that its listener's peers share, and who gives it back when that is full.
//
// Counted is what waits for the peer: what a flush could not send, what came and is not a whole message or request
// yet, what the Swift side keeps for it. Bytes that go to many count once. What leaves in the pass of the loop in which
// it was queued is never counted: a peer that reads costs no atomic operation here.
#pragma once

#include <algorithm>

#include "Deadlines.hpp"

inline int64_t ct_connection::input_held() const {
    size_t message = ws && ws->messageOpcode != 0 ? ws->message.capacity() : 0;
    return int64_t(pending.size() + rawPending.size() + message) + keptHeld;
}

/// After a flush: what is left waits for the peer.
inline void ct_connection::settle_output() {
    int64_t counted = 0;
    outputHeld = int64_t(cipherOut.capacity());
    if (outHead < out.size()) {
        outputHeld += int64_t(out.capacity() * sizeof(Out));
        auto now = uint32_t(now_ms());
        for (size_t i = out.size(); i > outHead && !out[i - 1].isCounted; i--) {
            out[i - 1].isCounted = true;
            out[i - 1].since = now;
            if (out[i - 1].buffer) counted += out[i - 1].buffer->charge(account);
        }
    }
    settle(counted);
}

/// Brings the count up to date; `counted` bytes of buffers are new. May cut connections, this one too.
inline void ct_connection::settle(int64_t counted) {
    int64_t own = outputHeld + input_held(), delta = own - settled + counted;
    if (delta == 0 && own == settled) return;
    if ((own > 0) != (settled > 0)) account->holders.fetch_add(own > 0 ? 1 : -1, std::memory_order_relaxed);
    if (inputSince == 0 && input_held() > 0) inputSince = std::max<uint32_t>(1, uint32_t(now_ms()));
    if (input_held() == 0) inputSince = 0;
    settled = own;
    account->held.fetch_add(delta, std::memory_order_relaxed);
    if (delta > 0 && account->isFull()) give_back();
}

/// Nothing waits for a peer that is gone.
inline void ct_connection::settle_end() {
    Bytes().swap(pending);
    Bytes().swap(rawPending);
    Bytes().swap(cipherOut);
    cipherOffset = 0;
    if (ws) Bytes().swap(ws->message);
    outputHeld = keptHeld = 0;
    if (account) settle(0);
}

/// Its part of what is counted: of bytes that go to several, a share.
inline int64_t ct_connection::weight() const {
    int64_t sum = settled;
    for (size_t i = outHead; i < out.size(); i++) {
        if (!out[i].buffer || !out[i].isCounted) continue;
        sum += out[i].buffer->weight() / std::max<uint32_t>(1, out[i].buffer->count.load(std::memory_order_relaxed));
    }
    return sum;
}

/// How long the oldest of what it holds has waited.
inline uint32_t ct_connection::age(uint32_t now) const {
    int32_t output = outHead < out.size() && out[outHead].isCounted ? int32_t(now - out[outHead].since) : 0;
    int32_t input = inputSince ? int32_t(now - inputSince) : 0;
    return uint32_t(std::max({output, input, 0}));
}

/// The memory is full: of all connections, whoever holds it longest gives it back.
inline void ct_connection::give_back() {
    if (listener->doors.size() == 1) return loop->give_back(account, 0);
    size_t none = 0;
    if (!account->askedLoops.compare_exchange_strong(none, listener->doors.size())) return;
    listener->crowded(listener->context, true);
    listener->ask_loops(4096);
}

/// Cuts those whose oldest byte has waited longest, of those that hold at least half as much as the average.
///
/// By age, since whoever reads has nothing old. Not of the smallest, so that many who hold a little each do not
/// outlive one who is slow: they lower the average, and are among the candidates themselves.
inline void ct_loop::give_back(Account *account, uint32_t ageMin) {
    struct Candidate {
        uint32_t age;
        int64_t weight;
        Reference connection;
    };
    int64_t holders = std::max<int64_t>(1, account->holders.load(std::memory_order_relaxed));
    int64_t least = account->held.load(std::memory_order_relaxed) / holders / 2;
    auto now = uint32_t(now_ms());
    std::vector<Candidate> candidates;
    for (auto c = first; c; c = c->next) {
        if (c->account != account || c->settled <= 0) continue;
        int64_t weight = c->weight();
        if (weight >= least) candidates.push_back({c->age(now), weight, c});
    }
    std::sort(candidates.begin(), candidates.end(), [](auto &a, auto &b) {
        return a.age != b.age ? a.age > b.age : a.weight > b.weight;
    });
    for (auto &candidate : candidates) {
        if (candidate.age < ageMin || account->held.load(std::memory_order_relaxed) <= account->goal()) return;
        ct_connection &c = *candidate.connection;
        if (!c.isOpen()) continue;
        account->cutCount.fetch_add(1, std::memory_order_relaxed);
        c.forget_unsent();
        c.abort(CT_CLOSED_LOCAL, c.ws ? c.ws->configuration.overflowCode : 0);
    }
}

extern "C" {

void ct_hold(ct_connection *c, int64_t byteCount) {
    if (!c->isOpen()) return;
    c->keptHeld += byteCount;
    if (!c->account) return;
    // Where it becomes more somebody may have to be cut, which is for the loop's own pass.
    if (c->outputHeld + c->input_held() <= c->settled) c->settle(0);
    else c->loop->add_turn(c);
}

} // extern "C"
