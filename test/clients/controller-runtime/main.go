// Command controller-runtime is an operator as people write them on controller-runtime, and its client: each subcommand prints
// what came of it in a way that a second run prints again.
//
//	controller-runtime client|operator NAMESPACE
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	controllerruntime "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	finalizer = "example.test/finalizer"
	seen      = "example.test/seen"
)

func main() {
	controllerruntime.SetLogger(logr.Discard())
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Second)
	defer cancel()
	commands := map[string]func(context.Context, *rest.Config, string) error{"client": clients, "operator": operator}
	if len(os.Args) != 3 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: controller-runtime client|operator NAMESPACE")
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

func configMap(namespace, name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"made-by": "controller-runtime"}},
		Data:       map[string]string{"a": "1"},
	}
}

// clients walks one ConfigMap through the client's verbs, and reads and dry-runs a scale.
func clients(ctx context.Context, config *rest.Config, namespace string) error {
	c, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	object := configMap(namespace, "of-client")
	if err := c.Create(ctx, object, client.FieldOwner("test")); err != nil {
		return err
	}
	result, err := controllerutil.CreateOrUpdate(ctx, c, object, func() error { object.Data["b"] = "2"; return nil })
	fmt.Println("create or update:", result, err)
	before := object.DeepCopy()
	object.Data["c"] = "3"
	fmt.Println("merge patch:", c.Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})), object.Data)
	before.Data["d"] = "4"
	fmt.Println("stale update is a conflict:", apierrors.IsConflict(c.Update(ctx, before)))
	apply := corev1apply.ConfigMap("of-client", namespace).WithData(map[string]string{"applied": "yes"})
	fmt.Println("apply:", c.Apply(ctx, apply, client.FieldOwner("applier"), client.ForceOwnership))
	var list corev1.ConfigMapList
	err = c.List(ctx, &list, client.InNamespace(namespace), client.MatchingLabels{"made-by": "controller-runtime"}, client.Limit(1))
	fmt.Println("list:", len(list.Items), err)
	var deployment appsv1.Deployment
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "app"}, &deployment); err != nil {
		return err
	}
	fmt.Println("status patch, dry:", c.Status().Patch(ctx, &deployment, client.RawPatch("application/merge-patch+json", []byte(`{"status":{}}`)), client.DryRunAll))
	fmt.Println("delete:", c.Delete(ctx, object, client.Preconditions{UID: &object.UID}))
	err = c.Get(ctx, client.ObjectKeyFromObject(object), object)
	fmt.Println("missing:", apierrors.IsNotFound(err), err)
	return nil
}

type reconciler struct {
	client.Client
	told chan string
}

// Reconcile gives an object its finalizer and a mark, and takes the finalizer away where it is deleted.
func (r reconciler) Reconcile(ctx context.Context, request controllerruntime.Request) (controllerruntime.Result, error) {
	var object corev1.ConfigMap
	if err := r.Get(ctx, request.NamespacedName, &object); err != nil {
		if apierrors.IsNotFound(err) {
			r.told <- "gone"
		}
		return controllerruntime.Result{}, client.IgnoreNotFound(err)
	}
	if object.Labels["made-by"] != "controller-runtime" {
		return controllerruntime.Result{}, nil
	}
	if object.DeletionTimestamp != nil {
		controllerutil.RemoveFinalizer(&object, finalizer)
		return controllerruntime.Result{}, client.IgnoreNotFound(r.Update(ctx, &object))
	}
	if object.Annotations[seen] == "" {
		controllerutil.AddFinalizer(&object, finalizer)
		object.Annotations = map[string]string{seen: "yes"}
		err := r.Update(ctx, &object)
		if err == nil {
			r.told <- "marked " + object.Name
		}
		return controllerruntime.Result{}, err
	}
	return controllerruntime.Result{}, nil
}

func ptr[T any](value T) *T { return &value }

// operator runs a manager that leads by a Lease and watches one namespace, and has it see one object through its life.
func operator(ctx context.Context, config *rest.Config, namespace string) error {
	manager, err := controllerruntime.NewManager(config, controllerruntime.Options{
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "controller-runtime-test",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 ptr(2 * time.Minute),
		RenewDeadline:                 ptr(100 * time.Second),
	})
	if err != nil {
		return err
	}
	told := make(chan string, 100)
	if err := controllerruntime.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Complete(reconciler{manager.GetClient(), told}); err != nil {
		return err
	}
	stopping, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(stopping) }()
	<-manager.Elected()
	fmt.Println("leads")
	direct, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	object := configMap(namespace, "of-operator")
	if err := direct.Create(ctx, object); err != nil {
		return err
	}
	for _, act := range []func() error{func() error { return direct.Delete(ctx, object) }, func() error { return nil }} {
		select {
		case word := <-told:
			fmt.Println(word)
		case err := <-ended:
			return errors.Join(errors.New("the manager ended"), err)
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := act(); err != nil {
			return err
		}
	}
	stop()
	return <-ended
}
