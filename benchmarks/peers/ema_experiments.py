"""The sweep through the EMA Workbench: the Mesa model as a function with replications, as in the
workbench's own example with Mesa; the result is one archive, written at the end."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from ema_workbench import (
    ArrayOutcome,
    MultiprocessingEvaluator,
    RealParameter,
    ReplicatorModel,
    Samplers,
    SequentialEvaluator,
    save_results,
)
from mesa_model import Group
from model import DEMAND, TRUST, WEEKS, asked, tell


def live(trust: float, demand: float, rng: int) -> dict[str, float]:
    """One run."""
    group = Group(trust, demand, rng)
    for _ in range(WEEKS):
        group.step()
    return {"income": group.income}


def main() -> None:
    told = asked()
    model = ReplicatorModel("Group", function=live)
    model.uncertainties = [
        RealParameter("trust", TRUST[0], TRUST[-1], resolution=TRUST),
        RealParameter("demand", DEMAND[0], DEMAND[-1], resolution=DEMAND),
    ]
    model.outcomes = [ArrayOutcome("income")]
    model.replications = [{"rng": seed} for seed in range(told.replications)]
    if told.workers == 1:
        pool = nullcontext(SequentialEvaluator(model))
    else:
        pool = MultiprocessingEvaluator(model, n_processes=told.workers)
    with pool as evaluator:
        results = evaluator.perform_experiments(
            len(TRUST), uncertainty_sampling=Samplers.FF, log_progress=True
        )
    save_results(results, str(Path(told.out) / "runs.tar.gz"))
    tell(results[1]["income"].ravel())


if __name__ == "__main__":
    main()
