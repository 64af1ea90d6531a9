"""How soon texts get their verdicts: the newest version beside the oldest, in a process of its own with one thread.

python -m deploy.cli.bench.themes KIND < texts.json     a list of texts; prints what it measured as JSON
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Sequence

from deploy.cli.bench.measured import Measured
from shared.contracts.reports import Kind

_AT_ONCE = 256
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


async def measure(kind: Kind, texts: Sequence[str]) -> list[Measured]:
    """Texts a second of processor time, seconds from nothing to the first verdict, and the process's memory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.cli.bench.themes",
        kind.value,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | _ONE_THREAD,
    )
    printed, _ = await process.communicate(json.dumps(list(texts)).encode())
    found = json.loads(printed)
    return [
        Measured(
            f"Text to verdict, {kind}, one core; floor: cues",
            "texts/s",
            found["newest"],
            found["oldest"],
            "5,000",
        ),
        Measured(f"Start to first verdict, {kind}", "s", found["start"], None, "under 2 s"),
        Measured(f"Memory of the model's process, {kind}", "MiB", found["memory"], None, "200 MiB"),
    ]


def main() -> None:
    texts = json.loads(sys.stdin.read())
    began = time.perf_counter()
    # Loading is what is measured, so it begins here.
    from services.classification.model.verdict import Asked
    from services.classification.model.versions import SHIPPED, load

    versions = [each.name for each in SHIPPED.of(Kind(sys.argv[1]))]
    load(versions[-1]).classify(texts[0])
    start = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    asked = [Asked(text) for text in texts]

    def per_second(name: str) -> float:
        model = load(name)
        model.classify_all(asked[:_AT_ONCE])
        before = time.process_time()
        for begin in range(0, len(asked), _AT_ONCE):
            model.classify_all(asked[begin : begin + _AT_ONCE])
        return len(asked) / (time.process_time() - before)

    newest, oldest = per_second(versions[-1]), per_second(versions[0])
    json.dump({"newest": newest, "oldest": oldest, "start": start, "memory": memory}, sys.stdout)


if __name__ == "__main__":
    main()
