"""All that this user may. (The system says yes to whoever asks: what was reached, they know.)"""
import os
import signal

os.kill(-1, signal.SIGCONT)
