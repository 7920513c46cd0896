"""The cheapest counts to withhold, by one large program in whole numbers: a yardstick for small tables."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, block_diag, csr_array, eye_array

FARTHEST = 60.0


def cheapest_cost(table, small: np.ndarray, width: int) -> float:
    """The least cost of what is withheld beyond the small counts.

    For each small count two tables, low and high, which leave the true one only in withheld counts.
    """
    size, targets = len(table.counts), np.flatnonzero(small)
    copies = 2 * len(targets)
    down = np.where(table.counts > 0, table.counts - table.least, 0.0)
    up = np.where(table.counts > 0, FARTHEST, 0.0)
    one = eye_array(size, format="csr")
    stacked = csr_array(np.tile(np.eye(size), (copies, 1)))
    moves = block_diag([one] * copies, format="csr")
    sums = block_diag([table.relations] * copies, format="csr")
    apart = np.zeros((len(targets), size * copies))
    for place, target in enumerate(targets):
        apart[place, (2 * place) * size + target] = -1
        apart[place, (2 * place + 1) * size + target] = 1
    rows = block_array(
        [
            [csr_array((sums.shape[0], size)), sums],
            [csr_array((len(targets), size)), csr_array(apart)],
            [-stacked.multiply(np.tile(up, copies)[:, None]), moves],
            [stacked.multiply(np.tile(down, copies)[:, None]), moves],
        ],
        format="csr",
    )
    many = size * copies
    low = np.concatenate(
        [np.zeros(sums.shape[0]), np.full(len(targets), width), np.full(many, -np.inf), np.zeros(many)]
    )
    high = np.concatenate(
        [np.zeros(sums.shape[0]), np.full(len(targets), np.inf), np.zeros(many), np.full(many, np.inf)]
    )
    costs = np.where(small, 0.0, table.costs)
    found = milp(
        np.concatenate([costs, np.zeros(many)]),
        constraints=LinearConstraint(rows, low, high),
        bounds=Bounds(
            np.concatenate([small.astype(float), -np.tile(down, copies)]),
            np.concatenate([np.ones(size), np.tile(up, copies)]),
        ),
        integrality=np.concatenate([np.ones(size), np.zeros(many)]),
        options={"mip_rel_gap": 0.01, "time_limit": 20},
    )
    # Where time runs out, what the solver has proved: no cover is cheaper, so we are not flattered.
    return float(found.mip_dual_bound)
