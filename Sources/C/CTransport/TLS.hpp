// TLS by OpenSSL over memory that is ours: no BIO pair, no buffers held while idle.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "Input.hpp"

namespace tls {

inline int bio_read(BIO *bio, char *to, size_t size, size_t *read) {
    auto connection = static_cast<ct_connection *>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    size_t n = std::min(size, connection->bioLeft);
    if (n == 0) {
        if (!connection->ended) BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(to, connection->bioInput, n);
    connection->bioInput += n;
    connection->bioLeft -= n;
    *read = n;
    return 1;
}

inline int bio_write(BIO *bio, const char *from, size_t size, size_t *written) {
    auto connection = static_cast<ct_connection *>(BIO_get_data(bio));
    auto bytes = reinterpret_cast<const uint8_t *>(from);
    connection->cipherOut.insert(connection->cipherOut.end(), bytes, bytes + size);
    *written = size;
    return 1;
}

inline long bio_control(BIO *, int command, long, void *) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

inline BIO_METHOD *bio_method() {
    static BIO_METHOD *method = [] {
        BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
        BIO_meth_set_read_ex(m, bio_read);
        BIO_meth_set_write_ex(m, bio_write);
        BIO_meth_set_ctrl(m, bio_control);
        return m;
    }();
    return method;
}

inline bool report(char *error, size_t size, const char *what) {
    char text[160] = "";
    unsigned long code = ERR_get_error();
    if (code) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    if (size) snprintf(error, size, "%s: %s", what, text);
    return false;
}

inline SSL_CTX *base_context(const SSL_METHOD *method) {
    SSL_CTX *context = SSL_CTX_new(method);
    if (!context) return nullptr;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
    return context;
}

inline int choose_protocol(SSL *, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
                           unsigned int n, void *) {
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *found = nullptr;
    int result = SSL_select_next_proto(&found, size, ours, sizeof ours - 1, offered, n);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

inline SSL_CTX *server_context(const char *chain, const char *key, char *error, size_t size) {
    SSL_CTX *context = base_context(TLS_server_method());
    if (!context) return nullptr;
    const char *wrong = nullptr;
    if (SSL_CTX_use_certificate_chain_file(context, chain) != 1) wrong = "certificate chain";
    else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) wrong = "private key";
    else if (SSL_CTX_check_private_key(context) != 1) wrong = "private key does not match the certificate";
    if (wrong) {
        report(error, size, wrong);
        SSL_CTX_free(context);
        return nullptr;
    }
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    return context;
}

/// The pinned certificate and no other: neither its issuer nor its dates matter.
inline int verify_pin(X509_STORE_CTX *store, void *argument) {
    auto owner = static_cast<ct_tls *>(argument);
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    bool same = leaf && X509_digest(leaf, EVP_sha256(), digest, &n) == 1 && n == 32 &&
                CRYPTO_memcmp(digest, owner->pin, 32) == 0;
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return same ? 1 : 0;
}

} // namespace tls

inline bool ct_connection::start_tls(SSL_CTX *context, const char *host) {
    ssl = SSL_new(context);
    if (!ssl) return false;
    BIO *bio = BIO_new(tls::bio_method());
    if (!bio) return false;
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    if (!host) {
        SSL_set_accept_state(ssl);
    } else {
        SSL_set_connect_state(ssl);
        error_code ec;
        asio::ip::make_address(host, ec);
        if (ec) {
            SSL_set_tlsext_host_name(ssl, host);
            SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            if (!tls->isPinned && SSL_set1_host(ssl, host) != 1) return false;
        } else if (!tls->isPinned && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1) {
            return false;
        }
    }
    mode = Mode::handshaking;
    return true;
}

/// Feeds the session from `bioInput`; stops early when nobody may parse, and leaves the rest there.
inline void ct_connection::read_tls() {
    while (isOpen()) {
        ERR_clear_error();
        if (mode == Mode::handshaking) {
            int result = SSL_do_handshake(ssl);
            loop->add_turn(this);
            if (result == 1) {
                tlsReady = true;
                opened();
                continue;
            }
            if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ) return;
            flush_tls(); // the alert
            return abort(CT_CLOSED_TLS);
        }
        if (!can_parse()) return;
        int n = SSL_read(ssl, loop->record.get(), int(ct_loop::recordSize));
        if (n > 0) {
            process(loop->record.get(), size_t(n));
            explicit_bzero(loop->record.get(), size_t(n));
            continue;
        }
        int error = SSL_get_error(ssl, n);
        if (error == SSL_ERROR_WANT_READ) return;
        if (error == SSL_ERROR_ZERO_RETURN) {
            ended = true;
            return;
        }
        return abort(CT_CLOSED_TLS, 1006);
    }
}

/// Fills one record from the queue, as many small items together as it holds. False when a file gave nothing.
inline bool ct_connection::gather(uint8_t *record, size_t &n) {
    for (size_t i = outHead; i < out.size() && n < ct_loop::recordSize; i++) {
        Out &item = out[i];
        size_t room = ct_loop::recordSize - n;
        if (item.descriptor >= 0) {
            ssize_t got = ::pread(item.descriptor, record + n, std::min(room, item.left()), off_t(item.offset));
            if (got <= 0) return false;
            n += size_t(got);
            if (size_t(got) < item.left()) return true;
            continue;
        }
        size_t header = std::min(room, size_t(item.headerEnd - item.headerOffset));
        memcpy(record + n, item.header + item.headerOffset, header);
        n += header;
        size_t body = std::min(room - header, size_t(item.end - item.offset));
        if (body > 0) memcpy(record + n, item.buffer->bytes() + item.offset, body);
        n += body;
        if (header + body < item.left()) return true;
    }
    return true;
}

/// Seals one record at a time and sends it.
inline bool ct_connection::flush_tls() {
    size_t budget = writeBudget;
    Zeroed left{loop->record.get()};
    while (socket) {
        while (cipherOffset < cipherOut.size()) {
            ssize_t n = ::send(socket->native_handle(), cipherOut.data() + cipherOffset,
                               cipherOut.size() - cipherOffset, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0) {
                if (errno == EINTR) continue;
                if (errno == EAGAIN || errno == EWOULDBLOCK) arm_write();
                else if (mode != Mode::handshaking) abort(CT_CLOSED_BY_PEER, 1006);
                return false;
            }
            count_out(size_t(n));
            cipherOffset += size_t(n);
        }
        cipherOut.clear();
        cipherOffset = 0;
        if (outHead == out.size() || !tlsReady || wasShut) {
            if (cipherOut.capacity() > 0) Bytes().swap(cipherOut);
            return outHead == out.size();
        }
        if (budget == 0) {
            loop->add_turn(this);
            return false;
        }
        uint8_t *record = loop->record.get();
        size_t n = 0;
        if (!gather(record, n)) {
            abort(CT_CLOSED_LOCAL); // the file became shorter than promised
            return false;
        }
        left.size = std::max(left.size, n);
        ERR_clear_error();
        int sealed = n > 0 ? SSL_write(ssl, record, int(n)) : 0;
        if (n > 0 && sealed <= 0) {
            abort(CT_CLOSED_TLS, 1006);
            return false;
        }
        advance(size_t(sealed));
        budget -= std::min(budget, size_t(sealed));
    }
    return false;
}
