// A ceiling, not a product: see README.md. Storage in a preallocated log: a group is one write and one fdatasync.
//
// A group: magic (4), bytes of its records (4), records (8), their checksum (8), the records; a record: the account
// (16), number (8), bytes of the envelope (4), the envelope as it is sent. `place` counts bytes since the beginning;
// the log is written around, and a group never crosses its end. What waits is found by an index in memory.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "relay.h"

enum { head_byte_count = 24, record_head_byte_count = 28 };

static const uint64_t log_byte_count = 128 << 20;
static int file = -1;
static uint64_t end;
// Up to here the log may be written without touching what waits.
static uint64_t free_until = 128 << 20;
static uint8_t *buffer;
static size_t buffer_size;

static void log_open(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/relay.log", folder);
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) fail("cannot make the log");
    // Zeros that are written, not only promised, so that no append changes the file's own records.
    static uint8_t zeros[1 << 20];
    for (uint64_t offset = 0; offset < log_byte_count; offset += sizeof zeros)
        if (pwrite(file, zeros, sizeof zeros, (off_t)offset) != sizeof zeros) fail("cannot fill the log");
    if (fsync(file) != 0) fail("cannot sync the log");
}

// Two sums over words, as Fletcher's: a torn group shows.
static uint64_t checksum(const uint8_t *bytes, size_t count) {
    uint32_t one = 0, two = 0;
    while (count >= 4) {
        uint32_t word;
        memcpy(&word, bytes, 4);
        one += word;
        two += one;
        bytes += 4;
        count -= 4;
    }
    while (count--) two += one += *bytes++;
    return (uint64_t)two << 32 | one;
}

static void make_room(uint64_t byte_count) {
    if (byte_count > log_byte_count / 2) fail("a group is larger than the log takes");
    uint64_t offset = end % log_byte_count;
    if (offset + byte_count > log_byte_count) end += log_byte_count - offset;
    if (end + byte_count <= free_until) return;
    uint64_t oldest = accounts_oldest_place();
    free_until = (oldest < end ? oldest : end) + log_byte_count;
    if (end + byte_count > free_until) fail("the log is full of what waits");
}

static void log_commit(
    const struct record *records, size_t record_count, const struct acknowledgement *removed, size_t removed_count,
    size_t byte_count) {
    for (size_t index = 0; index < removed_count; index++)
        account_forget(removed[index].account, removed[index].through);
    if (record_count == 0) return;
    size_t size = head_byte_count + record_count * record_head_byte_count + byte_count;
    make_room(size);
    if (size > buffer_size) {
        buffer_size = 2 * size;
        free(buffer);
        buffer = malloc(buffer_size);
        if (!buffer) fail("no memory");
    }
    uint8_t *out = buffer + head_byte_count;
    for (size_t index = 0; index < record_count; index++) {
        const struct record *record = &records[index];
        memcpy(out, record->to->id, 16);
        memcpy(out + 16, &record->number, 8);
        memcpy(out + 24, &record->byte_count, 4);
        memcpy(out + record_head_byte_count, record->bytes, record->byte_count);
        uint64_t place = end + (uint64_t)(out - buffer) + record_head_byte_count;
        account_wait(record->to, (struct waiting){record->number, place, record->byte_count});
        out += record_head_byte_count + record->byte_count;
    }
    uint32_t head[2] = {0x53525931, (uint32_t)(size - head_byte_count)};
    uint64_t count = record_count, sum = checksum(buffer + head_byte_count, size - head_byte_count);
    memcpy(buffer, head, 8);
    memcpy(buffer + 8, &count, 8);
    memcpy(buffer + 16, &sum, 8);
    if (pwrite(file, buffer, size, (off_t)(end % log_byte_count)) != (ssize_t)size) fail("cannot write the log");
    if (fdatasync(file) != 0) fail("cannot sync the log");
    end += size;
}

static void log_each_waiting(struct account *account, void (*take)(void *, struct bytes), void *context) {
    for (uint32_t index = 0; index < account->ring_count; index++) {
        struct waiting entry = account->ring[(account->ring_first + index) & (account->ring_size - 1)];
        uint8_t *bytes = malloc(entry.byte_count);
        if (!bytes) fail("no memory");
        if (pread(file, bytes, entry.byte_count, (off_t)(entry.place % log_byte_count)) != (ssize_t)entry.byte_count)
            fail("cannot read the log");
        take(context, (struct bytes){bytes, entry.byte_count});
        free(bytes);
    }
}

static void log_close(void) { close(file); }

const struct storage log_storage = {log_open, log_commit, log_each_waiting, log_close};
