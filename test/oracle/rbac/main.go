// Kubernetes' own evaluation of RBAC rules, as an oracle.
//
// Without arguments it reads JSON lines {"rules":[PolicyRule…],"q":{…}} and prints for each one line {"allowed":BOOL}: what the RBAC
// authorizer of kube-apiserver says. With `generate COUNT SEED` it prints vectors, each such a line with its answer, below a line that says
// where they come from.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

// question is a request as RBAC looks at it; one without a resource is of a path.
type question struct {
	Verb        string `json:"verb"`
	APIGroup    string `json:"apiGroup"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Name        string `json:"name"`
	Path        string `json:"path"`
}

type line struct {
	Rules []rbacv1.PolicyRule `json:"rules"`
	Q     question            `json:"q"`
}

type vector struct {
	line
	Allowed bool `json:"allowed"`
}

func allowed(l line) bool {
	attributes := authorizer.AttributesRecord{
		Verb:            l.Q.Verb,
		APIGroup:        l.Q.APIGroup,
		Resource:        l.Q.Resource,
		Subresource:     l.Q.Subresource,
		Name:            l.Q.Name,
		Path:            l.Q.Path,
		ResourceRequest: l.Q.Resource != "",
	}
	return rbac.RulesAllow(attributes, l.Rules...)
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) == 4 && os.Args[1] == "generate" {
		count, seed := number(os.Args[2]), number(os.Args[3])
		fmt.Fprintf(out, "# RulesAllow of k8s.io/kubernetes %s, plugin/pkg/auth/authorizer/rbac; generate %d %d\n", version(), count, seed)
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		for _, l := range generate(count, seed) {
			check(encoder.Encode(vector{line: l, Allowed: allowed(l)}))
		}
		return
	}
	in := bufio.NewReader(os.Stdin)
	for {
		text, err := in.ReadBytes('\n')
		if len(text) > 0 && text[0] != '\n' {
			var l line
			check(json.Unmarshal(text, &l))
			fmt.Fprintf(out, "{\"allowed\":%t}\n", allowed(l))
		}
		if err == io.EOF {
			return
		}
		check(err)
	}
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return n
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "k8s.io/kubernetes" {
			return dependency.Version
		}
	}
	return "unknown"
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
