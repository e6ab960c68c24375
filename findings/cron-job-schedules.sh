#!/usr/bin/env bash
# github.com/robfig/cron/v3 v3.0.1 (Go), by which Kubernetes reads the schedule of a CronJob, beside croner 11.0.1 and cron-parser 5.10.6 (npm): the same five fields are other days, or
# no schedule.
#
# Where day of month and day of week are both said, either is enough; where one of them is a star, the other decides. Kubernetes' reader counts `*/1` as a star and `*/2` as none, the
# two for JavaScript count none that has a step: `0 0 */1 * 1` runs on Mondays, and a tool that shows or checks the schedule by one of them says every day. Sunday is no 7
# for Kubernetes, the last day of the month has no letter, `5/15` is from the fifth minute on, which croner refuses, and cron-parser does not know `@midnight`.
#
# Seen (schedule; the first three days or minutes from Thursday, 2026-01-01 00:00 UTC on; Kubernetes', croner, cron-parser):
#   0 0 * * 1      01-05 01-12 01-19  01-05 01-12 01-19  01-05 01-12 01-19
#   0 0 */1 * 1    01-05 01-12 01-19  01-02 01-03 01-04  01-02 01-03 01-04
#   0 0 */2 * 1    01-03 01-05 01-07  01-03 01-05 01-07  01-03 01-05 01-07
#   0 0 1-31 * 1   01-02 01-03 01-04  01-02 01-03 01-04  01-02 01-03 01-04
#   0 0 * * 7      error              01-04 01-11 01-18  01-04 01-11 01-18
#   0 0 * * 0,7    error              01-04 01-11 01-18  error
#   0 0 L * *      error              01-31 02-28 03-31  01-31 02-28 03-31
#   5/15 * * * *   00:05 00:20 00:35  error              00:05 00:20 00:35
#   @midnight      01-02 01-03 01-04  01-02 01-03 01-04  error
#
# Valid input: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts croner@11.0.1 cron-parser@5.10.6

cat > schedules <<'SCHEDULES'
0 0 * * 1
0 0 */1 * 1
0 0 */2 * 1
0 0 1-31 * 1
0 0 * * 7
0 0 * * 0,7
0 0 L * *
5/15 * * * *
@midnight
SCHEDULES

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';

const from = new Date('2026-01-01T00:00:00Z');
const tell = (next) => {
  try {
    const times = next().map((time) => time.toISOString());
    return times.map((time) => (times.every((one) => one.endsWith('T00:00:00.000Z')) ? time.slice(5, 10) : time.slice(11, 16))).join(' ');
  } catch {
    return 'error';
  }
};
for (const schedule of readFileSync('schedules', 'utf8').trim().split('\n')) {
  const croner = tell(() => new Cron(schedule, { timezone: 'UTC' }).nextRuns(3, from));
  const parser = tell(() => {
    const times = CronExpressionParser.parse(schedule, { currentDate: from, tz: 'UTC' });
    return [1, 2, 3].map(() => times.next().toDate());
  });
  console.log(`${croner}|${parser}`);
}
LOOK

mkdir go
cat > go/main.go <<'LOOK'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		schedule, err := cron.ParseStandard(lines.Text())
		if err != nil {
			fmt.Println("error")
			continue
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		layout := "01-02"
		var told []string
		var times []time.Time
		for range 3 {
			at = schedule.Next(at)
			times = append(times, at)
			if at.Hour()+at.Minute() != 0 {
				layout = "15:04"
			}
		}
		for _, each := range times {
			told = append(told, each.Format(layout))
		}
		fmt.Println(strings.Join(told, " "))
	}
}
LOOK
cat > go/go.mod <<'MOD'
module look

go 1.23

require github.com/robfig/cron/v3 v3.0.1
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=${GOCACHE:-$folder/cache}
(cd go && go mod tidy 2> /dev/null && go build -o ../look .)

paste -d '|' schedules <(./look < schedules) <(node look.mjs) | while IFS='|' read -r schedule kubernetes croner parser; do
  printf '%-13s  %-17s  %-17s  %s\n' "$schedule" "$kubernetes" "$croner" "$parser"
done | tee seen
diff - seen <<'SEEN'
0 0 * * 1      01-05 01-12 01-19  01-05 01-12 01-19  01-05 01-12 01-19
0 0 */1 * 1    01-05 01-12 01-19  01-02 01-03 01-04  01-02 01-03 01-04
0 0 */2 * 1    01-03 01-05 01-07  01-03 01-05 01-07  01-03 01-05 01-07
0 0 1-31 * 1   01-02 01-03 01-04  01-02 01-03 01-04  01-02 01-03 01-04
0 0 * * 7      error              01-04 01-11 01-18  01-04 01-11 01-18
0 0 * * 0,7    error              01-04 01-11 01-18  error
0 0 L * *      error              01-31 02-28 03-31  01-31 02-28 03-31
5/15 * * * *   00:05 00:20 00:35  error              00:05 00:20 00:35
@midnight      01-02 01-03 01-04  01-02 01-03 01-04  error
SEEN
