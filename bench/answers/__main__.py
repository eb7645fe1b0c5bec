"""Write down what lrs-soap answers to 2,000 requests, to compare it with another version's answers.

    python -m bench.answers before.txt --python ../before/.venv/bin/python
    python -m bench.answers after.txt --compare before.txt

Each file has a section for each request: the status, the header but for Date, and the body, byte for byte. Marks stand
for what is drawn at random: ULNs that were issued, ids of exchanges, the port. Times are equal, since the service's
clock stands still. The 2,000 requests are sent twice, to a server at its defaults and to a lenient one; a few more go
to servers that are closed, slow, narrow, or without their tables. `--show 17` prints the request of a section.

With `--compare` the exit status is 1 where an answer differs, and 2 where the comparison could not be made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.answers.asking import answers
from bench.answers.comparison import compare
from bench.answers.runs import Run, digest, runs
from bench.failure import BenchFailed


def main() -> int:
    """Write the answers, compare them if another file is named, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.answers", description="What lrs-soap answers, byte for byte."
    )
    parser.add_argument("out", nargs="?", type=Path, metavar="OUT", help="the file to write")
    parser.add_argument("--python", default=sys.executable, help="a Python that imports the lrs-soap to ask")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="the answers of another version")
    parser.add_argument("--requests", type=int, default=2000, metavar="NUMBER", help="how many, 2000 unless given")
    parser.add_argument("--seed", type=int, default=1, metavar="NUMBER", help="what draws them, 1 unless given")
    parser.add_argument("--most", type=int, default=10, metavar="NUMBER", help="how many differences to show")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print this request of the 2,000, and ask nobody")
    given = parser.parse_args()
    asked = runs(given.requests, given.seed)
    if given.show is not None:
        sys.stdout.buffer.write(asked[0].requests[given.show - 1].to_send({}) + b"\n")
        return 0
    if given.out is None:
        parser.error("name a file to write")
    try:
        given.out.write_bytes(_all_answers(asked, given.python, given.seed))
        return 0 if given.compare is None else _compared(given.out, given.compare, given.most)
    except (BenchFailed, OSError) as error:
        print(f"bench.answers: {error}", file=sys.stderr)
        return 2


def _all_answers(asked: tuple[Run, ...], python: str, seed: int) -> bytes:
    head = f"lrs-soap: {len(asked[0].requests)} requests of seed {seed}, {digest(asked)}\n"
    with tempfile.TemporaryDirectory() as folder:
        sections = [section for run in asked for section in answers(run, Path(folder), python)]
    return head.encode() + b"".join(sections)


def _compared(out: Path, other: Path, most: int) -> int:
    comparison = compare(out.read_bytes(), other.read_bytes())
    for difference in comparison.differences[:most]:
        print(difference)
    count = len(comparison.differences)
    print(f"{comparison.count - count} of {comparison.count} answers are equal, {count} are not.")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
