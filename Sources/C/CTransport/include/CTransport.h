// The plain C face of the network: loops, connections, HTTP/1.1 framing, RFC 6455 framing, TLS.
//
// Threads: a loop is one thread. Everything about a connection is called on its loop's thread, and calls back on it,
// unless the comment says "any thread". No callback is ever made from inside a call that goes down into this file.
// Ownership: `ct_connection` and `ct_buffer` are counted; a pointer handed to Swift carries one count.
#ifndef CTRANSPORT_H
#define CTRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_loop ct_loop;
typedef struct ct_timer ct_timer;
typedef struct ct_listener ct_listener;
typedef struct ct_connection ct_connection;
typedef struct ct_tls ct_tls;
typedef struct ct_buffer ct_buffer;

// Loop ------------------------------------------------------------------------------------------------------------

/// `drain` runs on the loop's thread after every `ct_loop_wake`, `sent` after `ct_loop_tell_sent`.
ct_loop *ct_loop_create(void (*drain)(void *context), void (*sent)(void *context), void *context);
/// Until `ct_loop_stop`.
void ct_loop_run(ct_loop *loop);
/// Any thread: asks for one run of `drain`; cheap when the loop is awake.
void ct_loop_wake(ct_loop *loop);
/// On the loop: asks for one run of `sent` once it has tried to send what its connections were told to so far.
void ct_loop_tell_sent(ct_loop *loop);
/// Any thread: `ct_loop_run` returns soon.
void ct_loop_stop(ct_loop *loop);
/// Gives up one count; call after the thread has been joined.
void ct_loop_destroy(ct_loop *loop);
/// Any thread: whether the caller runs on this loop's thread.
bool ct_loop_is_current(const ct_loop *loop);
/// Milliseconds of the monotonic clock.
uint64_t ct_clock_milliseconds(void);

/// `fire` runs once: with true when due, or with false when the loop stops first. The timer is then gone.
ct_timer *ct_timer_start(
    ct_loop *loop, uint64_t nanoseconds, void (*fire)(void *context, bool isDue), void *context);
/// Before it fired: `fire` will never run, and the timer is gone.
void ct_timer_cancel(ct_timer *timer);

// Buffers (any thread) --------------------------------------------------------------------------------------------

/// Room for `byteCount` bytes, count one. NULL when there is no memory.
ct_buffer *ct_buffer_create(size_t byteCount);
uint8_t *ct_buffer_bytes(ct_buffer *buffer);
size_t ct_buffer_size(const ct_buffer *buffer);
void ct_buffer_retain(ct_buffer *buffer);
void ct_buffer_release(ct_buffer *buffer);

// TLS (any thread) ------------------------------------------------------------------------------------------------

/// PEM files. NULL and a message in `error` (at most `errorSize` bytes with the NUL) when they cannot be used.
ct_tls *ct_tls_server(const char *chainFile, const char *keyFile, char *error, size_t errorSize);
/// `caFile` NULL: the system's roots. `pin` (32 bytes, SHA-256 of the leaf's DER) non-NULL: that certificate only.
ct_tls *ct_tls_client(const char *caFile, const uint8_t *pin, char *error, size_t errorSize);
/// Later connections use the new files; running ones keep theirs. False (and `error`) leaves everything as it was.
bool ct_tls_reload(ct_tls *tls, const char *chainFile, const char *keyFile, char *error, size_t errorSize);
void ct_tls_release(ct_tls *tls);

// Connections -----------------------------------------------------------------------------------------------------

typedef struct {
    uint32_t nameOffset, nameLength, valueOffset, valueLength;
} ct_field;

/// A request's or a response's head; every offset counts from `bytes`. Lives for the callback only.
typedef struct {
    const uint8_t *bytes;
    size_t byteCount;
    uint32_t methodOffset, methodLength, targetOffset, targetLength;
    const ct_field *fields;
    size_t fieldCount;
    int64_t contentLength;  // -1: none
    int32_t status;         // responses
    int32_t minorVersion;
    bool chunked, hasBody, keepAlive, expectsContinue;
} ct_head;

