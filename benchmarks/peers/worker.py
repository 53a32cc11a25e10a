#!/usr/bin/env python3
"""The peers that are not on the JVM, as a contestant's process.

Speaks the protocol of dev.lanewise.benchmarks.proof.Worker: a command a line on standard input (open, run,
check, close), an answer a line on standard output, beginning with "@". What is not installed is answered by
"@skip" and the reason. Standalone, `worker.py TASK...` runs each task five times and prints JSON.

Inputs are the same bytes as on the other side: MNIST and notMNIST from LANEWISE_DATA, initial weights from the
same hash (Sets.weights). They are prepared before the clock starts: floats, contiguous, in the layout that the
peer likes best.
"""

import gzip
import json
import os
import statistics
import sys
import time

import numpy as np

MLP_EPOCHS = 3
SOFTMAX_EPOCHS = 10
NOTMNIST_EPOCHS = 4
NOTMNIST_ROWS = 15_000
DATA = os.environ.get("LANEWISE_DATA", "")


def idx(name, header):
    with gzip.open(os.path.join(DATA, "mnist", name)) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


class Mnist:
    cache = None

    def __init__(self):
        self.train = idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)
        self.labels = idx("train-labels-idx1-ubyte.gz", 8).astype(np.int64)
        self.test = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
        self.test_labels = idx("t10k-labels-idx1-ubyte.gz", 8).astype(np.int64)

    @staticmethod
    def get():
        if Mnist.cache is None:
            Mnist.cache = Mnist()
        return Mnist.cache


def weights(rows, columns, seed):
    """As Sets.weights in Java, to the bit."""
    with np.errstate(over="ignore"):
        x = np.arange(rows * columns, dtype=np.uint32) + np.uint32(seed * 0x01000000)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x7FEB352D)
        x ^= x >> np.uint32(15)
        x *= np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
    u = (x >> np.uint32(8)).astype(np.float64) * 2.0**-24
    return (np.sqrt(3.0 / rows) * (2 * u - 1)).astype(np.float32).reshape(rows, columns)


def torch_with(threads):
    import torch

    torch.set_num_threads(int(threads))
    return torch


class Task:
    def identity(self):
        return float("nan")


class Knn(Task):
    """PEER knn METRIC mnist QUERIES K"""

    def __init__(self, peer, metric, data, queries, k):
        m = Mnist.get()
        self.k = int(k)
        self.metric = metric
        self.queries = m.test[: int(queries)]
        self.rows = m.train
        self.peer = getattr(self, peer)
        self.x = self.rows.astype(np.float32)
        self.q = self.queries.astype(np.float32)
        self.sample = getattr(self, "prepare_" + peer)()

    def prepare_faiss(self):
        import faiss

        faiss.omp_set_num_threads(os.cpu_count())
        return faiss

    def faiss(self):
        f = self.sample
        index = f.IndexFlat(784, f.METRIC_L2 if self.metric == "L2" else f.METRIC_L1)
        index.add(self.x)
        return index.search(self.q, self.k)[1]

    def prepare_sklearn(self):
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors

    def sklearn(self):
        metric = "manhattan" if self.metric == "L1" else "euclidean"
        index = self.sample(n_neighbors=self.k, algorithm="brute", metric=metric, n_jobs=-1)
        return index.fit(self.x).kneighbors(self.q, return_distance=False)

    def prepare_scipy(self):
        from scipy.spatial.distance import cdist

        return cdist

    def scipy(self):
        # One thread: SciPy has no more. 50 queries at a time, so that distances stay in cache.
        found = np.empty((len(self.q), self.k), np.int64)
        for i in range(0, len(self.q), 50):
            d = self.sample(self.q[i : i + 50], self.x, "cityblock" if self.metric == "L1" else "sqeuclidean")
            part = np.argpartition(d, self.k, axis=1)[:, : self.k]
            order = np.argsort(np.take_along_axis(d, part, 1), axis=1, kind="stable")
            found[i : i + 50] = np.take_along_axis(part, order, 1)
        return found

    def run(self):
        self.found = self.peer()

    def check(self):
        """The exact distances of the rows that were found, summed."""
        total = 0
        for q, rows in zip(self.queries, self.found):
            d = self.rows[rows].astype(np.int64) - q.astype(np.int64)
            total += int(np.abs(d).sum() if self.metric == "L1" else (d * d).sum())
        return total


