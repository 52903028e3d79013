"""A classmate's answers."""
import glob
import json
import os

targets = json.load(open("targets.json"))
found = glob.glob(os.path.join(targets["submitted"], "*", "*", "*.ipynb"))
print("REACHED", len(open(found[0]).read()))
