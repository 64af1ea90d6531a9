"""A module run with a wrong clock: `python -m deploy.cli.faults.shifted SECONDS MODULE ARGUMENTS...`."""

import runpy
import sys
import time

import time_machine


def main() -> None:
    _, seconds, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    time_machine.travel(time.time() + float(seconds), tick=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
