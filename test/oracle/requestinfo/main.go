// The API server's own reading of a request, as an oracle.
//
// Without arguments it reads JSON lines {"method","uri"} and prints for each one line: the RequestInfo that kube-apiserver makes of it, or
// {"error":"…"} where its HTTP server or NewRequestInfo refuses. With `generate COUNT SEED VERSION…` it prints vectors: the requests of
// generate.go with their answers, below a line that names the versions which answer so; that they do is held by request-info.test.ts.
//
// A request is read by net/http from bytes, as the API server's own listener does, so that the parsing of the target is upstream's too.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/klog/v2"
)

type question struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
}

// answer has RequestInfo's fields in its order; what is empty is left out.
type answer struct {
	Error             string   `json:"error,omitempty"`
	IsResourceRequest bool     `json:"isResourceRequest,omitempty"`
	Path              string   `json:"path,omitempty"`
	Verb              string   `json:"verb,omitempty"`
	APIPrefix         string   `json:"apiPrefix,omitempty"`
	APIGroup          string   `json:"apiGroup,omitempty"`
	APIVersion        string   `json:"apiVersion,omitempty"`
	Namespace         string   `json:"namespace,omitempty"`
	Resource          string   `json:"resource,omitempty"`
	Subresource       string   `json:"subresource,omitempty"`
	Name              string   `json:"name,omitempty"`
	Parts             []string `json:"parts,omitempty"`
	FieldSelector     string   `json:"fieldSelector,omitempty"`
	LabelSelector     string   `json:"labelSelector,omitempty"`
}

type vector struct {
	// Hostile: a gateway may refuse it, and must where upstream does. What is not hostile must be answered.
	Hostile bool `json:"hostile,omitempty"`
	question
	Want answer `json:"want"`
}

var factory = &request.RequestInfoFactory{
	APIPrefixes:          sets.NewString("api", "apis"),
	GrouplessAPIPrefixes: sets.NewString("api"),
}

func main() {
	silenceLog()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) > 3 && os.Args[1] == "generate" {
		writeVectors(out, os.Args[2], os.Args[3], os.Args[4:])
		return
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			writeLine(out, answer{Error: err.Error()})
			continue
		}
		writeLine(out, ask(asked))
	}
}

// silenceLog keeps quiet about queries that NewRequestInfo could not read: here they are many, and meant.
func silenceLog() {
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "stderrthreshold": "FATAL"} {
		if err := flags.Set(name, value); err != nil {
			panic(err)
		}
	}
	klog.SetOutput(io.Discard)
}

func ask(asked question) answer {
	raw := asked.Method + " " + asked.URI + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		return answer{Error: err.Error()}
	}
	info, err := factory.NewRequestInfo(req)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{
		IsResourceRequest: info.IsResourceRequest,
		Path:              info.Path,
		Verb:              info.Verb,
		APIPrefix:         info.APIPrefix,
		APIGroup:          info.APIGroup,
		APIVersion:        info.APIVersion,
		Namespace:         info.Namespace,
		Resource:          info.Resource,
		Subresource:       info.Subresource,
		Name:              info.Name,
		Parts:             info.Parts,
		FieldSelector:     info.FieldSelector,
		LabelSelector:     info.LabelSelector,
	}
}

func writeVectors(out io.Writer, count, seed string, versions []string) {
	countN, errCount := strconv.Atoi(count)
	seedN, errSeed := strconv.ParseUint(seed, 10, 64)
	if errCount != nil || errSeed != nil {
		fmt.Fprintln(os.Stderr, "usage: requestinfo generate COUNT SEED VERSION…")
		os.Exit(2)
	}
	modules := make([]string, len(versions))
	for i, version := range versions {
		modules[i] = "k8s.io/apiserver " + version
	}
	writeLine(out, map[string]any{"source": "NewRequestInfo", "versions": modules, "go": runtime.Version(), "seed": seedN})
	seen := map[question]bool{}
	generator := newGenerator(seedN)
	for len(seen) < countN {
		asked, hostile := generator.next()
		if seen[asked] {
			continue
		}
		seen[asked] = true
		want := ask(asked)
		writeLine(out, vector{hostile || want.Error != "", asked, want})
	}
}

func writeLine(out io.Writer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
}
