// A ceiling, not a product: see README.md. Sockets: epoll, TLS by OpenSSL, one turn after the other.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay.h"

enum { events_max = 1024, input_size = 1 << 18, outbox_max = 64 << 20 };

const struct storage *storage = &log_storage;
static int poller;
static SSL_CTX *secure;
static struct connection *writers, *dead;
// Told apart from connections by their addresses.
static int listeners[2];

void fail(const char *what) {
    fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
    exit(1);
}

uint64_t wall_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

// ---- Out.

void connection_end(struct connection *connection) {
    if (connection->is_dead) return;
    connection->is_dead = true;
    group_leave(connection);
    if (connection->account && connection->account->connection == connection) connection->account->connection = NULL;
    epoll_ctl(poller, EPOLL_CTL_DEL, connection->file, NULL);
    if (connection->is_queued) return;
    connection->next = dead;
    dead = connection;
}

void connection_put(struct connection *connection, struct bytes bytes) {
    if (connection->is_dead) return;
    size_t needed = connection->outbox_count + bytes.count;
    if (needed > outbox_max) return connection_end(connection);
    if (needed > connection->outbox_size) {
        connection->outbox_size = 2 * needed;
        connection->outbox = realloc(connection->outbox, connection->outbox_size);
        if (!connection->outbox) fail("no memory");
    }
    memcpy(connection->outbox + connection->outbox_count, bytes.start, bytes.count);
    connection->outbox_count = needed;
    if (connection->is_queued || connection->is_blocked) return;
    connection->is_queued = true;
    connection->next = writers;
    writers = connection;
}

static void watch(struct connection *connection, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_MOD, connection->file, &event);
}

// Returns the bytes that left, 0 when none can leave now, or -1.
static ssize_t write_some(struct connection *connection, const uint8_t *bytes, size_t count) {
    if (!connection->tls) {
        ssize_t written = send(connection->file, bytes, count, MSG_NOSIGNAL);
        return written < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : written;
    }
    ERR_clear_error();
    size_t written = 0;
    if (SSL_write_ex(connection->tls, bytes, count, &written)) return (ssize_t)written;
    int why = SSL_get_error(connection->tls, 0);
    return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? 0 : -1;
}

static void flush(struct connection *connection) {
    size_t done = 0;
    while (done < connection->outbox_count) {
        ssize_t written = write_some(connection, connection->outbox + done, connection->outbox_count - done);
        if (written < 0) return connection_end(connection);
        if (written == 0) break;
        done += (size_t)written;
    }
    connection->outbox_count -= done;
    memmove(connection->outbox, connection->outbox + done, connection->outbox_count);
    bool is_blocked = connection->outbox_count > 0;
    if (is_blocked != connection->is_blocked) watch(connection, is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    connection->is_blocked = is_blocked;
}

// ---- In.

static ssize_t read_some(struct connection *connection, uint8_t *bytes, size_t count) {
    if (!connection->tls) {
        ssize_t got = recv(connection->file, bytes, count, 0);
        if (got > 0) return got;
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    ERR_clear_error();
    size_t got = 0;
    if (SSL_read_ex(connection->tls, bytes, count, &got)) return (ssize_t)got;
    int why = SSL_get_error(connection->tls, 0);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static void keep_rest(struct connection *connection, const uint8_t *bytes, size_t count) {
    if (count > connection->rest_size) {
        free(connection->rest);
        connection->rest_size = count;
        connection->rest = malloc(count);
        if (!connection->rest) fail("no memory");
    }
    memcpy(connection->rest, bytes, count);
    connection->rest_count = count;
}

// Reads what has come and takes each whole request and frame.
static void serve(struct connection *connection) {
    static uint8_t input[input_size];
    do {
        size_t count = connection->rest_count;
        if (count) memcpy(input, connection->rest, count);
        ssize_t got = read_some(connection, input + count, sizeof input - count);
        if (got < 0) return connection_end(connection);
        if (got == 0) return;
        count += (size_t)got;
        size_t used = 0;
        while (used < count && !connection->is_dead) {
            size_t taken = input_take(connection, input + used, count - used);
            if (taken == 0) break;
            used += taken;
        }
        if (connection->is_dead) return;
        if (count > used) keep_rest(connection, input + used, count - used);
        else connection->rest_count = 0;
        // What TLS has read ahead is not seen by epoll.
    } while (connection->tls && SSL_pending(connection->tls) > 0);
}

// ---- Beginning and end of connections.

static void accept_all(int listener, bool is_secure) {
    for (;;) {
        int file = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (file < 0) return;
        int one = 1;
        setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection) fail("no memory");
        connection->file = file;
        if (is_secure) {
            connection->tls = SSL_new(secure);
            if (!connection->tls || !SSL_set_fd(connection->tls, file)) fail("no TLS");
            SSL_set_accept_state(connection->tls);
        }
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, file, &event) != 0) fail("cannot watch a socket");
    }
}

