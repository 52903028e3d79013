"""Twice forked, in a session of its own."""
import json
import os
import subprocess
import sys

# A word by which it is known among all processes of the machine.
word = json.load(open("targets.json"))["abstract"]
daemon = [sys.executable, "-c", f"import time; time.sleep(600); 'planted daemon of {word}'"]
subprocess.Popen(daemon, start_new_session=True, close_fds=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, daemon)
    os._exit(0)
