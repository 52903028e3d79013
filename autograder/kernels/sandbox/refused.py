"""The names of the system calls that are refused, and why."""

from __future__ import annotations

# Reading or steering another process.
PROCESSES = ("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp")
# Mounts, roots and namespaces: ways out of, or around, what was set up before.
NAMESPACES = (
    *("mount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount", "open_tree"),
    "open_tree_attr",
    *("fsopen", "fsmount", "fsconfig", "fspick", "unshare", "setns"),
    *("open_by_handle_at", "name_to_handle_at"),  # files by number, past every folder
)
# Large and often broken parts of Linux that a notebook has no use for.
SURFACE = (
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "keyctl", "add_key", "request_key", "fanotify_init", "lookup_dcookie"),
    *("personality", "modify_ldt", "vmsplice", "mbind", "migrate_pages", "move_pages"),
)
# The machine's own affairs.
MACHINE = (
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot"),
    *("swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup", "iopl"),
    *("ioperm", "sethostname", "setdomainname", "settimeofday", "clock_settime", "adjtimex"),
    *("clock_adjtime", "nfsservctl", "uselib"),
)
# Memory that neither RLIMIT_DATA nor the size of the work folder counts.
UNCOUNTED = ("memfd_create", "memfd_secret", "mq_open", "mq_unlink")
# Shared with every process of the user where there is no IPC namespace, and counted nowhere.
SYSTEM_V = (
    *("shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl"),
    *("semget", "semop", "semtimedop", "semctl"),
)
# Changes to a file that no Landlock right covers, by its path.
METADATA = (
    *("chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
)
ATTRIBUTES = (
    *("setxattr", "lsetxattr", "setxattrat", "removexattr", "lremovexattr"),
    *("removexattrat", "file_setattr"),
)
# Names newer than the library that is met in practice (libseccomp 2.5). Calls as new as these
# have one number on every processor.
NEWER = {
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "open_tree_attr": 467,
    "file_setattr": 469,
}
