// The C face: loops, buffers, listeners, connecting. One translation unit, since Asio and Beast take long to compile.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "WebSocket.hpp"

thread_local ct_loop *currentLoop = nullptr;

void intrusive_ptr_add_ref(ct_connection *c) { c->count.fetch_add(1, std::memory_order_relaxed); }
void intrusive_ptr_release(ct_connection *c) {
    if (c->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete c;
}

ct_connection::~ct_connection() {
    drop_queue(false);
    SSL_free(ssl);
    if (listener) ct_listener_release(listener);
    if (tls) ct_tls_release(tls);
    socket.reset();
    ct_loop_destroy(loop);
}

/// TCP and, if any, TLS stand: speak.
inline void ct_connection::opened() {
    if (listener) {
        mode = Mode::serverHTTP;
        set_deadline(readDeadline, limits.headTimeout);
        return;
    }
    mode = Mode::clientHTTP;
    readDeadline = 0;
    if (owner) calls->connected(owner);
}

// Connecting --------------------------------------------------------------------------------------------------------

namespace {

void stand(const Reference &c, const std::string &host) {
    error_code ignored;
    c->socket->set_option(tcp::no_delay(true), ignored);
    c->socket->non_blocking(true, ignored);
    if (!c->tls) {
        c->opened();
    } else {
        std::unique_lock hold(c->tls->lock);
        bool started = c->start_tls(c->tls->context, host.c_str());
        hold.unlock();
        if (!started) return c->abort(CT_CLOSED_TLS);
        c->read_tls();
    }
    if (c->isOpen()) c->loop->add_turn(c.get());
}

void try_endpoints(const Reference &c, std::shared_ptr<std::vector<tcp::endpoint>> endpoints, size_t index,
                   const std::string &host) {
    if (!c->isOpen()) return;
    if (index >= endpoints->size()) return c->abort(CT_CLOSED_CONNECT);
    c->socket.emplace(c->loop->io);
    c->socket->async_connect((*endpoints)[index], [=](error_code ec) {
        if (!c->isOpen()) return;
        if (!ec) return stand(c, host);
        c->socket.reset();
        try_endpoints(c, endpoints, index + 1, host);
    });
}

void resolve(const Reference &c, const std::string &host, uint16_t port) {
    auto endpoints = std::make_shared<std::vector<tcp::endpoint>>();
    error_code ec;
    auto address = asio::ip::make_address(host, ec);
    if (!ec) {
        endpoints->emplace_back(address, port);
        return try_endpoints(c, endpoints, 0, host);
    }
    auto resolver = std::make_shared<asio::ip::basic_resolver<tcp, Executor>>(c->loop->io);
    resolver->async_resolve(host, std::to_string(port), [=](error_code failed, auto results) {
        (void)resolver;
        if (!c->isOpen()) return;
        if (failed) return c->abort(CT_CLOSED_CONNECT);
        for (auto &entry : results) endpoints->push_back(entry.endpoint());
        try_endpoints(c, endpoints, 0, host);
    });
}

ct_listener *retained(ct_listener *listener) {
    listener->count.fetch_add(1, std::memory_order_relaxed);
    return listener;
}

bool open_acceptor(ct_listener::Door &door, const tcp::endpoint &endpoint, error_code &ec) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    door.acceptor.open(endpoint.protocol(), ec);
    if (!ec) door.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) door.acceptor.set_option(reuse_port(true), ec);
    if (!ec) door.acceptor.bind(endpoint, ec);
    if (!ec) door.acceptor.listen(4096, ec);
    if (!ec) door.acceptor.non_blocking(true, ec);
    return !ec;
}

} // namespace

// Listening ---------------------------------------------------------------------------------------------------------

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

// Loops -------------------------------------------------------------------------------------------------------------

ct_loop *ct_loop_create(void (*drain)(void *), void *context) {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction now;
        // sendfile has no MSG_NOSIGNAL; a host that wants the signal has installed its own handler.
        if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
    });
    return new ct_loop(drain, context);
}