enum {
    CT_CLOSED_BY_PEER = 1,   // end of stream, reset
    CT_CLOSED_TIMEOUT = 2,
    CT_CLOSED_MALFORMED = 3,
    CT_CLOSED_LOCAL = 4,
    CT_CLOSED_CONNECT = 5,   // could not resolve or connect
    CT_CLOSED_TLS = 6,
    CT_CLOSED_WEBSOCKET = 7, // a close frame went or came: see `code`
};

typedef struct {
    void (*connected)(void *owner);                                  // clients, after TLS
    void (*head)(void *owner, const ct_head *head);
    void (*body)(void *owner, const uint8_t *bytes, size_t byteCount);
    void (*bodyEnd)(void *owner);
    /// The request cannot be read (400, 408, 431, 501…): answer with `status` and finish; nothing more is read.
    void (*refused)(void *owner, int status);
    void (*message)(void *owner, bool binary, const uint8_t *bytes, size_t byteCount);
    void (*ping)(void *owner, const uint8_t *bytes, size_t byteCount);
    void (*pong)(void *owner, const uint8_t *bytes, size_t byteCount);
    void (*drained)(void *owner);
    /// The last callback; the owner's count is Swift's to give up here. `code` is a WebSocket close code or 0.
    void (*closed)(void *owner, int why, uint16_t code, const uint8_t *reason, size_t byteCount);
} ct_callbacks;

typedef struct {
    uint32_t headByteCountMax, fieldCountMax;
    uint32_t drainByteCountMax;      // how much of an unread body is thrown away to keep a connection
    uint32_t headTimeout, idleTimeout, bodyTimeout, writeTimeout, lingerTimeout, handshakeTimeout; // milliseconds
    uint32_t byteRateMin;            // bytes per second below which a body or a reader is too slow
} ct_limits;

typedef struct {
    uint64_t accepted, refused, open, webSockets, bytesIn, bytesOut, acceptErrors;
    uint64_t held;     // bytes that wait for peers, now
    uint64_t heldCuts; // connections that were cut because these were too many
} ct_totals;

/// Listens alone, for every loop; who connects waits until `ct_listener_serve`. `port` 0 takes a free one. NULL and a
/// message when an address cannot be had; `isInUse` says whether that is because somebody else listens there.
/// When more than `heldByteCountMax` bytes wait for its peers, whoever holds them longest is cut.
ct_listener *ct_listen(
    ct_loop *const *loops, size_t loopCount, const char *host, uint16_t port, ct_tls *tls, const ct_limits *limits,
    uint64_t connectionCountMax, uint64_t heldByteCountMax, bool *isInUse, char *error, size_t errorSize);
/// Once: accepts on every loop from now on.
/// `accepted` returns the owner (with one count) of a new connection and keeps the count of `connection`.
/// `crowded` hears, on any loop, that too many bytes wait and who holds them is looked for, and then that this is over.
/// `released` is the last call with `context`.
void ct_listener_serve(
    ct_listener *listener, const ct_callbacks *callbacks,
    void *(*accepted)(void *context, size_t loopIndex, ct_connection *connection),
    void (*crowded)(void *context, bool isCrowded), void (*released)(void *context), void *context);
uint16_t ct_listener_port(const ct_listener *listener);
/// Any thread. No connection is accepted once `done` has run (on some loop).
void ct_listener_stop(ct_listener *listener, void (*done)(void *context), void *context);
/// Any thread.
void ct_listener_totals(const ct_listener *listener, ct_totals *totals);
void ct_listener_release(ct_listener *listener);
/// On `loop`: closes its connections on which no request runs.
void ct_listener_close_idle(ct_listener *listener, ct_loop *loop);
/// On `loop`: visits the owners of its WebSockets.
void ct_listener_web_sockets(
    ct_listener *listener, ct_loop *loop, void (*visit)(void *context, void *owner), void *context);
