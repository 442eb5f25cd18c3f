// Accepting: one socket that listens, and a door to it on each loop.
//
// The address is this listener's alone. Several sockets of one port (SO_REUSEPORT) would share the work as well, but
// the system lets in whoever else of the same user asks for the same, and hands each a share of the clients. So there
// is one socket, and each loop waits on a copy of its descriptor: a connection wakes every loop that is idle, and the
// first takes it. When that one has more than its share already, it hands it on to the loop that has fewest.
#pragma once

#include <fcntl.h>
#include <netinet/tcp.h>
#include <thread>
#include <utility>

#include "WebSocket.hpp"

namespace {

constexpr int backlog = 4096;
/// How many connections a loop may have more than another before it hands new ones on. Handing on wakes a thread,
/// which connections that come and go at once are not worth.
constexpr uint64_t spread = 8;

/// Bytes that the kernel takes of what it cannot send yet.
constexpr int kernelByteCountMax = 512 * 1024;
using NotSentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

/// A connection on its way to another loop; closed when it does not arrive.
struct Handover {
    ct_listener *listener; // counted
    ct_listener::Door *door;
    int descriptor;
    sockaddr_storage peer;

    Handover(ct_listener *l, ct_listener::Door *d, int n, const sockaddr_storage &p)
        : listener(l), door(d), descriptor(n), peer(p) {
        listener->count.fetch_add(1, std::memory_order_relaxed);
    }
    Handover(const Handover &) = delete;
    ~Handover() {
        if (descriptor >= 0) {
            ::close(descriptor);
            door->openCount.fetch_sub(1, std::memory_order_relaxed);
            listener->refusedCount.fetch_add(1, std::memory_order_relaxed);
        }
        ct_listener_release(listener);
    }
    int arrived() { return std::exchange(descriptor, -1); }
};

ct_listener *retained(ct_listener *listener) {
    listener->count.fetch_add(1, std::memory_order_relaxed);
    return listener;
}

/// Opens a socket that no child process inherits: whoever held a copy would hold the port, or the connection.
template <typename Socket> void open_private(Socket &socket, const tcp &protocol, error_code &ec) {
    int descriptor = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (descriptor < 0) {
        ec.assign(errno, asio::error::get_system_category());
        return;
    }
    socket.assign(protocol, descriptor, ec);
    if (ec) ::close(descriptor);
}

/// Listens, unless somebody else does.
///
/// Two that listen at the same moment are both past `bind`, where nobody listened yet, and may then both be refused,
/// each by the announcement of the other. Whoever asks again finds the other listening or gone, so that one wins.
void listen_alone(ct_listener::Acceptor &acceptor, error_code &ec) {
    for (int attempt = 1;; attempt++) {
        acceptor.listen(backlog, ec);
        if (ec != asio::error::address_in_use || attempt == 8) return;
        uint16_t random = 0;
        ct_random(reinterpret_cast<uint8_t *>(&random), sizeof random);
        std::this_thread::sleep_for(std::chrono::microseconds(random % 4096));
    }
}

void open_acceptor(ct_listener::Acceptor &acceptor, const tcp::endpoint &endpoint, error_code &ec) {
    open_private(acceptor, endpoint.protocol(), ec);
    // What an earlier process left in TIME_WAIT does not count; who listens does.
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) listen_alone(acceptor, ec);
    if (!ec) acceptor.non_blocking(true, ec);
}

/// Another door to the same socket.
void share_acceptor(
    ct_listener::Acceptor &acceptor, ct_listener::Acceptor &first, const tcp &protocol, error_code &ec) {
    int descriptor = ::fcntl(first.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) {
        ec.assign(errno, asio::error::get_system_category());
        return;
    }
    acceptor.assign(protocol, descriptor, ec);
    if (ec) ::close(descriptor);
}

} // namespace

/// Several loops: each gives back what is so many milliseconds old, and where that is too little, what is younger, so
/// that no loop cuts somebody while another has somebody older.
void ct_listener::ask_loops(uint32_t ageMin) {
    for (auto &door : doors) {
        if (door->loop->ended) {
            loop_answered(ageMin);
            continue;
        }
        asio::post(door->loop->io, [this, loop = door->loop, ageMin, keep = retained(this)] {
            if (account->isFull()) loop->give_back(account.get(), ageMin);
            loop_answered(ageMin);
            ct_listener_release(keep);
        });
    }
}

