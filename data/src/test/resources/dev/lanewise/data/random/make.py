"""Makes the golden files of NumPy's legacy shuffle next to this script: python3 make.py

permutation-N.txt: all of RandomState(521)'s permutation of 0..N-1 for a small N; for a large one its
SHA-256 (of the numbers as little-endian int32), its first 50 and its last 50 numbers.
"""

import hashlib
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
for n in (1, 2, 1000, 10000, 18724):
    order = np.arange(n)
    np.random.RandomState(521).shuffle(order)
    assert (order == np.random.RandomState(521).permutation(n)).all()
    lines = [" ".join(map(str, order))]
    if n > 1000:
        lines = [
            hashlib.sha256(order.astype("<i4").tobytes()).hexdigest(),
            " ".join(map(str, order[:50])),
            " ".join(map(str, order[-50:])),
        ]
    (here / f"permutation-{n}.txt").write_text("\n".join(lines) + "\n")
