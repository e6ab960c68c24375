// Command kube-proxy is upstream's own, of the modules of the cluster's other programs. It is apart from them, since most suites need no Service.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
)

func main() {
	os.Exit(cli.Run(proxy.NewProxyCommand()))
}
