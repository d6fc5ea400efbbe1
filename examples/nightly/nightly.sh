#!/bin/bash
# What cron runs. Cron pays no heed to exit codes and mails whatever is printed: so this prints
# nothing on a good night, and on any other what happened and the end of the run's log.

set -u
cd "$(dirname "$0")" || exit 3
mkdir -p logs || exit 3
find logs -name '*.log' -mtime +90 -delete
log=logs/$(date +%F).log
touch "$log" || exit 3
before=$(wc -c <"$log") # of an earlier run of this day; only what follows is of this one
date >>"$log"

# 75 says that the night before still runs: flock's own 1 would read as a regression.
# After 4 hours the harness is asked to stop, which keeps the answers; after 5 minutes more, killed.
code=0
flock --nonblock --close --conflict-exit-code 75 nightly.lock \
    timeout --preserve-status --kill-after=5m 4h \
    harness nightly nightly.toml --line main --policy gate.toml --site site \
    >>"$log" 2>&1 || code=$?

case $code in
    0) exit 0 ;;
    1) echo "REGRESSION: something got worse by more than its margin." ;;
    2) echo "NOT RUN: the command line, the spec, the policy or the data are wrong." ;;
    3) echo "NOT COMPLETE: a model, a store or a source failed, or the runs cannot be compared." ;;
    4) echo "INCONCLUSIVE: a gate could not be decided, and the policy demands it." ;;
    75) echo "NOT STARTED: the run of an earlier night still holds nightly.lock." ;;
    130) echo "INTERRUPTED, by hand or after 4 hours: what was answered is kept." ;;
    *) echo "ENDED with exit code $code, which is none of the harness's own." ;;
esac
echo "Exit code $code. The end of $PWD/$log:"
tail -c "+$((before + 1))" "$log" | tail -n 60
exit "$code"
