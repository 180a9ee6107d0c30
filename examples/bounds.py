"""Takes proven bounds into Python, with NumPy alone: checks them against a network's own values, and prints big-M constants.

    python3 examples/bounds.py bounds.npz weights.npz [points]

In PowerShell, both files are made by

    $net = Import-ReluNetwork examples/digits_48-32-24_l1-0.004.onnx
    $net | Find-StableNeurons | Export-StabilityTable bounds.npz
    $net | Export-ReluNetwork weights.npz

The network must be a chain of dense layers, whose weights are layers.0.weight, layers.0.bias and so on. about_StabilityTables lists the
arrays of bounds.npz. The exit code is 1 if a pre-activation lies outside its bounds, which means that the files do not belong together.
"""

import sys

import numpy as np


def pre_activations(weights, layers, x):
    """The pre-activations of each hidden layer for rows of inputs, and how far rounding can put each of them off."""
    error = np.zeros_like(x)
    for number in range(layers):
        matrix = weights[f"layers.{number}.weight"].astype(np.float64)
        bias = weights[f"layers.{number}.bias"].astype(np.float64)
        z = x @ matrix.T + bias
        # What the layer before is off by, and the rounding of these sums.
        size = np.abs(x) @ np.abs(matrix.T) + np.abs(bias)
        error = error @ np.abs(matrix.T) + 2 * (matrix.shape[1] + 4) * np.finfo(np.float64).eps * size
        yield z, error
        x = np.maximum(z, 0)


def main(bounds_path, weights_path, points=1000):
    # Arrays of numbers and texts: nothing is pickled, so files of others cannot run code.
    bounds = np.load(bounds_path, allow_pickle=False)
    weights = np.load(weights_path, allow_pickle=False)
    names = bounds["layers"]
    lower, upper = bounds["input/lower"].ravel(), bounds["input/upper"].ravel()
    rng = np.random.default_rng(1)
    # Points within, and corners, where pre-activations come closer to their bounds.
    share = rng.random((points, lower.size))
    share[::2] = np.round(share[::2])
    x = np.clip(lower + share * (upper - lower), lower, upper)

    print(f"{bounds['network/name']} over {bounds['domain/name']}")
    outside = 0
    for name, (z, error) in zip(names, pre_activations(weights, len(names), x)):
        low, high = bounds[f"{name}/lower"], bounds[f"{name}/upper"]
        state = bounds[f"{name}/state"]  # -1 inactive, 0 unstable, 1 active, 2 undetermined
        outside += np.count_nonzero((z < low - error) | (z > high + error))
        # y = max(0, z) with a binary p: 0 <= y <= high p, y <= z - low (1 - p). Stable neurons need neither.
        need = (state == 0) | (state == 2)
        print(
            f"{name}: {np.count_nonzero(state == 1)} active, {np.count_nonzero(state == -1)} inactive, {np.count_nonzero(need)} with a"
            f" binary variable; largest M {np.max(np.where(need, np.maximum(-low, high), 0)):.4g};"
            f" seen {np.sum(z.max(0) - z.min(0)) / np.sum(high - low):.0%} of the ranges"
        )

    print(f"{outside} of {points} x {sum(bounds[f'{name}/lower'].size for name in names)} pre-activations lie outside their bounds")
    return 1 if outside else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
