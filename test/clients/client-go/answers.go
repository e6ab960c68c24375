package main

import (
	"bytes"
	"context"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
)

// answers asks for one thing of each kind, all at once, and prints what came of each: `create: done`, or the error.
func answers(config *rest.Config, namespace, who string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx := context.Background()
	maps := set.CoreV1().ConfigMaps(namespace)
	kinds := map[string]func() error{
		"get": func() error {
			_, err := set.CoreV1().Services(namespace).Get(ctx, "closed", metav1.GetOptions{})
			return err
		},
		"watch": func() error {
			_, err := set.CoreV1().Services(namespace).Watch(ctx, metav1.ListOptions{})
			return err
		},
		"create": func() error {
			_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: who + "-new"}}, metav1.CreateOptions{})
			return err
		},
		"delete": func() error { return maps.Delete(ctx, who+"-there", metav1.DeleteOptions{}) },
		"exec":   func() error { return execAsPeopleDo(ctx, config, set, namespace) },
	}
	var all sync.WaitGroup
	for kind, ask := range kinds {
		all.Go(func() {
			if err := ask(); err != nil {
				say(kind, "returns", told(err))
			} else {
				say(kind, "done")
			}
			say(kind, "over")
		})
	}
	all.Wait()
	return nil
}

// execAsPeopleDo goes by WebSocket, and by SPDY where that is refused, as kubectl does.
func execAsPeopleDo(ctx context.Context, config *rest.Config, set kubernetes.Interface, namespace string) error {
	url := set.CoreV1().RESTClient().Post().Resource("pods").Name(ticking).Namespace(namespace).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: []string{"echo", "done"}, Stdout: true}, scheme.ParameterCodec).URL()
	first, err := remotecommand.NewWebSocketExecutor(config, "GET", url.String())
	if err != nil {
		return err
	}
	second, err := remotecommand.NewSPDYExecutor(config, "POST", url)
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewFallbackExecutor(first, second, func(err error) bool {
		return strings.Contains(err.Error(), "unable to upgrade")
	})
	if err != nil {
		return err
	}
	return executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &bytes.Buffer{}})
}
