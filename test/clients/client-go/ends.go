package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
)

// What the ends of streams are looked at with: a pod that says something every second, and objects that are watched.
const (
	ticking = "ticks"
	watched = "watched=yes"
)

func say(kind string, words ...any) {
	fmt.Println(append([]any{kind + ":"}, words...)...)
}

// started takes what comes, and says once that something came.
type started struct {
	kind string
	once sync.Once
}

func (it *started) Write(bytes []byte) (int, error) {
	it.once.Do(func() { say(it.kind, "started") })
	return len(bytes), nil
}

// ends follows every stream as people write it, each in a goroutine of its own. Each line that is printed names it: `exec: started`, and
// then what came of it.
func ends(_ context.Context, config *rest.Config, namespace string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx := context.Background()
	kinds := map[string]func(string) error{
		"exec": func(kind string) error {
			return endOfExec(ctx, set, namespace, kind, func(url *url.URL) (remotecommand.Executor, error) {
				return remotecommand.NewWebSocketExecutor(config, "GET", url.String())
			})
		},
		"exec-spdy": func(kind string) error {
			return endOfExec(ctx, set, namespace, kind, func(url *url.URL) (remotecommand.Executor, error) {
				return remotecommand.NewSPDYExecutor(config, "POST", url)
			})
		},
		"log":      func(kind string) error { return endOfLog(ctx, set, namespace, kind) },
		"watch":    func(kind string) error { return endOfWatch(ctx, set, namespace, kind) },
		"informer": func(kind string) error { return endOfInformer(set, namespace, kind) },
		"forward": func(kind string) error {
			return endOfForward(set, namespace, kind, func(url *url.URL) (httpstream.Dialer, error) {
				return portforward.NewSPDYOverWebsocketDialer(url, config)
			})
		},
		"forward-spdy": func(kind string) error {
			return endOfForward(set, namespace, kind, func(url *url.URL) (httpstream.Dialer, error) {
				transport, upgrader, err := spdy.RoundTripperFor(config)
				return spdy.NewDialer(upgrader, &http.Client{Transport: transport}, "POST", url), err
			})
		},
	}
	for kind, follow := range kinds {
		go func() {
			if err := follow(kind); err != nil {
				say(kind, "error:", err)
			}
			if kind != "informer" {
				say(kind, "over")
			}
		}()
	}
	_, err = io.ReadAll(os.Stdin)
	return err
}

func endOfExec(ctx context.Context, set kubernetes.Interface, namespace, kind string, executorOf func(*url.URL) (remotecommand.Executor, error)) error {
	executor, err := executorOf(set.CoreV1().RESTClient().Post().Resource("pods").Name(ticking).Namespace(namespace).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Command: []string{"sh", "-c", "while true; do echo tick; sleep 1; done"}, Stdout: true, Stderr: true,
		}, scheme.ParameterCodec).URL())
	if err != nil {
		return err
	}
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &started{kind: kind}, Stderr: io.Discard})
	say(kind, "StreamWithContext returns", told(err))
	return nil
}

func endOfLog(ctx context.Context, set kubernetes.Interface, namespace, kind string) error {
	lines, err := set.CoreV1().Pods(namespace).GetLogs(ticking, &corev1.PodLogOptions{Follow: true}).Stream(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(&started{kind: kind}, lines)
	say(kind, "the stream ends with", told(err))
	return nil
}

func endOfWatch(ctx context.Context, set kubernetes.Interface, namespace, kind string) error {
	watching, err := set.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{LabelSelector: watched})
	if err != nil {
		return err
	}
	for event := range watching.ResultChan() {
		if event.Type == watch.Error {
			say(kind, "told", event.Type, told(apierrors.FromObject(event.Object)))
		} else {
			say(kind, "told", event.Object.(*corev1.ConfigMap).Name)
		}
	}
	say(kind, "the channel is closed")
	return nil
}

func endOfInformer(set kubernetes.Interface, namespace, kind string) error {
	factory := informers.NewSharedInformerFactoryWithOptions(set, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = watched }))
	informer := factory.Core().V1().ConfigMaps().Informer()
	if err := informer.SetWatchErrorHandler(func(_ *cache.Reflector, err error) { say(kind, "error handler,", told(err)) }); err != nil {
		return err
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { say(kind, "told", object.(*corev1.ConfigMap).Name) },
	})
	factory.Start(make(chan struct{}))
	return err
}

func endOfForward(set kubernetes.Interface, namespace, kind string, dialerOf func(*url.URL) (httpstream.Dialer, error)) error {
	dialer, err := dialerOf(set.CoreV1().RESTClient().Post().Resource("pods").Name(ticking).Namespace(namespace).SubResource("portforward").URL())
	if err != nil {
		return err
	}
	ready := make(chan struct{})
	reader, writer := io.Pipe()
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:7777"}, make(chan struct{}), ready, io.Discard, writer)
	if err != nil {
		return err
	}
	go func() {
		for lines := bufio.NewScanner(reader); lines.Scan(); {
			say(kind, "told", strings.TrimSpace(lines.Text()))
		}
	}()
	go func() {
		<-ready
		ports, _ := forwarder.GetPorts()
		if connection, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", ports[0].Local)); err == nil {
			_, _ = io.Copy(&started{kind: kind}, connection)
		}
	}()
	say(kind, "ForwardPorts returns", told(forwarder.ForwardPorts()))
	return nil
}

// told is an error as a program sees it: what a Status says, or the text.
func told(err error) string {
	if err == nil {
		return "no error"
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return fmt.Sprintf("a Status %d %s: %s", status.Status().Code, status.Status().Reason, status.Status().Message)
	}
	return err.Error()
}
