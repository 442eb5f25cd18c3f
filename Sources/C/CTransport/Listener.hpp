// Accepting: one door a loop, all on one port.
#pragma once

#include "WebSocket.hpp"

namespace {

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

bool open_acceptor(ct_listener::Door &door, const tcp::endpoint &endpoint, error_code &ec) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    open_private(door.acceptor, endpoint.protocol(), ec);
    if (!ec) door.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) door.acceptor.set_option(reuse_port(true), ec);
    if (!ec) door.acceptor.bind(endpoint, ec);
    if (!ec) door.acceptor.listen(4096, ec);
    if (!ec) door.acceptor.non_blocking(true, ec);
    return !ec;
}

} // namespace

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
            if (!admit(door, descriptor, peer)) refusedCount.fetch_add(1, std::memory_order_relaxed);
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

bool ct_listener::admit(Door &door, int descriptor, const sockaddr_storage &peer) {
    if (openCount.fetch_add(1, std::memory_order_relaxed) >= connectionCountMax) {
        openCount.fetch_sub(1, std::memory_order_relaxed);
        ::close(descriptor);
        return false;
    }
    acceptedCount.fetch_add(1, std::memory_order_relaxed);
    auto c = new ct_connection(door.loop, callbacks, nullptr, limits, Mode::serverHTTP);
    Reference keep(c);
    count.fetch_add(1, std::memory_order_relaxed);
    c->listener = this;
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
                       const ct_limits *limits, uint64_t connectionCountMax, const ct_callbacks *callbacks,
                       void *(*accepted)(void *, size_t, ct_connection *), void *context, char *error, size_t size) {
    error_code ec;
    auto address = asio::ip::make_address(host, ec);
    if (ec) {
        snprintf(error, size, "not a numeric address: %s", host);
        return nullptr;
    }
    auto listener = std::make_unique<ct_listener>();
    listener->limits = *limits;
    listener->connectionCountMax = connectionCountMax;
    listener->callbacks = callbacks;
    listener->accepted = accepted;
    listener->context = context;
    listener->port = port;
    for (size_t i = 0; i < loopCount; i++) {
        auto &door = listener->doors.emplace_back(std::make_unique<ct_listener::Door>(loops[i], i));
        if (!open_acceptor(*door, tcp::endpoint(address, listener->port), ec)) {
            snprintf(error, size, "%s", ec.message().c_str());
            ct_listener_release(listener.release());
            return nullptr;
        }
        if (i == 0) listener->port = door->acceptor.local_endpoint(ec).port();
    }
    if (tls) tls->count.fetch_add(1, std::memory_order_relaxed);
    listener->tls = tls;
    for (auto &door : listener->doors)
        asio::post(door->loop->io, [raw = retained(listener.get()), at = door.get()] {
            at->loop->doors[at] = [at] { at->close(); };
            raw->arm(*at);
            ct_listener_release(raw);
        });
    return listener.release();
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
    totals->acceptErrors = l->acceptErrors.load(std::memory_order_relaxed);
}

void ct_listener_release(ct_listener *listener) {
    if (listener->count.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    if (listener->tls) ct_tls_release(listener->tls);
    std::vector<ct_loop *> loops;
    for (auto &door : listener->doors) loops.push_back(door->loop);
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
