// Command eks takes tokens as a cluster of EKS does, with the verifier of aws-iam-authenticator: for each line of standard input, a JSON object
// `{"cluster","partition","region","token"}`, it prints one line, `{"arn","canonicalArn"}` or `{"error"}`. What the verifier would ask of STS is asked of the
// address that is its argument, over HTTP, under the host name of STS.
package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"

	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

type toSTS struct{ address string }

func (to toSTS) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Host = request.URL.Host
	request.URL.Scheme, request.URL.Host = "http", to.address
	return (&http.Transport{Proxy: nil, DisableKeepAlives: true}).RoundTrip(request)
}

func main() {
	http.DefaultTransport = toSTS{os.Args[1]}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	encoder := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var line struct{ Cluster, Partition, Region, Token string }
		answer := map[string]string{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			answer["error"] = err.Error()
		} else if identity, err := token.NewVerifier(line.Cluster, line.Partition, line.Region).Verify(line.Token); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["arn"], answer["canonicalArn"] = identity.ARN, identity.CanonicalARN
		}
		if encoder.Encode(answer) != nil {
			os.Exit(1)
		}
	}
}
