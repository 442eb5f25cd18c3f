// Bytes that wait for peers: one count for all connections of a listener, on all of its loops.
#pragma once

#include <atomic>
#include <boost/intrusive_ptr.hpp>
#include <cstdint>

struct Account {
    std::atomic<uint32_t> count{0};
    std::atomic<int64_t> held{0};     // bytes
    std::atomic<int64_t> holders{0};  // connections for which bytes wait
    std::atomic<uint64_t> cutCount{0}; // connections that were cut to get some back
    std::atomic<size_t> askedLoops{0}; // that still have to look for what they can give back
    int64_t limit = INT64_MAX;

    bool isFull() const { return held.load(std::memory_order_relaxed) > limit; }
    /// Where taking back ends: with room for a while.
    int64_t goal() const { return limit - limit / 8; }
};

inline void intrusive_ptr_add_ref(Account *account) { account->count.fetch_add(1, std::memory_order_relaxed); }
inline void intrusive_ptr_release(Account *account) {
    if (account->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete account;
}
using AccountReference = boost::intrusive_ptr<Account>;