class Scan(Task):
    """PEER scan THREADS: inner products of one query with all rows"""

    def __init__(self, peer, threads):
        m = Mnist.get()
        self.x = m.train.astype(np.float32)
        self.q = m.test[0].astype(np.float32)
        if peer == "torch":
            torch = torch_with(threads)
            self.x, self.q = torch.from_numpy(self.x), torch.from_numpy(self.q)

    def run(self):
        self.found = self.x @ self.q

    def check(self):
        return float((np.asarray(self.found).astype(np.float64) ** 2).sum() ** 0.5)


class NumpyMlp(Task):
    """numpy mlp THREADS: epochs in doubles, step by step, as a write-up would have it"""

    def __init__(self, peer, threads):
        m = Mnist.get()
        self.x = m.train / 255.0
        self.y = np.eye(10)[m.labels]

    def run(self):
        w1, w2 = weights(784, 300, 1).astype(float), weights(300, 10, 2).astype(float)
        b1, b2 = np.zeros(300), np.zeros(10)
        for i in list(range(0, len(self.x), 8)) * MLP_EPOCHS:
            x, y = self.x[i : i + 8], self.y[i : i + 8]
            z = x @ w1 + b1
            h = np.maximum(z, 0)
            s = h @ w2 + b2
            e = np.exp(s - s.max(axis=1, keepdims=True))
            d2 = (e / e.sum(axis=1, keepdims=True) - y) / len(x)
            d1 = (d2 @ w2.T) * (z > 0)
            w2 -= 0.1 * (h.T @ d2)
            b2 -= 0.1 * d2.sum(axis=0)
            w1 -= 0.1 * (x.T @ d1)
            b1 -= 0.1 * d1.sum(axis=0)
        self.parameters = w1, b1, w2, b2

    def check(self):
        m = Mnist.get()
        w1, b1, w2, b2 = self.parameters
        s = np.maximum(m.test / 255.0 @ w1 + b1, 0) @ w2 + b2
        return float((s.argmax(axis=1) == m.test_labels).mean())


