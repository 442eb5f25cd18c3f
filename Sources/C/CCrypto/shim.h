/* SHA-2's init, update and final stay undeprecated here: the EVP way fetches and allocates, which costs more than
   hashing a short message. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <stdint.h>

/* The same number, of which the optimiser knows nothing: without it, a number that is 0 or 1 becomes a branch. */
static inline uint16_t value_barrier(uint16_t number) {
    __asm__("" : "+r"(number));
    return number;
}