static void bury(void) {
    while (dead) {
        struct connection *connection = dead;
        dead = connection->next;
        SSL_free(connection->tls);
        close(connection->file);
        free(connection->rest);
        free(connection->outbox);
        free(connection);
    }
}

static void flush_writers(void) {
    while (writers) {
        struct connection *connection = writers;
        writers = connection->next;
        connection->is_queued = false;
        if (connection->is_dead) {
            connection->next = dead;
            dead = connection;
        } else {
            flush(connection);
        }
    }
}

// `text` is 127.0.0.1:port: the relay listens nowhere else.
static int listen_on(const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || strncmp(text, "127.0.0.1:", 10) != 0) fail("it listens on 127.0.0.1:PORT only");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(file, (struct sockaddr *)&address, sizeof address) != 0 || listen(file, 4096) != 0)
        fail("cannot listen");
    return file;
}

static void turn(void) {
    static struct epoll_event events[events_max];
    // Not for ever: the end may be asked for just before.
    int count = epoll_wait(poller, events, events_max, 500);
    for (int index = 0; index < count; index++) {
        void *who = events[index].data.ptr;
        if (who == &listeners[0] || who == &listeners[1]) {
            accept_all(*(int *)who, who == &listeners[0] && secure);
            continue;
        }
        struct connection *connection = who;
        if (connection->is_dead) continue;
        if (events[index].events & EPOLLOUT) flush(connection);
        if (events[index].events & ~(uint32_t)EPOLLOUT && !connection->is_dead) serve(connection);
    }
    group_commit();
    flush_writers();
    bury();
}

static volatile sig_atomic_t is_ending;

static void end_it(int number) {
    (void)number;
    is_ending = 1;
}

static void prepare_tls(const char *certificate, const char *key) {
    secure = SSL_CTX_new(TLS_server_method());
    if (!secure || SSL_CTX_use_certificate_chain_file(secure, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(secure, key, SSL_FILETYPE_PEM) != 1)
        fail("the certificate does not load");
    SSL_CTX_set_mode(secure, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

int main(int argument_count, char **arguments) {
    const char *folder = NULL, *listen_text = NULL, *admin_text = NULL, *certificate = NULL, *key = NULL;
    for (int index = 1; index + 1 < argument_count; index += 2) {
        const char *name = arguments[index], *value = arguments[index + 1];
        if (strcmp(name, "--data") == 0) folder = value;
        else if (strcmp(name, "--listen") == 0) listen_text = value;
        else if (strcmp(name, "--admin") == 0) admin_text = value;
        else if (strcmp(name, "--tls-certificate") == 0) certificate = value;
        else if (strcmp(name, "--tls-key") == 0) key = value;
        else if (strcmp(name, "--store") == 0 && strcmp(value, "sqlite") == 0) storage = &sqlite_storage;
        else if (strcmp(name, "--store") == 0 && strcmp(value, "log") == 0) storage = &log_storage;
        else return fprintf(stderr, "relay: what is %s %s?\n", name, value), 2;
    }
    if (!folder || !listen_text || !admin_text || argument_count % 2 == 0)
        return fprintf(stderr, "relay --data FOLDER --listen 127.0.0.1:PORT --admin 127.0.0.1:PORT "
                               "[--store log|sqlite] [--tls-certificate FILE --tls-key FILE]\n"), 2;
    struct sigaction action = {.sa_handler = end_it};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    mkdir(folder, 0700);
    storage->open(folder);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (certificate && key) prepare_tls(certificate, key);
    const char *const addresses[2] = {listen_text, admin_text};
    for (int index = 0; index < 2; index++) {
        listeners[index] = listen_on(addresses[index]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[index]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, listeners[index], &event) != 0) fail("cannot watch a listener");
    }
    while (!is_ending) turn();
    storage->close();
    return 0;
}
