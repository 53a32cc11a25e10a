"""Makes the files of NumPy's that the tests read, next to this script: python3 make.py

TYPE-ORDER.npy: np.arange(24).reshape(2, 3, 4) as TYPE; stored.npz and deflated.npz: images and labels;
array.pickle: what a pickle of mini-MNIST's kind looks like, with arrays of several types.
"""

import pathlib
import pickle

import numpy as np

here = pathlib.Path(__file__).parent
TYPES = "|b1 |u1 |i1 <u2 >u2 <i2 >i2 <u4 >u4 <i4 >i4 <u8 >u8 <i8 >i8 <f4 >f4 <f8 >f8".split()
NAMES = {"|": "", "<": "le", ">": "be"}
values = np.arange(24).reshape(2, 3, 4)
for descr in TYPES:
    for order in "CF":
        name = f"{descr[1:]}{NAMES[descr[0]]}-{order}.npy"
        np.save(here / name, np.array(values, dtype=descr, order=order))
arrays = dict(images=values.astype("u1"), labels=np.array([1, 0]))
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
content = {
    "images": [values[0].astype("u1"), np.asfortranarray(values[1].astype(">i4"))],
    "labels": [0, 300, -1, 2**40],
    "other": (True, None, 0.5, b"\x00\xff", "\u00e4"),
}
(here / "array.pickle").write_bytes(pickle.dumps(content, protocol=4))
