// Command kubectl is kubectl 1.27, from upstream's own modules: no package registry carries a 1.27.2 or later, and 1.27.1
// drops a path prefix on OpenAPI v3.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"

	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() {
	os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
}
