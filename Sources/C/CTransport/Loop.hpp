// One thread, one io_context: wake-ups, timers, deadlines, and the list of connections with something to do.
#pragma once

#define BOOST_ERROR_CODE_HEADER_ONLY
#define BOOST_ASIO_NO_DEPRECATED
#define BOOST_ASIO_DISABLE_BOOST_COROUTINE
#define BOOST_DISABLE_ASSERTS // peer input never traps, not even in a debug build

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive_ptr.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "Account.hpp"
#include "CTransport.h"

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Timer = asio::basic_waitable_timer<
    std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Memory that is zeroed before it is given back: what comes from a peer may hold what the peer is known by.
template <class T>
struct Zeroing : std::allocator<T> {
    template <class U> struct rebind { using other = Zeroing<U>; };
    Zeroing() = default;
    template <class U> Zeroing(const Zeroing<U> &) {}
    void deallocate(T *memory, size_t n) {
        explicit_bzero(memory, n * sizeof(T));
        std::allocator<T>::deallocate(memory, n);
    }
};
using Bytes = std::vector<uint8_t, Zeroing<uint8_t>>;

/// The same for a part of a loop's own buffers, at the end of the scope that used it.
struct Zeroed {
    uint8_t *bytes;
    size_t size = 0;
    ~Zeroed() { explicit_bzero(bytes, size); }
};

void intrusive_ptr_add_ref(ct_connection *connection);
void intrusive_ptr_release(ct_connection *connection);
using Reference = boost::intrusive_ptr<ct_connection>;

inline uint64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// Deadlines that mostly move later: an entry is only looked at when it is due, and put back when it moved.
using Deadlines = std::multimap<uint64_t, ct_connection *>;

struct ct_loop {
    static constexpr size_t scratchSize = 64 * 1024;
    static constexpr size_t recordSize = 16 * 1024;

    std::atomic<uint32_t> count{1};
    ct_connection *first = nullptr; // of the open ones
    void (*drain)(void *);
    void (*sent)(void *);
    void *context;
    asio::io_context io{1};
    std::optional<asio::executor_work_guard<Executor>> guard;
    Deadlines deadlines;
    Timer deadlineTimer{io};
    uint64_t deadlineTimerAt = 0;
    std::vector<Reference> turns;
    std::set<ct_timer *> timers;
    std::map<void *, std::function<void()>> doors; // open ones, and how to close them
    std::atomic<bool> ended{false};
    bool turnPosted = false, tellsSent = false;
    std::unique_ptr<uint8_t[]> scratch{new uint8_t[scratchSize]};
    std::unique_ptr<uint8_t[]> record{new uint8_t[recordSize]};
    uint8_t randomPool[4096];
    size_t randomLeft = 0;

    ct_loop(void (*d)(void *), void (*s)(void *), void *c) : drain(d), sent(s), context(c) {
        guard.emplace(io.get_executor());
    }

    void add_turn(ct_connection *connection);
    void post_turns();
    void run_turns();
    void arm_deadline_timer();
    void run_deadlines();
    void give_back(Account *account, uint32_t ageMin);
    uint32_t mask();
};

extern thread_local ct_loop *currentLoop;

struct ct_timer {
    ct_loop *loop;
    Timer timer;
    void (*fire)(void *, bool);
    void *context;
    bool cancelled = false;
};

/// Counted bytes, shared between every socket they go to.
struct ct_buffer {
    std::atomic<uint32_t> count{1};
    std::atomic<Account *> account{nullptr}; // counted; who counts these bytes as waiting
    size_t size;
    uint8_t *bytes() { return reinterpret_cast<uint8_t *>(this + 1); }
    int64_t weight() const { return int64_t(sizeof(ct_buffer) + size); }

    /// Has it counted, unless somebody does already. Returns how much is new.
    int64_t charge(Account *by) {
        Account *nobody = nullptr;
        if (account.load(std::memory_order_relaxed) ||
            !account.compare_exchange_strong(nobody, by, std::memory_order_relaxed))
            return 0;
        intrusive_ptr_add_ref(by);
        return weight();
    }
};
