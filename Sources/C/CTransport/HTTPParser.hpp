// Beast's HTTP/1 parser, with every reading that two programs could understand differently refused.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "Loop.hpp"

namespace http = boost::beast::http;
using boost::beast::string_view;

/// What both directions collect: spans into the head, and who gets the body.
struct Parser {
    std::vector<ct_field> fields;
    const uint8_t *base = nullptr;
    uint32_t fieldCountMax;
    uint32_t hostCount = 0, lengthCount = 0, encodingCount = 0, chunkedCount = 0;
    int status = 0, minorVersion = 1;
    string_view method, target;
    bool isConnect = false, tooManyFields = false, badEncoding = false, headDone = false, expectsContinue = false;
    bool badHost = false;
    ct_connection *sink = nullptr; // set while the body is wanted
    /// Bytes of chunk extensions that may still come: so much as of a head, and as many again as the body has.
    uint64_t extensionsLeft;
    static constexpr size_t chunkExtensionsMax = 1024; // bytes, of one chunk

    explicit Parser(const ct_limits &limits)
        : fieldCountMax(limits.fieldCountMax), extensionsLeft(limits.headByteCountMax) {}
    virtual ~Parser() = default;
    virtual size_t put(const uint8_t *bytes, size_t n, error_code &ec) = 0;
    virtual void put_eof(error_code &ec) = 0;
    virtual bool done() const = 0;
    virtual bool chunked() const = 0;
    virtual bool keep_alive() const = 0;
    virtual int64_t length() const = 0;
    virtual int64_t remaining() const = 0;
    virtual bool needs_eof() const = 0;

    void field(http::field name, string_view text, string_view value, error_code &ec);
    void body(string_view bytes);
    bool passes_over(string_view extensions);
};

/// Whether a head's lines are free of what parsers disagree about: lone CR or LF, NUL, folded lines.
/// `n` bytes that end with the empty line.
inline bool head_is_plain(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = bytes[i];
        if (byte >= 0x20) continue;
        if (byte == '\r') {
            if (i + 1 >= n || bytes[i + 1] != '\n') return false;
            i++;
            if (i + 1 < n && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) return false;
        } else if (byte != '\t') {
            return false;
        }
    }
    return true;
}

/// A bare line feed: no head will come of it.
constexpr size_t headMalformed = SIZE_MAX;

/// The length of a head in `bytes`, the empty line included; 0 when it is not all there. The first `scanned` bytes
/// are known to hold no end.
inline size_t find_head_end(const uint8_t *bytes, size_t n, size_t &scanned) {
    while (scanned < n) {
        auto found = static_cast<const uint8_t *>(memchr(bytes + scanned, '\n', n - scanned));
        if (!found) break;
        size_t at = size_t(found - bytes);
        if (at == 0 || bytes[at - 1] != '\r') return headMalformed;
        scanned = at + 1;
        if (at >= 3 && bytes[at - 2] == '\n' && bytes[at - 3] == '\r') return at + 1;
    }
    scanned = n;
    return 0;
}

template <bool isRequest>
struct BeastParser final : Parser, http::basic_parser<isRequest> {
    using Base = http::basic_parser<isRequest>;

    BeastParser(const ct_limits &limits) : Parser(limits) {
        this->header_limit(limits.headByteCountMax);
        this->body_limit(boost::none);
        this->eager(false);
    }

    size_t put(const uint8_t *bytes, size_t n, error_code &ec) override {
        return Base::put(asio::const_buffer(bytes, n), ec);
    }
    void put_eof(error_code &ec) override { Base::put_eof(ec); }
    bool done() const override { return Base::is_done(); }
    bool chunked() const override { return Base::chunked(); }
    bool keep_alive() const override { return Base::keep_alive(); }
    bool needs_eof() const override { return Base::need_eof(); }
    int64_t length() const override {
        auto value = Base::content_length();
        return value && *value <= INT64_MAX ? int64_t(*value) : -1;
    }
    int64_t remaining() const override {
        auto value = Base::content_length_remaining();
        return value && *value <= INT64_MAX ? int64_t(*value) : -1;
    }

    void on_request_impl(http::verb verb, string_view m, string_view t, int version, error_code &) override {
        method = m;
        target = t;
        minorVersion = version - 10;
        isConnect = verb == http::verb::connect;
    }
    void on_response_impl(int s, string_view, int version, error_code &) override {
        status = s;
        minorVersion = version - 10;
    }
    void on_field_impl(http::field name, string_view text, string_view value, error_code &ec) override {
        field(name, text, value, ec);
    }
    void on_header_impl(error_code &) override { headDone = true; }
    void on_body_init_impl(const boost::optional<uint64_t> &, error_code &) override {}
    size_t on_body_impl(string_view bytes, error_code &) override { body(bytes); return bytes.size(); }
    void on_chunk_header_impl(uint64_t, string_view extensions, error_code &ec) override {
        if (!passes_over(extensions)) ec = http::error::bad_chunk_extension;
    }
    size_t on_chunk_body_impl(uint64_t, string_view bytes, error_code &) override { body(bytes); return bytes.size(); }
    void on_finish_impl(error_code &) override {}
};

/// Extensions mean nothing here, and who sends some is served (RFC 9112, section 7.1.1). Their form was checked; what
/// is left is a place to hide what another parser takes for the end of a line, and to send much that is no body.
inline bool Parser::passes_over(string_view extensions) {
    if (extensions.size() > chunkExtensionsMax || extensions.size() > extensionsLeft) return false;
    extensionsLeft -= extensions.size();
    for (char c : extensions)
        if ((uint8_t(c) < 0x20 && c != '\t') || c == 0x7f) return false;
    return true;
}

inline void Parser::field(http::field name, string_view text, string_view value, error_code &ec) {
    if (headDone) return; // trailers: bounded by the head limit, and not used
    if (fields.size() >= fieldCountMax) {
        tooManyFields = true;
        ec = http::error::header_limit;
        return;
    }
    auto start = reinterpret_cast<const char *>(base);
    fields.push_back({uint32_t(text.data() - start), uint32_t(text.size()),
                      value.empty() ? uint32_t(text.data() - start) : uint32_t(value.data() - start),
                      uint32_t(value.size())});
    switch (name) {
    case http::field::host: hostCount++; break;
    case http::field::content_length:
        lengthCount++;
        for (char c : value)
            if (c < '0' || c > '9') ec = http::error::bad_content_length;
        break;
    case http::field::transfer_encoding:
        encodingCount++;
        if (!boost::beast::iequals(value, "chunked")) badEncoding = true;
        break;
    case http::field::expect:
        if (boost::beast::iequals(value, "100-continue")) expectsContinue = true;
        break;
    default: break;
    }
}
