// Reads OTLP logs in JSON as the OpenTelemetry collector does: by its own pdata. A line in is one request's body, a line out what it understood.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

type record struct {
	At       int64          `json:"at"`
	Severity string         `json:"severity"`
	Event    string         `json:"event"`
	Body     map[string]any `json:"body"`
	Attrs    map[string]any `json:"attributes"`
}

type answer struct {
	Error    string         `json:"error,omitempty"`
	Resource map[string]any `json:"resource,omitempty"`
	Scope    string         `json:"scope,omitempty"`
	Records  []record       `json:"records,omitempty"`
}

func read(line []byte) answer {
	request := plogotlp.NewExportRequest()
	if err := request.UnmarshalJSON(line); err != nil {
		return answer{Error: err.Error()}
	}
	resource := request.Logs().ResourceLogs().At(0)
	scope := resource.ScopeLogs().At(0)
	found := answer{Resource: resource.Resource().Attributes().AsRaw(), Scope: scope.Scope().Name()}
	for i := 0; i < scope.LogRecords().Len(); i++ {
		one := scope.LogRecords().At(i)
		found.Records = append(found.Records, record{
			At:       one.Timestamp().AsTime().UnixMilli(),
			Severity: one.SeverityNumber().String(),
			Event:    one.EventName(),
			Body:     one.Body().Map().AsRaw(),
			Attrs:    one.Attributes().AsRaw(),
		})
	}
	return found
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(read(lines.Bytes())); err != nil {
			os.Exit(1)
		}
	}
}
