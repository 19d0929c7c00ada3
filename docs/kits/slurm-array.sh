#!/bin/bash
# Gates a build of QEMU by a Slurm array of three shards; slurm-matrix.sh merges them.
#
#   id=$(sbatch --parsable slurm-array.sh build/qemu-system-x86_64)
#   sbatch --dependency=afterany:"$id" --wait slurm-matrix.sh
#
# Submit both in one folder that all nodes see. The second exits with the verdict. CONFORMANCE is where this suite is,
# after `npm ci`. A shard alone is run again with `sbatch --array=2 slurm-array.sh …`: it goes on where it was.

#SBATCH --job-name=conformance
#SBATCH --array=1-3
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --output=shard-%a.log

set -euo pipefail

# The same as the last of --array: an array of which one task is submitted again does not know how many there were.
export QMP_CONFORMANCE_SHARDS=3

node "${CONFORMANCE:-qmp-conformance}/harness/cli/bin.js" run --qemu "${1:-build/qemu-system-x86_64}" --accel tcg \
  --shard env --resume --out "shard-$SLURM_ARRAY_TASK_ID"
