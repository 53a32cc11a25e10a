"""The first epoch of mlp-mnist-double-softmax in NumPy, written from the experiment's description alone.
Prints lines of bands.tsv. usage: double_softmax.py FOLDER_OF_MNIST SEEDS (seconds a seed)"""
import glob
import gzip
import sys

import numpy as np

folder, seeds = sys.argv[1], int(sys.argv[2])


def read(name, header):
    return np.frombuffer(gzip.open(glob.glob(f"{folder}/{name}*.gz")[0]).read(), np.uint8, offset=header)


def images(name):
    return (read(name, 16).reshape(-1, 784) / np.float32(255)).astype(np.float32)


train, train_labels = images("train-images"), read("train-labels", 8).astype(int)
test, test_labels = images("t10k-images"), read("t10k-labels", 8).astype(int)
targets = np.eye(10, dtype=np.float32)[train_labels]
rate = np.float32(.1)


def fit(seed):
    random = np.random.default_rng(7000 + seed)

    def uniform(fan_in, *shape):
        return random.uniform(-1 / np.sqrt(fan_in), 1 / np.sqrt(fan_in), shape).astype(np.float32)

    w1, b1, w2, b2 = uniform(784, 784, 300), uniform(784, 300), uniform(300, 300, 10), uniform(300, 10)
    for i in range(0, len(train), 8):
        x = train[i:i + 8]
        h = x @ w1 + b1
        g = np.maximum(h, 0)
        logits = g @ w2 + b2
        s = np.exp(logits - logits.max(axis=0))
        s /= s.sum(axis=0)
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        ds = (p - targets[i:i + 8]) / np.float32(8)
        d2 = s * (ds - (ds * s).sum(axis=0))
        d1 = d2 @ w2.T
        d1[h <= 0] = 0
        w2 -= rate * (g.T @ d2)
        b2 -= rate * d2.sum(axis=0)
        w1 -= x.T @ (rate * d1)
        b1 -= rate * d1.sum(axis=0)

    def accuracy(rows, labels):
        logits = np.maximum(rows @ w1 + b1, 0) @ w2 + b2
        largest = logits.max(axis=0)
        return ((logits - largest - np.log(np.exp(logits - largest).sum(axis=0))).argmax(axis=1) == labels).mean()

    return accuracy(train, train_labels), accuracy(test, test_labels)


runs = np.array([fit(seed) for seed in range(seeds)])
for column, name in enumerate(("train", "test")):
    print("mlp-mnist-double-softmax", "published", f"epoch 0 {name} accuracy", f"{runs[:, column].mean():.5f}",
          f"{runs[:, column].std(ddof=1):.5f}", seeds, sep="\t")
