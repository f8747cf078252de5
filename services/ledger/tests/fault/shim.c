/* Stands between a child process and the kernel and lets one kind of call fail, for files in one folder.
 *
 *   LEDGER_FAULT_DIR   the folder
 *   LEDGER_FAULT_KIND  pwrite | write | fsync | fdatasync | sync_file_range
 *   LEDGER_FAULT_AT    the call that fails, from 1
 *   LEDGER_FAULT_MODE  lost: not done, EIO      full: not done, ENOSPC     kept: done, EIO
 *                      torn: half done, EIO     short: half done, and said so (no error)
 *   LEDGER_FAULT_MORE  1: all later calls of the kind fail as well
 *   LEDGER_FAULT_MARK  a file that is made when the fault fires, so that a test knows that it did
 *   LEDGER_FAULT_ARM   optional: calls are counted only once this file exists
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum mode { NONE, LOST, FULL, KEPT, TORN, SHORT };

static int below(int fd) {
    char link[64], path[4096];
    const char *dir = getenv("LEDGER_FAULT_DIR");
    if (!dir) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    return length > 0 && (path[length] = 0, strncmp(path, dir, strlen(dir)) == 0);
}

static enum mode fault(const char *kind, int fd) {
    static int calls;
    const char *wanted = getenv("LEDGER_FAULT_KIND"), *arm = getenv("LEDGER_FAULT_ARM");
    if (!wanted || strcmp(wanted, kind) != 0 || !below(fd)) return NONE;
    if (arm && access(arm, F_OK) != 0) return NONE;
    int call = __sync_add_and_fetch(&calls, 1), at = atoi(getenv("LEDGER_FAULT_AT"));
    if (call < at || (call > at && !getenv("LEDGER_FAULT_MORE"))) return NONE;
    int mark = syscall(SYS_openat, AT_FDCWD, getenv("LEDGER_FAULT_MARK"), O_CREAT | O_WRONLY, 0600);
    if (mark >= 0) syscall(SYS_close, mark);
    const char *mode = getenv("LEDGER_FAULT_MODE");
    return !strcmp(mode, "lost") ? LOST : !strcmp(mode, "full") ? FULL : !strcmp(mode, "kept") ? KEPT
         : !strcmp(mode, "torn") ? TORN : SHORT;
}

#define FAIL(why) do { errno = (why); return -1; } while (0)

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    enum mode mode = fault("pwrite", fd);
    if (mode == LOST) FAIL(EIO);
    if (mode == FULL) FAIL(ENOSPC);
    if (mode == TORN || mode == SHORT) length = (length + 1) / 2;
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, length, at);
    if (mode == KEPT || mode == TORN) FAIL(EIO);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

ssize_t write(int fd, const void *bytes, size_t length) {
    enum mode mode = fault("write", fd);
    if (mode == LOST) FAIL(EIO);
    if (mode == FULL) FAIL(ENOSPC);
    if (mode == TORN || mode == SHORT) length = (length + 1) / 2;
    ssize_t done = syscall(SYS_write, fd, bytes, length);
    if (mode == KEPT || mode == TORN) FAIL(EIO);
    return done;
}

static int sync_call(const char *kind, int fd, long number) {
    enum mode mode = fault(kind, fd);
    if (mode == FULL) FAIL(ENOSPC);
    if (mode == LOST) FAIL(EIO);
    int done = syscall(number, fd);
    if (mode != NONE) FAIL(EIO);
    return done;
}

int fsync(int fd) { return sync_call("fsync", fd, SYS_fsync); }

int fdatasync(int fd) { return sync_call("fdatasync", fd, SYS_fdatasync); }

int sync_file_range(int fd, off64_t at, off64_t length, unsigned int flags) {
    enum mode mode = fault("sync_file_range", fd);
    if (mode == FULL) FAIL(ENOSPC);
    if (mode == LOST) FAIL(EIO);
    int done = syscall(SYS_sync_file_range, fd, at, length, flags);
    if (mode != NONE) FAIL(EIO);
    return done;
}
