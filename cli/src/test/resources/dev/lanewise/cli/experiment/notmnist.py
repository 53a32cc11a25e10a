"""The networks of notmnist-mlp in NumPy and float64, written from the experiment's description alone.
usage: notmnist.py notMNIST.npz NEURONS SEEDS   prints lines of bands.tsv; half a minute a seed with 100 neurons
       notmnist.py notMNIST.npz NEURONS         prints notmnist-epochs.tsv: the first epochs, from numbers any language can make"""
import sys

import numpy as np

RATE, MOMENTUM, TINY = 1e-5, .99, 1e-20
file, neurons, seeds = sys.argv[1], int(sys.argv[2]), int((sys.argv + ["0"])[3])
data = np.load(file)
n = len(data["images"])
order = np.arange(n)
np.random.RandomState(521).shuffle(order)
x = data["images"][order].reshape(n, -1) / 255.
labels = data["labels"][order].astype(int)
y = np.eye(10)[labels]
train, validation = round(n * 15000 / 18724), round(n * 1000 / 18724)
sets = {"train": slice(0, train), "validation": slice(train, train + validation), "test": slice(train + validation, n)}


def forward(rows, parameters):
    w1, b1, w2, b2 = parameters
    h = rows @ w1 + b1
    g = np.maximum(h, 0)
    logits = g @ w2 + b2
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return h, g, logits, p / p.sum(axis=1, keepdims=True)


def figures(name, logits, p):
    """Loss as published, accuracy, cross-entropy."""
    truth = labels[sets[name]]
    largest = logits.max(axis=1)
    sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return (-(p * np.log(y[sets[name]] + TINY)).sum(axis=1).mean(),
            (p.argmax(axis=1) == truth).mean(),
            (sums - logits[np.arange(len(truth)), truth]).mean())


def xavier(normal):
    """Weights and biases, from a function of a standard deviation and a shape."""
    sd1, sd2 = np.sqrt(2 / (784 + neurons)), np.sqrt(2 / (neurons + 10))
    return normal(sd1, (neurons, 784)).T, normal(sd1, neurons), normal(sd2, (10, neurons)).T, normal(sd2, 10)


def fit(parameters, epochs):
    w1, b1, w2, b2 = parameters
    v1, v2 = np.zeros_like(w1), np.zeros_like(w2)
    curves = {name: [] for name in sets}
    for _ in range(epochs):
        h, g, logits, p = forward(x[sets["train"]], (w1, b1, w2, b2))
        curves["train"].append(figures("train", logits, p))
        d2 = p - y[sets["train"]]
        d1 = d2 @ w2.T
        d1[h <= 0] = 0
        v2 = MOMENTUM * v2 + RATE * (g.T @ d2)
        v1 = MOMENTUM * v1 + RATE * (x[sets["train"]].T @ d1)
        w2, b2, w1, b1 = w2 - v2, b2 - RATE * d2.sum(axis=0), w1 - v1, b1 - RATE * d1.sum(axis=0)
        for name in "validation", "test":
            _, _, logits, p = forward(x[sets[name]], (w1, b1, w2, b2))
            curves[name].append(figures(name, logits, p))
    return {name: np.array(curve) for name, curve in curves.items()}


if not seeds:
    state = 521

    def congruential(sd, shape):
        """Uniform, of that deviation, row by row."""
        global state
        numbers = np.empty(np.prod(shape))
        for i in range(numbers.size):
            state = (1103515245 * state + 12345) % 2**31
            numbers[i] = sd * np.sqrt(3) * (state / 2**30 - 1)
        return numbers.reshape(shape)

    curves = fit(xavier(congruential), 30)
    print("# Train before an epoch's update, validation and test after it: loss as published, accuracy, cross-entropy.")
    for epoch in range(30):
        print(*(f"{value:.7f}" for name in sets for value in curves[name][epoch]), sep="\t")
    sys.exit()

randoms = [np.random.RandomState(1000 + seed) for seed in range(seeds)]
runs = [fit(xavier(lambda sd, shape: random.normal(0, sd, shape)), 200) for random in randoms]


def line(variant, label, values):
    print("notmnist-mlp", variant, f"F = {neurons}, {label}", f"{np.mean(values):.5f}",
          f"{np.std(values, ddof=1):.5f}", seeds, sep="\t")


for name in sets:
    for column, figure in enumerate(("published loss", "accuracy", "cross-entropy")):
        line("same", f"{name} {figure}", [run[name][-1, column] for run in runs])
        line("same", f"{name} {figure} at epoch 9", [run[name][9, column] for run in runs])
for variant, label, best in (
        ("published", "epoch with the best validation loss, as published", lambda v: v[:, 0].argmin()),
        ("published", "epoch with the best validation accuracy", lambda v: v[:, 1].argmax()),
        ("published", "validation accuracy at epoch 49", lambda v: v[49, 1]),
        ("corrected", "epoch with the best validation cross-entropy", lambda v: v[:, 2].argmin()),
        ("corrected", "validation cross-entropy at epoch 49", lambda v: v[49, 2])):
    line(variant, label, [best(run["validation"]) for run in runs])
