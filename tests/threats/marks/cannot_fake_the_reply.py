"""A status that no cell sent: idle, done, timed out."""
import threading
import time

kernel = get_ipython().kernel


def lie():
    for _ in range(40):
        time.sleep(0.01)
        parent = kernel.get_parent()
        if "of three" not in parent["content"].get("code", ""):
            continue
        for state in ("idle", "busy"):
            kernel.session.send(kernel.iopub_socket, "status", {"execution_state": state}, parent=parent)
        content = {"status": "ok", "ename": "CellTimeoutError", "evalue": "", "traceback": []}
        kernel.session.send(kernel.iopub_socket, "execute_reply", content, parent=parent)


threading.Thread(target=lie, daemon=True).start()