void ct_listener::loop_answered(uint32_t ageMin) {
    size_t none = 0;
    if (account->askedLoops.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    bool goesOn = account->isFull() && ageMin > 0;
    if (goesOn && account->askedLoops.compare_exchange_strong(none, doors.size())) return ask_loops(ageMin / 8);
    // Whoever asks meanwhile has said that it begins, and will say that it is over.
    crowded(context, false);
}

void ct_listener::arm(Door &door) {
    if (stopping.load(std::memory_order_relaxed)) return;
    count.fetch_add(1, std::memory_order_relaxed); // the wait's
    door.acceptor.async_wait(tcp::acceptor::wait_read, [this, &door](error_code ec) {
        if (!ec && !stopping.load(std::memory_order_relaxed)) accept(door);
        ct_listener_release(this);
    });
}

void ct_listener::accept(Door &door) {
    for (int i = 0; i < 64; i++) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        int descriptor = ::accept4(door.acceptor.native_handle(), reinterpret_cast<sockaddr *>(&peer), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            Door &chosen = emptiest(door);
            chosen.openCount.fetch_add(1, std::memory_order_relaxed);
            if (&chosen == &door) {
                take(door, descriptor, peer);
            } else {
                auto handover = std::make_unique<Handover>(this, &chosen, descriptor, peer);
                asio::post(chosen.loop->io, [this, on = std::move(handover)] {
                    if (!stopping.load(std::memory_order_relaxed)) take(*on->door, on->arrived(), on->peer);
                });
            }
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        // Out of descriptors or memory: the backlog holds them while we wait.
        acceptErrors.fetch_add(1, std::memory_order_relaxed);
        door.pause.expires_after(std::chrono::milliseconds(100));
        count.fetch_add(1, std::memory_order_relaxed);
        door.pause.async_wait([this, &door](error_code ec) {
            if (!ec) arm(door);
            ct_listener_release(this);
        });
        return;
    }
    arm(door);
}

ct_listener::Door &ct_listener::emptiest(Door &here) {
    Door *best = &here;
    uint64_t least = here.openCount.load(std::memory_order_relaxed);
    if (least <= spread) return here;
    least -= spread;
    for (auto &door : doors) {
        uint64_t open = door->openCount.load(std::memory_order_relaxed);
        if (open >= least || door->loop->ended) continue;
        best = door.get();
        least = open;
    }
    return *best;
}

/// On the door's loop, which the connection is counted for already.
void ct_listener::take(Door &door, int descriptor, const sockaddr_storage &peer) {
    if (!admit(door, descriptor, peer)) refusedCount.fetch_add(1, std::memory_order_relaxed);
}

bool ct_listener::admit(Door &door, int descriptor, const sockaddr_storage &peer) {
    if (openCount.fetch_add(1, std::memory_order_relaxed) >= connectionCountMax) {
        openCount.fetch_sub(1, std::memory_order_relaxed);
        door.openCount.fetch_sub(1, std::memory_order_relaxed);
        ::close(descriptor);
        return false;
    }
    acceptedCount.fetch_add(1, std::memory_order_relaxed);
    auto c = new ct_connection(door.loop, callbacks, nullptr, limits, Mode::serverHTTP);
    Reference keep(c);
    count.fetch_add(1, std::memory_order_relaxed);
    c->listener = this;
    c->account = account.get();
    c->doorIndex = uint16_t(door.index);
    c->isV6 = peer.ss_family == AF_INET6;
    if (c->isV6) {
        auto six = reinterpret_cast<const sockaddr_in6 *>(&peer);
        memcpy(c->address, &six->sin6_addr, 16);
        c->port = ntohs(six->sin6_port);
    } else {
        auto four = reinterpret_cast<const sockaddr_in *>(&peer);
        memcpy(c->address, &four->sin_addr, 4);
        c->port = ntohs(four->sin_port);
    }
    error_code ec;
    c->socket.emplace(door.loop->io);
    c->socket->assign(c->isV6 ? tcp::v6() : tcp::v4(), descriptor, ec);
    if (ec) ::close(descriptor);
    if (!ec) c->socket->non_blocking(true, ec);
    error_code ignored;
    if (!ec) c->socket->set_option(tcp::no_delay(true), ignored);
    // What is not under way yet waits here, where it is counted, rather than in the kernel: it would take 4 MiB.
    if (!ec) c->socket->set_option(NotSentLowWater(kernelByteCountMax), ignored);
    bool started = !ec;
    if (started && tls) {
        std::lock_guard hold(tls->lock);
        started = c->start_tls(tls->context, nullptr);
    }
    if (!started) {
        c->abort(CT_CLOSED_LOCAL);
        return false;
    }
    intrusive_ptr_add_ref(c); // Swift's
    c->owner = accepted(context, door.index, c);
    c->set_deadline(c->readDeadline, tls ? limits.handshakeTimeout : limits.headTimeout);
    c->arm_read();
    return true;
}

extern "C" {

ct_listener *ct_listen(ct_loop *const *loops, size_t loopCount, const char *host, uint16_t port, ct_tls *tls,
                       const ct_limits *limits, uint64_t connectionCountMax, uint64_t heldByteCountMax,
                       bool *isInUse, char *error, size_t size) {
    error_code ec;
    *isInUse = false;
    auto address = asio::ip::make_address(host, ec);
    if (ec) {
        snprintf(error, size, "not a numeric address: %s", host);
        return nullptr;
    }
    tcp::endpoint endpoint(address, port);
    auto listener = std::make_unique<ct_listener>();
    listener->limits = *limits;
    listener->connectionCountMax = connectionCountMax;
    listener->account->limit = int64_t(std::min<uint64_t>(heldByteCountMax, INT64_MAX));
    for (size_t i = 0; i < loopCount && !ec; i++) {
        auto &door = listener->doors.emplace_back(std::make_unique<ct_listener::Door>(loops[i], i));
        if (i == 0) open_acceptor(door->acceptor, endpoint, ec);
        else share_acceptor(door->acceptor, listener->doors[0]->acceptor, endpoint.protocol(), ec);
    }
    if (!ec) listener->port = listener->doors[0]->acceptor.local_endpoint(ec).port();
    if (ec) {
        *isInUse = ec == asio::error::address_in_use;
        snprintf(error, size, "%s", ec.message().c_str());
        ct_listener_release(listener.release());
        return nullptr;
    }
    if (tls) tls->count.fetch_add(1, std::memory_order_relaxed);
    listener->tls = tls;
    return listener.release();
}

void ct_listener_serve(ct_listener *listener, const ct_callbacks *callbacks,
                       void *(*accepted)(void *, size_t, ct_connection *), void (*crowded)(void *, bool),
                       void (*released)(void *), void *context) {
    listener->callbacks = callbacks;
    listener->accepted = accepted;
    listener->crowded = crowded;
    listener->released = released;
    listener->context = context;
    for (auto &door : listener->doors)
        asio::post(door->loop->io, [raw = retained(listener), at = door.get()] {
            at->loop->doors[at] = [at] { at->close(); };
            raw->arm(*at);
            ct_listener_release(raw);
        });
}

uint16_t ct_listener_port(const ct_listener *listener) { return listener->port; }

void ct_listener_stop(ct_listener *listener, void (*done)(void *), void *context) {
    bool again = listener->stopping.exchange(true);
    if (again) return done(context);
    retained(listener);
    auto left = std::make_shared<std::atomic<size_t>>(listener->doors.size());
    for (auto &door : listener->doors) {
        auto close = [=, at = door.get()] {
            at->loop->doors.erase(at);
            at->close();
            if (left->fetch_sub(1) > 1) return;
            done(context);
            ct_listener_release(listener);
        };
        if (door->loop->ended) close();
        else asio::post(door->loop->io, close);
    }
}

void ct_listener_totals(const ct_listener *l, ct_totals *totals) {
    totals->accepted = l->acceptedCount.load(std::memory_order_relaxed);
    totals->refused = l->refusedCount.load(std::memory_order_relaxed);
    totals->open = l->openCount.load(std::memory_order_relaxed);
    totals->webSockets = l->webSocketCount.load(std::memory_order_relaxed);
    totals->bytesIn = l->bytesIn.load(std::memory_order_relaxed);
    totals->bytesOut = l->bytesOut.load(std::memory_order_relaxed);
    totals->held = uint64_t(std::max<int64_t>(0, l->account->held.load(std::memory_order_relaxed)));
    totals->heldCuts = l->account->cutCount.load(std::memory_order_relaxed);
    totals->acceptErrors = l->acceptErrors.load(std::memory_order_relaxed);
}

void ct_listener_release(ct_listener *listener) {
    if (listener->count.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    if (listener->tls) ct_tls_release(listener->tls);
    std::vector<ct_loop *> loops;
    for (auto &door : listener->doors) loops.push_back(door->loop);
    if (listener->released) listener->released(listener->context);
    delete listener;
    for (ct_loop *loop : loops) ct_loop_destroy(loop);
}

void ct_listener_close_idle(ct_listener *listener, ct_loop *loop) {
    for (auto c = loop->first; c; c = c->next) {
        bool idle = c->mode == Mode::handshaking || (c->mode == Mode::serverHTTP && !c->inExchange);
        if (c->listener != listener || !idle) continue;
        if (c->mode == Mode::handshaking) c->abortAsked = true;
        c->closeAfterFlush = true;
        loop->add_turn(c);
    }
}

void ct_listener_web_sockets(ct_listener *listener, ct_loop *loop, void (*visit)(void *, void *), void *context) {
    for (auto c = loop->first; c; c = c->next)
        if (c->listener == listener && c->mode == Mode::webSocket && c->owner) visit(context, c->owner);
}

void ct_listener_cut(ct_listener *listener, ct_loop *loop) {
    for (auto c = loop->first; c; c = c->next)
        if (c->listener == listener) ct_abort(c);
}

} // extern "C"
