// Command client-go is a program as people write them on client-go: each subcommand uses one of its clients, in a namespace,
// and prints what came of it in a way that a second run prints again.
//
//	client-go typed|dynamic|informer|exec|errors|ends|k9s NAMESPACE
//	client-go answers NAMESPACE NAME
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Second)
	defer cancel()
	commands := map[string]func(context.Context, *rest.Config, string) error{
		"typed": typed, "dynamic": dynamically, "informer": informer, "exec": exec, "errors": failures, "ends": ends, "k9s": asK9s,
	}
	isAsked := len(os.Args) == 4 && os.Args[1] == "answers"
	if !isAsked && (len(os.Args) != 3 || commands[os.Args[1]] == nil) {
		fmt.Fprintln(os.Stderr, "usage: client-go typed|dynamic|informer|exec|errors|ends|k9s NAMESPACE, or client-go answers NAMESPACE NAME")
		os.Exit(2)
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err == nil && isAsked {
		err = answers(config, os.Args[2], os.Args[3])
	} else if err == nil {
		err = commands[os.Args[1]](ctx, config, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// typed walks one ConfigMap through every verb, in protobuf, which is what typed clients can speak.
func typed(ctx context.Context, config *rest.Config, namespace string) error {
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := set.CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "typed", Labels: map[string]string{"made-by": "typed"}},
		Data:       map[string]string{"a": "1"},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	fmt.Println("created", made.Name, made.Data)
	made.Data["b"] = "2"
	if made, err = maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	fmt.Println("updated", made.Data)
	if made, err = maps.Patch(ctx, "typed", types.StrategicMergePatchType, []byte(`{"data":{"c":"3"}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	fmt.Println("patched", made.Data)
	apply := applycorev1.ConfigMap("typed", namespace).WithData(map[string]string{"d": "4"})
	if made, err = maps.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "typed", Force: true}); err != nil {
		return err
	}
	fmt.Println("applied", made.Data)
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "made-by=typed"})
	if err != nil {
		return err
	}
	fmt.Println("listed", len(list.Items), list.Items[0].Name)
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "made-by=typed"}); err != nil {
		return err
	}
	_, err = maps.Get(ctx, "typed", metav1.GetOptions{})
	fmt.Println("gone", apierrors.IsNotFound(err))
	return nil
}

// dynamically pages through a list and watches, without knowing the types.
func dynamically(ctx context.Context, config *rest.Config, namespace string) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(namespace)
	for i := range 5 {
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": fmt.Sprintf("dynamic-%d", i), "labels": map[string]any{"made-by": "dynamic"}},
			"data":     map[string]any{"n": fmt.Sprint(i)},
		}}
		if _, err := maps.Create(ctx, object, metav1.CreateOptions{FieldManager: "dynamic"}); err != nil {
			return err
		}
	}
	options := metav1.ListOptions{LabelSelector: "made-by=dynamic", Limit: 2}
	for {
		page, err := maps.List(ctx, options)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			fmt.Println("page", item.GetName())
		}
		options.Continue = page.GetContinue()
		if options.Continue == "" {
			options.ResourceVersion = page.GetResourceVersion()
			break
		}
	}
	watching, err := maps.Watch(ctx, metav1.ListOptions{LabelSelector: "made-by=dynamic", ResourceVersion: options.ResourceVersion})
	if err != nil {
		return err
	}
	defer watching.Stop()
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "made-by=dynamic"}); err != nil {
		return err
	}
	names := []string{}
	for len(names) < 5 {
		event, isOpen := <-watching.ResultChan()
		if !isOpen || event.Type != watch.Deleted {
			return fmt.Errorf("the watch ended or told %q", event.Type)
		}
		names = append(names, event.Object.(*unstructured.Unstructured).GetName())
	}
	sort.Strings(names)
	fmt.Println("watched", strings.Join(names, " "))
	return nil
}

// informer is told of an object that is there before it starts, of one that comes and of one that goes.
func informer(ctx context.Context, config *rest.Config, namespace string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := set.CoreV1().ConfigMaps(namespace)
	create := func(name string) error {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"made-by": "informer"}}}
		_, err := maps.Create(ctx, object, metav1.CreateOptions{})
		return err
	}
	if err := create("informer-before"); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(set, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "made-by=informer" }))
	told := make(chan string, 16)
	shared := factory.Core().V1().ConfigMaps()
	if _, err := shared.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { told <- "added " + object.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, object any) { told <- "updated " + object.(*corev1.ConfigMap).Name },
		DeleteFunc: func(object any) { told <- "deleted " + object.(*corev1.ConfigMap).Name },
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	tell := func() error {
		select {
		case line := <-told:
			fmt.Println(line)
			return nil
		case <-ctx.Done():
			return errors.New("the informer told nothing")
		}
	}
	steps := []func() error{
		func() error { return nil },
		func() error { return create("informer-after") },
		func() error {
			_, err := maps.Patch(ctx, "informer-after", types.MergePatchType, []byte(`{"data":{"a":"1"}}`), metav1.PatchOptions{})
			return err
		},
		func() error { return maps.Delete(ctx, "informer-before", metav1.DeleteOptions{}) },
		func() error { return maps.Delete(ctx, "informer-after", metav1.DeleteOptions{}) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		if err := tell(); err != nil {
			return err
		}
	}
	left, err := shared.Lister().ConfigMaps(namespace).List(labels.Everything())
	fmt.Println("left in the cache", len(left))
	return err
}

// exec runs a command in the pod `web` both ways that client-go knows.
func exec(ctx context.Context, config *rest.Config, namespace string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	target := set.CoreV1().RESTClient().Post().Resource("pods").Namespace(namespace).Name("web").SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Command: []string{"sh", "-c", "cat; echo err >&2; exit 3"}, Stdin: true, Stdout: true, Stderr: true,
		}, scheme.ParameterCodec).URL()
	byWebSocket, err := remotecommand.NewWebSocketExecutor(config, "GET", target.String())
	if err != nil {
		return err
	}
	bySPDY, err := remotecommand.NewSPDYExecutor(config, "POST", target)
	if err != nil {
		return err
	}
	for i, executor := range []remotecommand.Executor{byWebSocket, bySPDY} {
		var out, warn bytes.Buffer
		err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{
			Stdin: strings.NewReader(strings.Repeat("x", 100_000)), Stdout: &out, Stderr: &warn,
		})
		fmt.Println([]string{"WebSocket", "SPDY"}[i], out.Len(), strings.TrimSpace(warn.String()), err)
	}
	return nil
}

// failures shows that an error keeps its reason, code and text.
func failures(ctx context.Context, config *rest.Config, namespace string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := set.CoreV1().ConfigMaps(namespace)
	_, err = maps.Get(ctx, "missing", metav1.GetOptions{})
	fmt.Println(apierrors.ReasonForError(err), err)
	_, err = maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "Not_A_Name"}}, metav1.CreateOptions{})
	fmt.Println(apierrors.ReasonForError(err), err)
	old := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kube-root-ca.crt", ResourceVersion: "1"}}
	_, err = maps.Update(ctx, old, metav1.UpdateOptions{})
	fmt.Println(apierrors.ReasonForError(err), err)
	return nil
}
