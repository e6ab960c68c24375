// Command gitops applies what lies in git as Flux and Argo CD do, by their own engines: each subcommand prints what came of it in a way that a second
// run prints again.
//
//	gitops flux|argo NAMESPACE
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/argoproj/gitops-engine/pkg/cache"
	"github.com/argoproj/gitops-engine/pkg/engine"
	"github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/utils"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	controllerruntime "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// What lies in git; the second revision changes one object and lacks another.
const first = `
apiVersion: v1
kind: ConfigMap
metadata: {name: in-git}
data: {revision: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: in-git}
stringData: {user: someone}
---
apiVersion: v1
kind: Service
metadata: {name: in-git}
spec: {selector: {app: in-git}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: in-git}
spec:
  selector: {matchLabels: {app: in-git}}
  template:
    metadata: {labels: {app: in-git}}
    spec:
      terminationGracePeriodSeconds: 0
      dnsPolicy: Default
      containers: [{name: one, image: "registry.test/busybox:1", imagePullPolicy: Never, command: [sleep, "100000"]}]
`

func main() {
	controllerruntime.SetLogger(logr.Discard())
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Second)
	defer cancel()
	commands := map[string]func(context.Context, *rest.Config, string) error{"flux": flux, "argo": argo}
	if len(os.Args) != 3 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: gitops flux|argo NAMESPACE")
		os.Exit(2)
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err == nil {
		err = commands[os.Args[1]](ctx, config, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// revisions are the objects of both revisions, in the namespace.
func revisions(namespace string) (one, two []*unstructured.Unstructured, err error) {
	for _, text := range []string{first, strings.ReplaceAll(first, `revision: "1"`, `revision: "2"`)} {
		objects, err := utils.ReadObjects(strings.NewReader(text))
		if err != nil {
			return nil, nil, err
		}
		for _, object := range objects {
			object.SetNamespace(namespace)
		}
		one, two = two, objects
	}
	return one, two[:3:3], nil
}

// flux applies both revisions in stages, waits, sees what has drifted, and deletes.
func flux(ctx context.Context, config *rest.Config, namespace string) error {
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, httpClient)
	if err != nil {
		return err
	}
	untyped, err := client.New(config, client.Options{HTTPClient: httpClient, Mapper: mapper})
	if err != nil {
		return err
	}
	poller := polling.NewStatusPoller(untyped, mapper, polling.Options{})
	manager := ssa.NewResourceManager(untyped, poller, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
	one, two, err := revisions(namespace)
	if err != nil {
		return err
	}
	for _, objects := range [][]*unstructured.Unstructured{one, one, two} {
		manager.SetOwnerLabels(objects, "in-git", namespace)
		changes, err := manager.ApplyAllStaged(ctx, objects, ssa.DefaultApplyOptions())
		if err != nil {
			return err
		}
		for _, entry := range changes.Entries {
			fmt.Println(entry.Action, strings.ReplaceAll(entry.Subject, namespace, "NS"))
		}
	}
	wait := ssa.DefaultWaitOptions()
	wait.Timeout = time.Minute
	fmt.Println("wait:", manager.Wait(one, wait))
	for _, object := range one[:1] {
		entry, _, _, err := manager.Diff(ctx, object, ssa.DefaultDiffOptions())
		if err != nil {
			return err
		}
		fmt.Println("diff:", entry.Action)
	}
	deleted, err := manager.DeleteAll(ctx, one, ssa.DefaultDeleteOptions())
	if err != nil {
		return err
	}
	for _, entry := range deleted.Entries {
		fmt.Println(entry.Action, strings.ReplaceAll(entry.Subject, namespace, "NS"))
	}
	return manager.WaitForTermination(one, wait)
}

// argo keeps every kind of the namespace in its cache, and brings it to both revisions, the second by server-side apply and with pruning.
func argo(ctx context.Context, config *rest.Config, namespace string) error {
	const tracking = "argocd.argoproj.io/tracking-id"
	isManaged := func(object *unstructured.Unstructured) bool { return object.GetAnnotations()[tracking] != "" }
	known := cache.NewClusterCache(config, cache.SetNamespaces([]string{namespace}), cache.SetLogr(logr.Discard()),
		cache.SetPopulateResourceInfoHandler(func(object *unstructured.Unstructured, _ bool) (any, bool) {
			return nil, isManaged(object)
		}))
	gitops := engine.NewEngine(config, known, engine.WithLogr(logr.Discard()))
	stop, err := gitops.Run()
	if err != nil {
		return err
	}
	defer stop()
	one, two, err := revisions(namespace)
	if err != nil {
		return err
	}
	managed := func(resource *cache.Resource) bool { return resource.Resource != nil && isManaged(resource.Resource) }
	for i, objects := range [][]*unstructured.Unstructured{one, one, two} {
		for _, object := range objects {
			object.SetAnnotations(map[string]string{tracking: "in-git:" + object.GetKind()})
		}
		options := []sync.SyncOpt{sync.WithPrune(true), sync.WithManifestValidation(true), sync.WithLogr(logr.Discard())}
		if i == 2 {
			options = append(options, sync.WithServerSideApply(true), sync.WithServerSideApplyManager("argocd-controller"))
		}
		results, err := gitops.Sync(ctx, objects, managed, fmt.Sprint(i), namespace, options...)
		if err != nil {
			return err
		}
		lines := []string{}
		for _, result := range results {
			lines = append(lines, fmt.Sprintln(result.ResourceKey.Kind, result.ResourceKey.Name, result.Status, result.Message))
		}
		sort.Strings(lines)
		fmt.Print(i, "\n", strings.Join(lines, ""))
	}
	return nil
}
