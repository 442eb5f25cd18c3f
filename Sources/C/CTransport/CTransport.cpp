// The C face: loops, buffers, connecting. One translation unit, since Asio and Beast take long to compile.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "Listener.hpp"

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
    error_code refused;
    open_private(*c->socket, (*endpoints)[index].protocol(), refused);
    if (refused) return try_endpoints(c, endpoints, index + 1, host);
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

} // namespace

extern "C" {

// Loops -------------------------------------------------------------------------------------------------------------

ct_loop *ct_loop_create(void (*drain)(void *), void (*sent)(void *), void *context) {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction now;
        // sendfile has no MSG_NOSIGNAL; a host that wants the signal has installed its own handler.
        if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
    });
    return new ct_loop(drain, sent, context);
}

void ct_loop_run(ct_loop *loop) {
    currentLoop = loop;
    loop->io.run();
    // Stopped: cut what is left, and let every pending operation hear of it.
    for (int i = 0; i < 64; i++) {
        while (loop->first) loop->first->abort(CT_CLOSED_LOCAL, 1006);
        for (ct_timer *timer : loop->timers) timer->timer.cancel();
        for (auto &door : loop->doors) door.second();
        loop->doors.clear();
        loop->io.restart();
        if (loop->io.poll() == 0) break;
    }
    loop->turns.clear();
    loop->ended = true;
    currentLoop = nullptr;
}

void ct_loop_wake(ct_loop *loop) {
    asio::post(loop->io, [loop] { loop->drain(loop->context); });
}

void ct_loop_tell_sent(ct_loop *loop) {
    loop->tellsSent = true;
    loop->post_turns();
}

void ct_loop_stop(ct_loop *loop) { loop->io.stop(); }

void ct_loop_destroy(ct_loop *loop) {
    if (loop->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete loop;
}

bool ct_loop_is_current(const ct_loop *loop) { return currentLoop == loop; }

uint64_t ct_clock_milliseconds(void) { return now_ms(); }

ct_timer *ct_timer_start(ct_loop *loop, uint64_t nanoseconds, void (*fire)(void *, bool), void *context) {
    auto timer = new ct_timer{loop, Timer(loop->io), fire, context};
    timer->timer.expires_after(std::chrono::nanoseconds(std::min<uint64_t>(nanoseconds, INT64_MAX / 4)));
    loop->timers.insert(timer);
    timer->timer.async_wait([timer](error_code ec) {
        std::unique_ptr<ct_timer> last(timer);
        timer->loop->timers.erase(timer);
        if (!timer->cancelled) timer->fire(timer->context, !ec);
    });
    return timer;
}

void ct_timer_cancel(ct_timer *timer) {
    timer->cancelled = true;
    timer->timer.cancel();
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
    if (buffer->count.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    if (Account *account = buffer->account.load(std::memory_order_relaxed)) {
        account->held.fetch_sub(buffer->weight(), std::memory_order_relaxed);
        intrusive_ptr_release(account);
    }
    explicit_bzero(buffer->bytes(), buffer->size);
    free(buffer);
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

bool ct_has_ended(const ct_connection *c) { return !c->isOpen() || c->ended; }
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