/// On `loop`: cuts every connection.
void ct_listener_cut(ct_listener *listener, ct_loop *loop);

/// Starts to connect; `connected` or `closed` follows. The connection comes back with one count.
ct_connection *ct_connect(
    ct_loop *loop, const char *host, uint16_t port, ct_tls *tls, const ct_limits *limits,
    const ct_callbacks *callbacks, void *owner);

void ct_retain(ct_connection *connection);   // any thread
void ct_release(ct_connection *connection);  // any thread
void ct_set_owner(ct_connection *connection, void *owner);
/// Any thread: "192.0.2.1" or "2001:db8::1"; returns the length.
size_t ct_remote_address(const ct_connection *connection, char *text, size_t size, uint16_t *port);
/// Any thread.
size_t ct_buffered(const ct_connection *connection);
/// The owner keeps so many bytes more (or fewer) for the peer: they count as waiting.
void ct_hold(ct_connection *connection, int64_t byteCount);
/// On the loop: whether the peer is gone, or will send no more.
bool ct_has_ended(const ct_connection *connection);
/// `drained` once, when fewer than `byteCount` bytes wait to be written.
void ct_notify_drained(ct_connection *connection, size_t byteCount);
void ct_pause(ct_connection *connection);
void ct_resume(ct_connection *connection);
/// Cuts at once.
void ct_abort(ct_connection *connection);
/// Takes one count of `buffer`.
void ct_write(ct_connection *connection, ct_buffer *buffer);
/// Writes `byteCount` bytes of a file from `offset`; the descriptor is closed afterwards.
void ct_write_file(ct_connection *connection, int descriptor, uint64_t offset, uint64_t byteCount);

// HTTP, server ----------------------------------------------------------------------------------------------------

/// Lets the body come (and says 100-continue when it was asked for).
void ct_http_read_body(ct_connection *connection);
/// Whether the response must carry `Connection: close`; the connection then does close after it.
bool ct_http_will_close(ct_connection *connection);
/// From now on the answer says `Connection: close`.
void ct_http_close_after(ct_connection *connection);
/// The response is complete.
void ct_http_finish(ct_connection *connection);
/// No request runs: the connection may be cut by a shutdown.
bool ct_http_is_idle(const ct_connection *connection);

// HTTP, client ----------------------------------------------------------------------------------------------------

/// A request has been written: reads its response. `timeout` milliseconds to the head.
void ct_http_expect(ct_connection *connection, bool isHead, uint32_t timeout);

// WebSocket -------------------------------------------------------------------------------------------------------

typedef struct {
    uint64_t messageByteCountMax;
    uint64_t queueByteCountMax;
    uint32_t pingInterval, closeTimeout; // milliseconds; 0: never
    uint32_t stallTimeout;               // nothing of what waits has gone for so long: cut, with `overflowCode`
    uint16_t overflowCode;
    bool isClient;
} ct_websocket_configuration;

/// Frames from now on. The 101 has been written (server) or read (client).
void ct_websocket_start(ct_connection *connection, const ct_websocket_configuration *configuration, void *owner);
/// opcode 1 text, 2 binary, 9 ping, 10 pong. False: not sent (closing, or the queue is full and it now closes).
bool ct_websocket_send(ct_connection *connection, uint8_t opcode, ct_buffer *payload);
/// On the loop: whether the last flush left more than `left` bytes, or more than `queued` are queued now.
bool ct_websocket_is_behind(const ct_connection *connection, size_t left, size_t queued);
void ct_websocket_close(ct_connection *connection, uint16_t code, const uint8_t *reason, size_t byteCount);
/// Sec-WebSocket-Accept: 28 characters. Any thread.
void ct_websocket_accept_key(const uint8_t *key, size_t byteCount, char accept[29]);
void ct_random(uint8_t *bytes, size_t byteCount);

#ifdef __cplusplus
}
#endif
#endif