void ct_loop_run(ct_loop *loop, const char *name) {
    pthread_setname_np(pthread_self(), name);
    currentLoop = loop;
    loop->io.run();
    // Stopped: cut what is left, and let every pending operation hear of it.
    while (loop->first) loop->first->abort(CT_CLOSED_LOCAL, 1006);
    for (int i = 0; i < 64; i++) {
        loop->io.restart();
        if (loop->io.poll() == 0) break;
    }
    loop->turns.clear();
    currentLoop = nullptr;
}

void ct_loop_wake(ct_loop *loop) {
    asio::post(loop->io, [loop] { loop->drain(loop->context); });
}

void ct_loop_stop(ct_loop *loop) { loop->io.stop(); }

void ct_loop_destroy(ct_loop *loop) {
    if (loop->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete loop;
}

bool ct_loop_is_current(const ct_loop *loop) { return currentLoop == loop; }

uint64_t ct_clock_milliseconds(void) { return now_ms(); }

ct_timer *ct_timer_start(ct_loop *loop, uint64_t nanoseconds, void (*fire)(void *), void *context) {
    auto timer = new ct_timer{loop, Timer(loop->io), fire, context};
    timer->timer.expires_after(std::chrono::nanoseconds(std::min<uint64_t>(nanoseconds, INT64_MAX / 4)));
    timer->timer.async_wait([timer](error_code) {
        std::unique_ptr<ct_timer> last(timer);
        if (!timer->cancelled) timer->fire(timer->context);
    });
    return timer;
}

bool ct_timer_cancel(ct_timer *timer) {
    timer->cancelled = true;
    timer->timer.cancel();
    return true;
}

// Buffers -----------------------------------------------------------------------------------------------------------

ct_buffer *ct_buffer_create(size_t n) {
    if (n > SIZE_MAX / 2) return nullptr;
    void *memory = malloc(sizeof(ct_buffer) + n);
    if (!memory) return nullptr;
    auto buffer = new (memory) ct_buffer;
    buffer->size = n;
    return buffer;
}

uint8_t *ct_buffer_bytes(ct_buffer *buffer) { return buffer->bytes(); }
size_t ct_buffer_size(const ct_buffer *buffer) { return buffer->size; }
void ct_buffer_retain(ct_buffer *buffer) { buffer->count.fetch_add(1, std::memory_order_relaxed); }
void ct_buffer_release(ct_buffer *buffer) {
    if (buffer->count.fetch_sub(1, std::memory_order_acq_rel) == 1) free(buffer);
}

// TLS ---------------------------------------------------------------------------------------------------------------

ct_tls *ct_tls_server(const char *chain, const char *key, char *error, size_t size) {
    SSL_CTX *context = tls::server_context(chain, key, error, size);
    if (!context) return nullptr;
    auto result = new ct_tls;
    result->context = context;
    return result;
}

ct_tls *ct_tls_client(const char *caFile, const uint8_t *pin, char *error, size_t size) {
    auto result = std::make_unique<ct_tls>();
    result->isClient = true;
    SSL_CTX *context = result->context = tls::base_context(TLS_client_method());
    if (!context) return nullptr;
    static const unsigned char ours[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context, ours, sizeof ours - 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    bool loaded = true;
    if (pin) {
        result->isPinned = true;
        memcpy(result->pin, pin, 32);
        SSL_CTX_set_cert_verify_callback(context, tls::verify_pin, result.get());
    } else if (caFile) {
        loaded = SSL_CTX_load_verify_locations(context, caFile, nullptr) == 1;
    } else {
        loaded = SSL_CTX_set_default_verify_paths(context) == 1;
    }
    if (!loaded) {
        tls::report(error, size, "trusted roots");
        return nullptr;
    }
    return result.release();
}

bool ct_tls_reload(ct_tls *tls, const char *chain, const char *key, char *error, size_t size) {
    SSL_CTX *context = tls::server_context(chain, key, error, size);
    if (!context) return false;
    std::unique_lock hold(tls->lock);
    std::swap(tls->context, context);
    hold.unlock();
    SSL_CTX_free(context);
    return true;
}

void ct_tls_release(ct_tls *tls) {
    if (tls->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete tls;
}

// Listeners ---------------------------------------------------------------------------------------------------------

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
    for (auto &door : listener->doors)
        asio::post(door->loop->io, [=, at = door.get()] {
            error_code ignored;
            at->acceptor.close(ignored);
            at->pause.cancel();
            if (left->fetch_sub(1) > 1) return;
            done(context);
            ct_listener_release(listener);
        });
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

// Connections -------------------------------------------------------------------------------------------------------

ct_connection *ct_connect(ct_loop *loop, const char *host, uint16_t port, ct_tls *tls, const ct_limits *limits,
                          const ct_callbacks *callbacks, void *owner) {
    auto c = new ct_connection(loop, callbacks, owner, *limits, Mode::connecting);
    Reference keep(c);
    intrusive_ptr_add_ref(c); // Swift's
    if (tls) tls->count.fetch_add(1, std::memory_order_relaxed);
    c->tls = tls;
    c->set_deadline(c->readDeadline, limits->handshakeTimeout);
    asio::post(loop->io, [keep, name = std::string(host), port] { if (keep->isOpen()) resolve(keep, name, port); });
    return c;
}

void ct_retain(ct_connection *c) { intrusive_ptr_add_ref(c); }
void ct_release(ct_connection *c) { intrusive_ptr_release(c); }
void ct_set_owner(ct_connection *c, void *owner) { c->owner = owner; }

size_t ct_remote_address(const ct_connection *c, char *text, size_t size, uint16_t *port) {
    if (port) *port = c->port;
    bool mapped = c->isV6 && IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr *>(c->address));
    bool six = c->isV6 && !mapped;
    if (!inet_ntop(six ? AF_INET6 : AF_INET, c->address + (mapped ? 12 : 0), text, socklen_t(size))) return 0;
    return strlen(text);
}

size_t ct_buffered(const ct_connection *c) { return c->buffered.load(std::memory_order_relaxed); }

void ct_notify_drained(ct_connection *c, size_t n) {
    c->drainAsked = true;
    c->drainMark = n;
    c->loop->add_turn(c);
}

void ct_pause(ct_connection *c) { c->paused = true; }

void ct_resume(ct_connection *c) {
    if (!c->paused) return;
    c->paused = false;
    bool body = c->mode == Mode::clientHTTP || (c->mode == Mode::serverHTTP && c->wantBody);
    if (c->isOpen() && body && !c->requestDone) {
        c->windowBytes = 0;
        c->set_deadline(c->readDeadline, c->limits.bodyTimeout);
    }
    c->loop->add_turn(c);
}

void ct_abort(ct_connection *c) {
    c->abortAsked = true;
    c->loop->add_turn(c);
}

void ct_write(ct_connection *c, ct_buffer *buffer) {
    if (!c->isOpen() || c->closeAfterFlush) return ct_buffer_release(buffer);
    Out item;
    item.buffer = buffer;
    item.end = buffer->size;
    c->enqueue(item);
}

void ct_write_file(ct_connection *c, int descriptor, uint64_t offset, uint64_t n) {
    if (!c->isOpen() || c->closeAfterFlush || n == 0 || offset > INT64_MAX || n > INT64_MAX - offset) {
        ::close(descriptor);
        return;
    }
    Out item;
    item.descriptor = descriptor;
    item.offset = offset;
    item.end = offset + n;
    c->enqueue(item);
}

void ct_websocket_accept_key(const uint8_t *key, size_t n, char accept[29]) {
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string joined(reinterpret_cast<const char *>(key), n);
    joined += guid;
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char *>(joined.data()), joined.size(), digest);
    EVP_EncodeBlock(reinterpret_cast<unsigned char *>(accept), digest, sizeof digest);
}

void ct_random(uint8_t *bytes, size_t n) {
    while (n > 0) {
        ssize_t got = getrandom(bytes, std::min<size_t>(n, 256), 0);
        if (got < 0) continue; // EINTR only: small reads never fail otherwise
        bytes += got;
        n -= size_t(got);
    }
}

} // extern "C"
