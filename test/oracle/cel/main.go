// Kubernetes' own evaluation of CEL, as an oracle: the environment of admission policies.
//
// It reads one JSON text a line, an expression each, and prints for each a line [EXPRESSION, ANSWER] below one that says where they come from. The answer is
// "true", "false", "error" where the evaluation breaks off, or "compile" where the expression is refused. `object` is the file object.json.
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	kjson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
)

//go:embed object.json
var written []byte

func main() {
	var object map[string]any
	check(kjson.Unmarshal(written, &object))
	extended, err := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()).Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("object", cel.DynType)},
	})
	check(err)
	env := extended.StoredExpressionsEnv()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, "# pkg/cel/environment of k8s.io/apiserver %s\n", apiserver())
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var expression string
		check(json.Unmarshal(in.Bytes(), &expression))
		check(encoder.Encode([]string{expression, answer(env, expression, object)}))
	}
	check(in.Err())
}

// answer bounds the cost as admission does, so that no expression runs for long; a quantity with a huge exponent still does.
func answer(env *cel.Env, expression string, object map[string]any) string {
	ast, issues := env.Compile(expression)
	if issues.Err() != nil || !ast.OutputType().IsAssignableType(cel.BoolType) {
		return "compile"
	}
	program, err := env.Program(ast, cel.CostLimit(10_000_000))
	if err != nil {
		return "compile"
	}
	value, _, err := program.Eval(map[string]any{"object": object})
	if err != nil {
		return "error"
	}
	is, ok := value.(types.Bool)
	if !ok {
		return "error"
	}
	return fmt.Sprint(bool(is))
}

func apiserver() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "k8s.io/apiserver" && dependency.Replace != nil {
			return dependency.Replace.Version
		} else if dependency.Path == "k8s.io/apiserver" {
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
