// HTTP/1.1 on a connection: heads, bodies, refusals, and what follows an exchange. RFC 9112.
#pragma once

#include "TLS.hpp"

inline void Parser::body(string_view bytes) {
    if (!sink || bytes.empty()) return;
    sink->windowBytes += bytes.size();
    extensionsLeft += bytes.size();
    if (sink->discarding || !sink->owner) return;
    sink->calls->body(sink->owner, reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
}

inline void ct_connection::refuse(int status) {
    if (refusedAlready) return;
    refusedAlready = mustClose = inExchange = requestDone = true;
    readDeadline = 0;
    if (owner) calls->refused(owner, status);
}

inline size_t ct_connection::parse_head(uint8_t *bytes, size_t n) {
    if (bytes[0] == '\r' && scanned < 2) { // RFC 9112, section 2.2: an empty line before a request is ignored
        if (n < 2) return 0;
        if (bytes[1] == '\n') return 2;
    }
    if (scanned == 0) set_deadline(readDeadline, limits.headTimeout);
    size_t size = find_head_end(bytes, n, scanned);
    if (size == headMalformed) return refuse(400), n;
    if (size > limits.headByteCountMax || (size == 0 && n > limits.headByteCountMax)) return refuse(431), n;
    if (size == 0) return 0;
    scanned = 0;
    if (!head_is_plain(bytes, size)) return refuse(400), n;

    parser = std::make_unique<BeastParser<true>>(limits);
    parser->base = bytes;
    error_code ec;
    parser->put(bytes, size, ec);
    Parser &p = *parser;
    if (p.tooManyFields) return refuse(431), n;
    if (ec == http::error::bad_version) return refuse(505), n;
    if (ec || !p.headDone) return refuse(400), n;
    bool ambiguous = p.lengthCount > 1 || p.encodingCount > 1 || (p.encodingCount > 0 && p.lengthCount > 0) ||
                     (p.encodingCount > 0 && p.minorVersion == 0) || p.hostCount > 1 ||
                     (p.hostCount == 0 && p.minorVersion > 0);
    if (ambiguous) return refuse(400), n;
    if (p.badEncoding || p.isConnect) return refuse(501), n;

    inExchange = true;
    requestDone = p.done();
    keepAlive = p.keep_alive() && p.minorVersion > 0;
    expectsContinue = p.expectsContinue && p.minorVersion > 0 && !requestDone;
    mustClose = wantBody = discarding = finished = false;
    windowBytes = 0;
    readDeadline = 0;
    p.sink = this;
    report_head(bytes, size);
    return size;
}

inline void ct_connection::report_head(const uint8_t *bytes, size_t n) {
    Parser &p = *parser;
    auto start = reinterpret_cast<const char *>(bytes);
    ct_head head{};
    head.bytes = bytes;
    head.byteCount = n;
    if (!p.method.empty()) {
        head.methodOffset = uint32_t(p.method.data() - start);
        head.methodLength = uint32_t(p.method.size());
        head.targetOffset = uint32_t(p.target.data() - start);
        head.targetLength = uint32_t(p.target.size());
    }
    head.fields = p.fields.data();
    head.fieldCount = p.fields.size();
    head.contentLength = p.length();
    head.status = p.status;
    head.minorVersion = p.minorVersion;
    head.chunked = p.chunked();
    head.hasBody = !p.done();
    head.keepAlive = p.keep_alive();
    head.expectsContinue = expectsContinue;
    if (owner) calls->head(owner, &head);
    if (parser) std::vector<ct_field>().swap(parser->fields);
}

/// A request's or a response's body, step by step, until nobody wants more.
inline size_t ct_connection::parse_body(uint8_t *bytes, size_t n) {
    size_t used = 0;
    while (used < n && !parser->done() && can_parse()) {
        size_t before = windowBytes;
        error_code ec;
        size_t step = parser->put(bytes + used, n - used, ec);
        used += step;
        if (discarding) {
            size_t got = windowBytes - before;
            if (got > discardLeft) {
                closeAfterFlush = true;
                loop->add_turn(this);
                return n;
            }
            discardLeft -= got;
        }
        if (ec == http::error::need_more && n - used <= limits.headByteCountMax) break;
        // A chunk's header or trailers, taken whole.
        bool tooLong = windowBytes == before && step > limits.headByteCountMax;
        if (tooLong) ec = http::error::header_limit;
        if (ec) {
            if (mode == Mode::clientHTTP) return abort(CT_CLOSED_MALFORMED), n;
            if (finished) return abort(CT_CLOSED_MALFORMED), n;
            return refuse(400), n;
        }
        if (step == 0) break;
    }
    if (parser && parser->done() && isOpen()) message_done();
    return used;
}

inline void ct_connection::message_done() {
    readDeadline = 0;
    if (mode == Mode::clientHTTP) {
        inExchange = false;
        parser.reset();
        if (owner) calls->bodyEnd(owner);
        return;
    }
    if (requestDone) return;
    requestDone = true;
    if (wantBody && !discarding && owner) calls->bodyEnd(owner);
    if (finished) end_exchange();
}

inline void ct_connection::end_exchange() {
    if (mustClose || !keepAlive || (listener && listener->stopping.load(std::memory_order_relaxed))) {
        closeAfterFlush = true;
    } else {
        inExchange = requestDone = wantBody = discarding = finished = false;
        scanned = 0;
        parser.reset();
        set_deadline(readDeadline, limits.idleTimeout);
    }
    loop->add_turn(this);
}

inline size_t ct_connection::parse_response(uint8_t *bytes, size_t n) {
    if (!inExchange || !parser) return abort(CT_CLOSED_MALFORMED), n; // nothing was asked
    if (parser->headDone) return parse_body(bytes, n);
    size_t size = find_head_end(bytes, n, scanned);
    if (size == headMalformed || size > limits.headByteCountMax || (size == 0 && n > limits.headByteCountMax))
        return abort(CT_CLOSED_MALFORMED), n;
    if (size == 0) return 0;
    scanned = 0;
    parser->base = bytes;
    error_code ec;
    parser->put(bytes, size, ec);
    if (ec || !parser->headDone || parser->badEncoding || parser->lengthCount > 1)
        return abort(CT_CLOSED_MALFORMED), n;
    if (parser->status / 100 == 1 && parser->status != 101) {
        ct_http_expect(this, discarding, responseTimeout); // interim: the answer is still to come
        return size;
    }
    requestDone = false;
    windowBytes = 0;
    parser->sink = this;
    discarding = false;
    set_deadline(readDeadline, limits.bodyTimeout);
    report_head(bytes, size);
    if (mode == Mode::clientHTTP && isOpen() && parser && parser->done()) message_done();
    return size;
}

extern "C" {

void ct_http_read_body(ct_connection *c) {
    if (!c->isOpen() || c->mode != Mode::serverHTTP || !c->inExchange || c->requestDone || c->wantBody) return;
    c->wantBody = true;
    if (c->expectsContinue) {
        c->expectsContinue = false;
        static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
        c->write_copy(text, sizeof text - 1);
    }
    c->windowBytes = 0;
    c->set_deadline(c->readDeadline, c->limits.bodyTimeout);
    c->loop->add_turn(c);
}

bool ct_http_will_close(ct_connection *c) {
    bool stopping = c->listener && c->listener->stopping.load(std::memory_order_relaxed);
    bool longBody = false;
    if (c->isOpen() && c->parser && !c->requestDone) {
        int64_t left = c->parser->remaining();
        longBody = c->expectsContinue || left < 0 || uint64_t(left) > c->limits.drainByteCountMax;
    }
    if (stopping || longBody || !c->keepAlive) c->mustClose = true;
    return c->mustClose;
}

void ct_http_close_after(ct_connection *c) { c->mustClose = true; }

void ct_http_finish(ct_connection *c) {
    if (!c->isOpen() || c->mode != Mode::serverHTTP || c->finished) return;
    c->finished = true;
    if (c->requestDone) return c->end_exchange();
    if (c->mustClose) {
        c->closeAfterFlush = true;
    } else {
        c->discarding = true;
        c->paused = false;
        c->discardLeft = c->limits.drainByteCountMax;
        c->windowBytes = 0;
        c->set_deadline(c->readDeadline, c->limits.bodyTimeout);
    }
    c->loop->add_turn(c);
}

bool ct_http_is_idle(const ct_connection *c) { return c->mode != Mode::serverHTTP || !c->inExchange; }

void ct_http_expect(ct_connection *c, bool isHead, uint32_t timeout) {
    if (!c->isOpen() || c->mode != Mode::clientHTTP) return;
    auto parser = std::make_unique<BeastParser<false>>(c->limits);
    parser->skip(isHead);
    c->parser = std::move(parser);
    c->inExchange = true;
    c->discarding = isHead; // remembered for an interim response; no body is parsed before the head
    c->scanned = 0;
    c->responseTimeout = timeout;
    c->set_deadline(c->readDeadline, timeout);
}

} // extern "C"
