"""Runs scripts of bundles on what a machine has that holds the bundle's requirements and no more.

Loading scikit-learn takes longer than what most scripts do. So one process, which has nothing of
ours, loads it once, and each script runs in a copy of that process.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# What chooses the kernels of the machine's linear algebra, which round differently, and how many
# threads there are.
ARITHMETIC = {
    name: value for name, value in os.environ.items() if name.startswith(("OPENBLAS_", "OMP_"))
}
# What a machine that has only the bundle's requirements.txt lacks.
BLOCKED = """
import sys
class Blocked:
    def find_spec(name, path=None, target=None):
        if name.split('.')[0] in {'pyarrow', 'flask', 'celery', 'tasks', 'dashboard', 'tests'}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked)
import runpy
"""
COLD = f"""{BLOCKED}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""
# Answers each line that asks for a script with the status that the script ended with.
WARM = f"""{BLOCKED}
import json, os, traceback
import joblib, numpy, pandas, sklearn.compose, sklearn.ensemble, sklearn.linear_model
import sklearn.pipeline, sklearn.preprocessing

def run(asked):
    os.chdir(asked['folder'])
    for number, name in enumerate(asked['written'], 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = asked['command']
    try:
        runpy.run_path(sys.argv[0], run_name='__main__')
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

answers = os.fdopen(os.dup(1), 'w')
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        status = run(json.loads(line))
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:
                stream.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=answers, flush=True)
"""


def run_cold(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process that loads all by itself, as people do."""
    return subprocess.run(
        [sys.executable, "-c", COLD, str(script), *arguments],
        capture_output=True, text=True, check=False, cwd=script.parent, env=_environ(),
    )  # fmt: skip


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a copy of a process that has loaded scikit-learn."""
    command = [str(script), *arguments]
    with tempfile.TemporaryDirectory() as folder:
        written = [Path(folder) / "stdout", Path(folder) / "stderr"]
        asked = {"folder": str(script.parent), "command": command, "written": [*map(str, written)]}
        process = _warm_process()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        out, errors = (path.read_text() for path in written)
    return subprocess.CompletedProcess(command, status, out, errors)


@functools.cache
def _warm_process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", WARM],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environ(), cwd="/",
    )  # fmt: skip
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    process.wait()


def _environ() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **ARITHMETIC}