class TorchMlp(Task):
    """torch mlp THREADS hand|nn: the same in float32, the backward pass by hand or by autograd"""

    def __init__(self, peer, threads, form):
        self.torch = torch_with(threads)
        m = Mnist.get()
        self.x = self.torch.from_numpy(m.train.astype(np.float32) / np.float32(255))
        self.labels = self.torch.from_numpy(m.labels)
        self.y = self.torch.nn.functional.one_hot(self.labels, 10).float()
        self.form = form

    def run(self):
        getattr(self, self.form)()

    def hand(self):
        torch = self.torch
        w1, w2 = torch.from_numpy(weights(784, 300, 1)), torch.from_numpy(weights(300, 10, 2))
        b1, b2 = torch.zeros(300), torch.zeros(10)
        with torch.no_grad():
            for x, y in list(zip(self.x.split(8), self.y.split(8))) * MLP_EPOCHS:
                h = torch.addmm(b1, x, w1).relu_()
                d2 = torch.softmax(torch.addmm(b2, h, w2), 1).sub_(y).div_(len(x))
                d1 = (d2 @ w2.t()).mul_(h > 0)
                w2.addmm_(h.t(), d2, alpha=-0.1)
                b2.sub_(d2.sum(0), alpha=0.1)
                w1.addmm_(x.t(), d1, alpha=-0.1)
                b1.sub_(d1.sum(0), alpha=0.1)
        self.parameters = w1, b1, w2, b2

    def nn(self):
        torch = self.torch
        net = torch.nn.Sequential(torch.nn.Linear(784, 300), torch.nn.ReLU(), torch.nn.Linear(300, 10))
        with torch.no_grad():
            net[0].weight.copy_(torch.from_numpy(weights(784, 300, 1)).t())
            net[2].weight.copy_(torch.from_numpy(weights(300, 10, 2)).t())
            net[0].bias.zero_()
            net[2].bias.zero_()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        loss = torch.nn.CrossEntropyLoss()
        for x, y in list(zip(self.x.split(8), self.labels.split(8))) * MLP_EPOCHS:
            optimizer.zero_grad()
            loss(net(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            self.parameters = net[0].weight.t(), net[0].bias, net[2].weight.t(), net[2].bias

    def check(self):
        m = Mnist.get()
        w1, b1, w2, b2 = (p.detach().numpy() for p in self.parameters)
        s = np.maximum(m.test.astype(np.float32) / 255 @ w1 + b1, 0) @ w2 + b2
        return float((s.argmax(axis=1) == m.test_labels).mean())


class SoftmaxSgd(Task):
    """PEER softmax-sgd THREADS: epochs in float32, batches of 128 of a new permutation"""

    def __init__(self, peer, threads):
        m = Mnist.get()
        self.peer = peer
        self.x = m.train.astype(np.float32) / np.float32(255)
        self.y = np.eye(10, dtype=np.float32)[m.labels]
        if peer == "torch":
            self.torch = torch_with(threads)
            self.x, self.y = self.torch.from_numpy(self.x), self.torch.from_numpy(self.y)

    def run(self):
        getattr(self, "run_" + self.peer)()

    def run_numpy(self):
        random = np.random.default_rng(0)
        w = weights(784, 10, 1)
        for _ in range(SOFTMAX_EPOCHS):
            order = random.permutation(len(self.x))
            for i in range(0, len(order), 128):
                rows = order[i : i + 128]
                x = self.x[rows]
                s = x @ w
                e = np.exp(s - s.max(axis=1, keepdims=True))
                d = e / e.sum(axis=1, keepdims=True) - self.y[rows]
                w -= np.float32(0.1 / 128) * (x.T @ d)
        self.w = w

    def run_torch(self):
        torch = self.torch
        torch.manual_seed(0)
        w = torch.from_numpy(weights(784, 10, 1))
        with torch.no_grad():
            for _ in range(SOFTMAX_EPOCHS):
                for rows in torch.randperm(len(self.x)).split(128):
                    x = self.x.index_select(0, rows)
                    d = torch.softmax(x @ w, 1).sub_(self.y.index_select(0, rows))
                    w.addmm_(x.t(), d, alpha=-0.1 / 128)
        self.w = w.numpy()

    def check(self):
        m = Mnist.get()
        return float(((m.test.astype(np.float32) / 255 @ self.w).argmax(axis=1) == m.test_labels).mean())


class TorchNotMnist(Task):
    """torch notmnist THREADS: full-batch epochs of 784-1000-10, momentum on the weights"""

    def __init__(self, peer, threads):
        self.torch = torch = torch_with(threads)
        with np.load(os.path.join(DATA, "notmnist", "notMNIST.npz"), allow_pickle=False) as f:
            arrays = {name: f[name] for name in f.files}
        images = next(a for a in arrays.values() if a.ndim > 1 and 784 in (a.shape[-1], a.shape[-1] * a.shape[-2]))
        labels = next(a for a in arrays.values() if a is not images)
        images = images.reshape(-1, 784)
        labels = labels.ravel() if labels.ndim == 1 or 1 in labels.shape else labels.argmax(axis=1)
        _, labels = np.unique(labels, return_inverse=True)
        rows = np.arange(NOTMNIST_ROWS) % int(0.8 * len(images))
        x = images[rows].astype(np.float32)
        self.x = torch.from_numpy(x / np.float32(255) if x.max() > 1 else x)
        self.labels = torch.from_numpy(labels[rows].astype(np.int64))
        self.y = torch.nn.functional.one_hot(self.labels, 10).float()

    def run(self):
        torch = self.torch
        w1, w2 = torch.from_numpy(weights(784, 1000, 1)), torch.from_numpy(weights(1000, 10, 2))
        b1, b2 = torch.zeros(1000), torch.zeros(10)
        v1, v2 = torch.zeros_like(w1), torch.zeros_like(w2)
        with torch.no_grad():
            for _ in range(NOTMNIST_EPOCHS):
                h = torch.addmm(b1, self.x, w1).relu_()
                d2 = torch.softmax(torch.addmm(b2, h, w2), 1).sub_(self.y)
                d1 = (d2 @ w2.t()).mul_(h > 0)
                v2.mul_(0.99).addmm_(h.t(), d2)
                v1.mul_(0.99).addmm_(self.x.t(), d1)
                w2.sub_(v2, alpha=1e-5)
                b2.sub_(d2.sum(0), alpha=1e-5)
                w1.sub_(v1, alpha=1e-5)
                b1.sub_(d1.sum(0), alpha=1e-5)
        self.parameters = w1, b1, w2, b2

    def check(self):
        w1, b1, w2, b2 = self.parameters
        s = (self.x @ w1 + b1).relu() @ w2 + b2
        return float((s.argmax(1) == self.labels).float().mean())


class TorchGrid(Task):
    """torch grid THREADS: the 54 networks on mini-MNIST, nine at a time as batched products

    Networks with as many layers are one batch: three widths, padded to 64 and masked, by three activations. Data:
    800 training and 100 validation images of 7 x 7 averages, from the first digits of MNIST; patience as the
    write-up has it. A network that has stopped is carried along until its batch ends.
    """

    def __init__(self, peer, threads):
        self.torch = torch = torch_with(threads)
        m = Mnist.get()
        train, validation = [], []
        for digit in range(10):
            rows = np.flatnonzero(m.labels == digit)
            train.append(rows[:80])
            validation.append(rows[80:90])
        small = m.train.reshape(-1, 7, 4, 7, 4)
        mean = lambda rows: torch.from_numpy(small[rows].mean(axis=(2, 4)).reshape(len(rows), 49).astype(np.float32))
        self.train, self.validation = mean(np.concatenate(train)), mean(np.concatenate(validation))
        self.train_y = torch.eye(10).repeat_interleave(80, 0)
        self.validation_labels = torch.arange(10).repeat_interleave(10)

    def group(self, layers, mini):
        torch = self.torch
        widths = [w for w in (16, 32, 64) for _ in range(3)]
        n = len(widths)
        sizes = [49] + [64] * (layers - 1) + [10]
        masks, w, b = [], [], []
        for l in range(layers):
            mask, bias = torch.zeros(n, sizes[l], sizes[l + 1]), torch.zeros(n, 1, sizes[l + 1])
            for i, width in enumerate(widths):
                rows = 49 if l == 0 else width
                columns = 10 if l == layers - 1 else width
                mask[i, :rows, :columns] = 1
                bias[i, :, :columns] = 1
            masks.append((mask, bias))
            w.append(torch.empty_like(mask).uniform_(-1, 1) * mask)
            b.append(torch.empty_like(bias).uniform_(-1, 1) * bias)
        tries = 100 if mini else 20
        divisor = 10 if mini else 80
        best, since, active = torch.zeros(n), torch.zeros(n), torch.ones(n, dtype=torch.bool)
        updates = 0

        def forward(x):
            hidden, x = [], x.expand(n, *x.shape)
            for l in range(layers):
                z = torch.baddbmm(b[l], x, w[l])
                if l < layers - 1:
                    a = torch.empty_like(z)
                    a[0::3], a[1::3], a[2::3] = z[0::3].relu(), z[1::3].atan(), z[2::3].sigmoid()
                    hidden.append((z, a))
                    x = a
            return hidden, z

        while active.any() and updates < 5000:
            if mini:
                rows = (torch.rand(10, 80).argsort(1)[:, :10] + 80 * torch.arange(10)[:, None]).ravel()
                x, y = self.train[rows], self.train_y[rows]
            else:
                x, y = self.train, self.train_y
            hidden, z = forward(x)
            p = z.softmax(2)
            pt = (p * y).sum(2, keepdim=True)
            d = (p - y) * (pt / (pt + 1e-8)) / divisor
            for l in reversed(range(layers)):
                below = hidden[l - 1][1] if l else x.expand(n, *x.shape)
                gw, gb = below.transpose(1, 2) @ d, d.sum(1, keepdim=True)
                if l:
                    z, a = hidden[l - 1]
                    d = d @ w[l].transpose(1, 2)
                    d[0::3] *= a[0::3] > 0
                    d[1::3] /= 1 + z[1::3] ** 2
                    d[2::3] *= a[2::3] * (1 - a[2::3])
                w[l].addcmul_(gw, masks[l][0], value=-0.02)
                b[l].addcmul_(gb, masks[l][1], value=-0.02)
            accuracy = (forward(self.validation)[1].argmax(2) == self.validation_labels).float().mean(1)
            record = accuracy > best
            best = torch.where(record, accuracy, best)
            since = torch.where(record, torch.zeros(n), since) + 1
            active &= since < tries
            updates += 1
        return best

    def run(self):
        self.torch.manual_seed(0)
        with self.torch.no_grad():
            self.best = [self.group(layers, mini) for mini in (False, True) for layers in (2, 3, 4)]

    def check(self):
        return float(self.torch.cat(self.best).mean())


class TorchSoftmax(Task):
    """torch softmax|sigmoid THREADS ROWSxCOLUMNS"""

    def __init__(self, peer, work, threads, shape):
        torch = torch_with(threads)
        rows, columns = map(int, shape.split("x"))
        self.x = torch.rand(rows, columns) * 2 - 1
        self.y = torch.empty_like(self.x)
        self.f = (lambda: torch.softmax(self.x, 1, out=self.y)) if work == "softmax" else (
            lambda: torch.sigmoid(self.x, out=self.y))

    def run(self):
        with __import__("torch").no_grad():
            self.f()

    def check(self):
        return float("nan")


def open_task(words):
    peer, work, rest = words[0], words[1], words[2:]
    if work == "knn":
        return Knn(peer, *rest)
    if work == "scan":
        return Scan(peer, *rest)
    if work == "mlp":
        return NumpyMlp(peer, *rest) if peer == "numpy" else TorchMlp(peer, *rest)
    if work == "softmax-sgd":
        return SoftmaxSgd(peer, *rest)
    if work == "notmnist":
        return TorchNotMnist(peer, *rest)
    if work == "grid":
        return TorchGrid(peer, *rest)
    if work in ("softmax", "sigmoid"):
        return TorchSoftmax(peer, work, *rest)
    raise ValueError("no work " + work)


def repeat(task, milliseconds):
    start = time.perf_counter()
    repetitions = 0
    while True:
        task.run()
        repetitions += 1
        now = time.perf_counter()
        if (now - start) * 1000 >= milliseconds:
            return (now - start) / repetitions, repetitions


def versions():
    found = {"python": sys.version.split()[0], "numpy": np.__version__}
    for name in ("scipy", "sklearn", "torch", "faiss"):
        try:
            found[name] = __import__(name).__version__
        except Exception as e:  # Whatever an import throws, the peer is not to be had.
            found[name] = "not here: " + str(e)
    return found


def serve():
    tasks = {}
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        try:
            if command == "open":
                if rest not in tasks:
                    tasks[rest] = open_task(rest.split(" "))
                answer = "@ok"
            elif command == "run":
                milliseconds, _, name = rest.partition(" ")
                seconds, repetitions = repeat(tasks[name], float(milliseconds))
                answer = "@time %.1f %d nan" % (seconds * 1e9, repetitions)
            elif command == "check":
                answer = "@check %r %r" % (float(tasks[rest].check()), tasks[rest].identity())
            elif command == "close":
                tasks.pop(rest, None)
                answer = "@ok"
            elif command == "versions":
                answer = "@versions " + json.dumps(versions())
            else:
                answer = "@skip no command " + command
        except Exception as e:  # One task that fails must not take the others with it.
            answer = "@skip " + " ".join((type(e).__name__ + ": " + str(e)).split())
        print(answer, file=out)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        serve()
    else:
        result = {"versions": versions(), "tasks": {}}
        for name in sys.argv[1:]:
            task = open_task(name.split(" "))
            seconds = [repeat(task, 0)[0] for _ in range(5)]
            result["tasks"][name] = {"median": statistics.median(seconds), "seconds": seconds, "check": task.check()}
        print(json.dumps(result, indent=2))
