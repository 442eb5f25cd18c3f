// One TCP connection, plain or TLS, speaking HTTP as server or client, or WebSocket frames.
//
// Reading: a small buffer of its own waits for the first bytes; what follows in the same wake-up is read into the
// loop's scratch, so that an idle connection holds no big buffer and a busy one needs one system call a batch.
// Writing: whatever was queued while the loop worked through its ready handlers leaves in one gathered write.
#pragma once

#include <openssl/ssl.h>

#include "HTTPParser.hpp"
#include "Loop.hpp"

struct ct_tls {
    std::atomic<uint32_t> count{1};
    std::mutex lock;
    SSL_CTX *context = nullptr;
    bool isClient = false, isPinned = false;
    uint8_t pin[32];
    ~ct_tls() { SSL_CTX_free(context); }
};

/// One thing to write: a frame header of its own, then shared bytes, or a stretch of a file.
struct Out {
    ct_buffer *buffer = nullptr;
    uint64_t offset = 0, end = 0;
    int descriptor = -1;
    uint8_t header[10];
    uint8_t headerOffset = 0, headerEnd = 0;
    bool isStarted = false, isCounted = false;
    uint32_t since = 0; // milliseconds, when a flush left it behind

    size_t left() const { return size_t(headerEnd - headerOffset) + size_t(end - offset); }
};

enum class Mode : uint8_t { connecting, handshaking, serverHTTP, clientHTTP, webSocket, lingering, dead };

struct WebSocketState {
    ct_websocket_configuration configuration;
    Bytes message;
    uint64_t frameLeft = 0;
    uint32_t utf8 = 0;
    uint32_t emptyFragments = 0;
    uint8_t mask[4];
    uint8_t maskIndex = 0;
    uint8_t messageOpcode = 0; // 0: no message under way
    bool frameFinal = false;
    bool closeSent = false, pingSent = false;
    uint64_t heardAt = 0;
    uint64_t closeAt = 0;
    uint16_t closeCode = 0;
};

struct ct_connection {
    static constexpr size_t inputSize = 2048;
    static constexpr size_t lingerByteCountMax = 4 * 1024 * 1024;
    static constexpr size_t readBudget = 256 * 1024;
    static constexpr size_t writeBudget = 1024 * 1024;
    /// Who has so much to read yet is not asked what it wants next.
    static constexpr size_t pipelineMark = 64 * 1024;

    std::atomic<uint32_t> count{0};
    std::atomic<size_t> buffered{0};
    ct_loop *loop;                   // counted
    ct_connection *previous = nullptr, *next = nullptr; // in the loop's list, while open
    ct_listener *listener = nullptr; // counted
    Account *account = nullptr;      // the listener's
    ct_tls *tls = nullptr;           // counted, clients
    const ct_callbacks *calls;
    void *owner;
    ct_limits limits;
    std::optional<Socket> socket;
    SSL *ssl = nullptr;
    Mode mode;
    uint8_t address[16];
    uint16_t port = 0;
    bool isV6 = false;
    uint16_t doorIndex = 0;          // of the listener's, on this loop

    // flags
    bool reading : 1 = false, waitingWrite : 1 = false, processing : 1 = false, paused : 1 = false;
    bool ended : 1 = false, inTurn : 1 = false, abortAsked : 1 = false, closeAfterFlush : 1 = false;
    bool wasShut : 1 = false, drainAsked : 1 = false, tlsReady : 1 = false;
    // HTTP exchange
    bool inExchange : 1 = false, requestDone : 1 = false, wantBody : 1 = false, discarding : 1 = false;
    bool keepAlive : 1 = false, mustClose : 1 = false, expectsContinue : 1 = false, refusedAlready : 1 = false;
    bool finished : 1 = false;

    uint32_t responseTimeout = 0;
    size_t drainMark = 0;
    size_t discardLeft = 0;
    size_t scanned = 0;       // of a head under way
    size_t windowBytes = 0;   // bytes of a body, or of a WebSocket message in pieces, in this deadline's window
    uint64_t sentTotal = 0, sentMark = 0;

    size_t leftBehind = 0;    // what the last flush could not send
    int64_t settled = 0;      // of what is counted for this connection alone
    int64_t outputHeld = 0, keptHeld = 0;
    uint32_t inputSince = 0;  // milliseconds; 0: no input waits

    Bytes pending;            // plaintext not parsed yet
    Bytes rawPending;         // TLS input not read yet
    Bytes cipherOut;          // TLS output not written yet
    size_t cipherOffset = 0;
    const uint8_t *bioInput = nullptr;
    size_t bioLeft = 0;
    std::vector<Out> out;
    size_t outHead = 0;

    std::unique_ptr<Parser> parser;
    std::unique_ptr<WebSocketState> ws;

    uint64_t readDeadline = 0, writeDeadline = 0;
    uint64_t messageDeadline = 0; // of a WebSocket message that has begun and is not whole
    bool deadlineArmed = false;
    Deadlines::iterator deadlineEntry;
    uint8_t input[inputSize];

