"""Where to draw the nodes of a network: those that are linked near each other, none over another."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS, SPREADING = 300, 200


def lay_out(ends: Ints, others: Ints, sizes: Floats, *, seed: int = 1) -> Floats:
    """Place nodes by springs along their links, then move apart those that overlap.

    Shape: one row per node: across and down, about the middle; the same for the same links, sizes and seed.
    Unit: that of `sizes`, the room (radius) that each node needs.
    Source: Fruchterman and Reingold (1991).

    >>> lay_out(np.array([0]), np.array([1]), np.ones(2)).shape
    (2, 2)
    """
    number = len(sizes)
    if number == 0:
        return np.zeros((0, 2))
    generator = np.random.default_rng(seed)
    places = generator.uniform(-1.0, 1.0, (number, 2)) * np.sqrt(number)
    for heat in np.linspace(0.3 * np.sqrt(number), 0.01, ROUNDS):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-6)
        force = (apart / distance[..., None] ** 2).sum(axis=1)
        along = places[others] - places[ends]
        pull = along * np.linalg.norm(along, axis=1, keepdims=True)
        np.add.at(force, ends, pull)
        np.add.at(force, others, -pull)
        # Parts that nothing links would fly away from each other.
        force -= 0.1 * places
        strength = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        places += force / strength * np.minimum(strength, heat)
    return _spread(places * 3.0 * sizes.mean(), sizes)


def _spread(places: Floats, sizes: Floats) -> Floats:
    """Move nodes that overlap apart, half the way each, until none does."""
    room = sizes[:, None] + sizes[None, :]
    for _ in range(SPREADING):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-6)
        over = np.clip(room - distance, 0.0, None)
        np.fill_diagonal(over, 0.0)
        if not over.any():
            break
        places = places + 0.5 * (apart / distance[..., None] * over[..., None]).sum(axis=1)
    return places - places.mean(axis=0)
