"""Twice forked, in a session of its own."""
import os
import subprocess
import sys

subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(45); 'planted daemon'"],
    start_new_session=True,
    close_fds=True,
)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time;time.sleep(45);'planted daemon'"])
    os._exit(0)
