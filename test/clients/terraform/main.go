// Command terraform walks objects through Terraform's provider for Kubernetes, called as Terraform calls it: each thing planned, applied, refreshed and destroyed. It is
// the last version that is a Go module under its own name. What came of it is printed in a way that a second run prints again.
//
//	terraform NAMESPACE
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-sdk/terraform"
	"github.com/hashicorp/terraform-provider-kubernetes/kubernetes"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: terraform NAMESPACE")
		os.Exit(2)
	}
	log.SetOutput(io.Discard)
	if err := walk(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type values = map[string]any

func walk(namespace string) error {
	provider := kubernetes.Provider()
	config := terraform.NewResourceConfigRaw(values{"config_path": os.Getenv("KUBECONFIG"), "load_config_file": true})
	if err := provider.Configure(config); err != nil {
		return err
	}
	metadata := []any{values{"name": "terraform", "namespace": namespace, "labels": values{"made-by": "terraform"}}}
	configMap := func(data string) values { return values{"metadata": metadata, "data": values{"a": data}} }
	labels := values{"app": "terraform"}
	deployment := func(replicas int) values {
		container := values{"name": "one", "image": "registry.test/busybox:1", "image_pull_policy": "Never", "command": []any{"sleep", "100000"}}
		pod := values{"container": []any{container}, "termination_grace_period_seconds": 0, "dns_policy": "Default"}
		template := values{"metadata": []any{values{"labels": labels}}, "spec": []any{pod}}
		return values{"metadata": metadata, "spec": []any{values{
			"replicas": replicas, "selector": []any{values{"match_labels": labels}}, "template": []any{template},
		}}}
	}
	service := func(port int) values {
		return values{"metadata": metadata, "spec": []any{values{"selector": labels, "port": []any{values{"port": port}}}}}
	}
	for _, each := range []struct {
		kind   string
		states []values
		shown  string
	}{
		{"kubernetes_config_map", []values{configMap("1"), configMap("2")}, "data.a"},
		{"kubernetes_service", []values{service(80), service(81)}, "spec.0.port.0.port"},
		{"kubernetes_deployment", []values{deployment(1), deployment(2)}, "spec.0.replicas"},
	} {
		if err := live(provider, each.kind, each.states, each.shown); err != nil {
			return err
		}
	}
	return nil
}

// live takes one resource through its states, and destroys it.
func live(provider terraform.ResourceProvider, kind string, states []values, shown string) error {
	info := &terraform.InstanceInfo{Id: kind + ".one", Type: kind}
	var state *terraform.InstanceState
	for _, wanted := range states {
		config := terraform.NewResourceConfigRaw(wanted)
		if _, errs := provider.ValidateResource(kind, config); len(errs) > 0 {
			return errs[0]
		}
		diff, err := provider.Diff(info, state, config)
		if err != nil {
			return err
		}
		if state, err = provider.Apply(info, state, diff); err != nil {
			return err
		}
		if state, err = provider.Refresh(info, state); err != nil {
			return err
		}
		again, err := provider.Diff(info, state, config)
		if err != nil {
			return err
		}
		fmt.Println("applied", kind, state.Attributes[shown], "left to do", !again.Empty())
	}
	_, err := provider.Apply(info, state, &terraform.InstanceDiff{Destroy: true})
	fmt.Println("destroyed", kind, err)
	return err
}
