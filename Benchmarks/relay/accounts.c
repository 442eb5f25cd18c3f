// A ceiling, not a product: see README.md. Who is connected, and what waits for whom.
#include <stdlib.h>
#include <string.h>

#include "relay.h"

enum { table_size = 1 << 14, accounts_max = table_size / 2, ring_size_max = 1 << 20 };

// Open addressing; ids are random, so that their first bytes are the hash.
static struct account *table[table_size];
static size_t account_count;

struct account *account_of(const uint8_t id[16]) {
    uint32_t hash;
    memcpy(&hash, id, sizeof hash);
    for (size_t place = hash % table_size;; place = (place + 1) % table_size) {
        if (table[place] && memcmp(table[place]->id, id, 16) == 0) return table[place];
        if (table[place]) continue;
        if (++account_count > accounts_max) fail("too many accounts");
        struct account *account = calloc(1, sizeof *account);
        if (!account) fail("no memory");
        memcpy(account->id, id, 16);
        return table[place] = account;
    }
}

void account_wait(struct account *account, struct waiting entry) {
    if (account->ring_count == account->ring_size) {
        uint32_t size = account->ring_size ? 2 * account->ring_size : 64;
        if (size > ring_size_max) fail("too much waits for one account");
        struct waiting *ring = malloc(size * sizeof *ring);
        if (!ring) fail("no memory");
        for (uint32_t index = 0; index < account->ring_count; index++)
            ring[index] = account->ring[(account->ring_first + index) & (account->ring_size - 1)];
        free(account->ring);
        account->ring = ring;
        account->ring_size = size;
        account->ring_first = 0;
    }
    account->ring[(account->ring_first + account->ring_count++) & (account->ring_size - 1)] = entry;
}

void account_forget(struct account *account, uint64_t through) {
    while (account->ring_count && account->ring[account->ring_first].number <= through) {
        account->ring_first = (account->ring_first + 1) & (account->ring_size - 1);
        account->ring_count--;
    }
}

uint64_t accounts_oldest_place(void) {
    uint64_t oldest = UINT64_MAX;
    for (size_t place = 0; place < table_size; place++) {
        struct account *account = table[place];
        if (account && account->ring_count && account->ring[account->ring_first].place < oldest)
            oldest = account->ring[account->ring_first].place;
    }
    return oldest;
}
