"""Fill a tracking store of MLflow, with a Python that has it: see `benchmarks.against_mlflow`.

``python mlflow_runs.py STORE RUNS``; prints the experiment's id. It imports nothing of ours.
"""

import sys
import time

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

METRICS = ("roc_auc", "log_loss")
SIZE = 99991


def main() -> None:
    """Write so many finished runs of one experiment, each with metrics and parameters."""
    client = MlflowClient(sys.argv[1])
    experiment = client.create_experiment("y")
    for n in range(int(sys.argv[2])):
        run = client.create_run(experiment, run_name=f"job {n}").info.run_id
        at = int(time.time() * 1000)
        client.log_batch(
            run,
            [Metric(name, (n + k) * 7919 % SIZE / SIZE, at, 0) for k, name in enumerate(METRICS)],
            [Param("C", str((n + 1) * 7919 % SIZE / SIZE)), Param("max_depth", str(n % 12)),
             Param("solver", "lbfgs")],
        )  # fmt: skip
        client.set_terminated(run)
    print(experiment)


if __name__ == "__main__":
    main()
