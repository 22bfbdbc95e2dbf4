"""Runs a command and sees to it that nothing of it is left afterwards.

    leave_nothing.py COMMAND [ARGUMENT...]

All processes that the command starts, daemons too, stay below this one (it is their subreaper, man 2
prctl). What still runs some time after the command has ended is named and killed, and the exit
status is 1. Otherwise it is that of the command, and nothing is printed.
"""
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
# The guardian of a test that was killed gives its servers their grace of ten seconds.
SECONDS_TO_END = 30


def reap(main):
    """Takes the status of each child that has ended: main's, if it is among them, and whether any child is left."""
    status = None
    while True:
        try:
            pid, raw = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status, False
        if pid == 0:
            return status, True
        if pid == main:
            status = os.waitstatus_to_exitcode(raw)


def wait_for_all(main):
    """The exit status of main, and whether all others ended in time, too."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    exit_status, deadline = None, None
    while True:
        status, any_left = reap(main)
        if status is not None:
            exit_status, deadline = status, time.monotonic() + SECONDS_TO_END
        if not any_left:
            return exit_status, True
        if deadline and time.monotonic() > deadline:
            return exit_status, False
        signal.sigtimedwait({signal.SIGCHLD}, 1)


def descendants(root):
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def name_and_kill(pids):
    for pid in pids:
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
        print(f"left behind, and killed now: {pid} {command}", file=sys.stderr)


def main():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    command = subprocess.Popen(sys.argv[1:])
    exit_status, all_ended = wait_for_all(command.pid)
    if not all_ended:
        name_and_kill(descendants(os.getpid()))
        sys.exit(1)
    sys.exit(exit_status if exit_status >= 0 else 128 - exit_status)


if __name__ == "__main__":
    main()