    ct_connection(ct_loop *l, const ct_callbacks *c, void *o, const ct_limits &li, Mode m)
        : loop(l), calls(c), owner(o), limits(li), mode(m) {
        loop->count.fetch_add(1, std::memory_order_relaxed);
        next = loop->first;
        if (next) next->previous = this;
        loop->first = this;
    }
    ~ct_connection();

    void unlink() {
        if (loop->first == this) loop->first = next;
        if (previous) previous->next = next;
        if (next) next->previous = previous;
        previous = next = nullptr;
    }
    bool isOpen() const { return mode != Mode::dead; }
    /// What waits to be written, with what it takes to keep it: small frames are mostly that.
    size_t queue_size() const {
        return buffered.load(std::memory_order_relaxed) + (out.size() - outHead) * (sizeof(Out) + sizeof(ct_buffer));
    }

    // Connection.cpp part: bytes in and out
    void opened();
    void arm_read();
    void on_read(error_code ec, size_t n);
    void read_more();
    void received(uint8_t *bytes, size_t n);
    void process(uint8_t *bytes, size_t n);
    size_t parse(uint8_t *bytes, size_t n);
    bool can_parse() const;
    void on_end(int why);
    void turn();
    void flush();
    bool flush_plain();
    bool flush_file(Out &item);
    bool flush_tls();
    void arm_write();
    void advance(size_t n);
    void pop();
    void enqueue(Out item);
    void write_copy(const void *bytes, size_t n);
    void drop_queue(bool keepStarted);
    void flushed();
    void linger();
    void abort(int why, uint16_t code = 0);
    void forget_unsent();
    void detach(int why, uint16_t code, const uint8_t *reason = nullptr, size_t n = 0);
    void count_in(size_t n);
    void count_out(size_t n);
    uint64_t reached() const;

    // deadlines
    void set_deadline(uint64_t &which, uint32_t milliseconds);
    void rearm_deadline();
    void on_deadline(uint64_t now);
    void on_read_deadline(uint64_t now);
    void on_write_deadline(uint64_t now);
    void on_message_deadline();
    void watch_message();
    uint32_t bought(uint64_t byteCount, uint32_t grace) const;

    // what it holds
    int64_t input_held() const;
    void settle_output();
    void settle(int64_t counted);
    void settle_end();
    int64_t weight() const;
    uint32_t age(uint32_t now) const;
    void give_back();

    // TLS
    bool start_tls(SSL_CTX *context, const char *host);
    void handshake();
    void read_tls();
    bool gather(uint8_t *record, size_t &n);

    // HTTP
    size_t parse_head(uint8_t *bytes, size_t n);
    size_t parse_body(uint8_t *bytes, size_t n);
    size_t parse_response(uint8_t *bytes, size_t n);
    void report_head(const uint8_t *bytes, size_t n);
    void refuse(int status);
    void message_done();
    void end_exchange();

    // WebSocket
    size_t parse_frame(uint8_t *bytes, size_t n);
    size_t parse_payload(uint8_t *bytes, size_t n);
    bool take_payload(uint8_t *bytes, size_t n, bool first);
    void deliver();
    void control(uint8_t opcode, const uint8_t *bytes, size_t n);
    void received_close(const uint8_t *bytes, size_t n);
    void fail(uint16_t code);
    bool send_frame(uint8_t opcode, ct_buffer *payload);
    void send_close(uint16_t code, const uint8_t *reason, size_t n);
};

struct ct_listener {
    std::atomic<uint32_t> count{1};
    using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
    struct Door {
        ct_loop *loop;
        size_t index;
        Acceptor acceptor; // of the one socket that listens, with a descriptor of its own
        Timer pause;
        std::atomic<uint64_t> openCount{0}; // connections of this loop
        Door(ct_loop *l, size_t i) : loop(l), index(i), acceptor(l->io), pause(l->io) {
            loop->count.fetch_add(1, std::memory_order_relaxed);
        }
        void close() {
            error_code ignored;
            acceptor.close(ignored);
            pause.cancel();
        }
    };
    AccountReference account{new Account};
    std::vector<std::unique_ptr<Door>> doors;
    ct_tls *tls = nullptr;
    ct_limits limits;
    uint64_t connectionCountMax;
    // Set before the first connection is accepted.
    const ct_callbacks *callbacks = nullptr;
    void *(*accepted)(void *, size_t, ct_connection *) = nullptr;
    void (*crowded)(void *, bool) = nullptr;
    void (*released)(void *) = nullptr;
    void *context = nullptr;
    uint16_t port = 0;
    std::atomic<bool> stopping{false};
    std::atomic<uint64_t> acceptedCount{0}, refusedCount{0}, openCount{0}, webSocketCount{0};
    std::atomic<uint64_t> bytesIn{0}, bytesOut{0}, acceptErrors{0};

    void arm(Door &door);
    void ask_loops(uint32_t ageMin);
    void loop_answered(uint32_t ageMin);
    void accept(Door &door);
    Door &emptiest(Door &here);
    void take(Door &door, int descriptor, const sockaddr_storage &peer);
    bool admit(Door &door, int descriptor, const sockaddr_storage &peer);
};
