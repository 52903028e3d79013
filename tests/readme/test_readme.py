"""What the README says is so: its commands exist, its two long ones are one line each."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SETUP = [line for block in BLOCKS for line in block.splitlines() if "-m venv" in line]
COMMANDS = sorted(set(re.findall(r"`((?:autograder|course) [a-z]+)", README)))


def help_of(command):
    tool, name = command.split()
    run = subprocess.run(
        [sys.executable, "-m", tool, name, "--help"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    return run.returncode, run.stdout


def test_two_commands_do_all_the_set_up():
    demo, tests = SETUP
    assert demo.endswith(".venv/bin/autograder demo")
    assert ".venv/bin/pytest" in tests
    for command in (demo, tests):
        steps = [shlex.split(step) for step in command.split("&&")]
        assert steps[0] == ["python3", "-m", "venv", ".venv"]
        assert "constraints.txt" in steps[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_named_is_there_and_helps(command):
    status, text = help_of(command)
    assert status == 0
    assert "Usage" in text


def test_options_shown_are_the_command_s():
    shown = re.search(r"`autograder grade ASSIGNMENT ([^`]*)`", README)[1]
    _, text = help_of("autograder grade")
    options = re.findall(r"--[a-z-]+", shown)
    assert options
    assert not [option for option in options if option not in text]


def test_links_and_pictures_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


@pytest.mark.parametrize(("name", "command"), [("demo", SETUP[0]), ("test", SETUP[1])])
def test_ci_runs_the_readme_s_own_commands(name, command):
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    pick = re.search(rf"readme_{name}_command\(\) \{{ (.*); \}}", script)[1]
    picked = subprocess.run(
        ["bash", "-c", pick.replace('"$1"', "README.md")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert picked.stdout.strip() == command
