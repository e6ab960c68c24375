// Command yaml reads YAML as the API server does: for each line of standard input, a JSON string that holds a YAML text, it prints one line,
// `{"value"}` with the JSON that sigs.k8s.io/yaml makes of it, or `{"error"}` for a text that it refuses.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		converted, err := yaml.YAMLToJSON([]byte(text))
		answer := struct {
			Value json.RawMessage `json:"value"`
			Error string          `json:"error,omitempty"`
		}{Value: converted}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := encoder.Encode(answer); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
