#!/bin/bash
# Merges the shards of slurm-array.sh, and exits with the verdict.

#SBATCH --job-name=conformance-matrix
#SBATCH --mem=2G
#SBATCH --time=00:10:00
#SBATCH --output=matrix.log

set -euo pipefail

shards=()
for index in 1 2 3; do
  shards+=("shard-$index")
done
node "${CONFORMANCE:-qmp-conformance}/harness/cli/bin.js" matrix "${shards[@]}" --out site
