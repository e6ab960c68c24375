package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
)

// asK9s asks what k9s 0.50 asks, in its order: it is a program for a terminal, whose screen two runs do not show alike. It asks whether it may before each thing
// that it does, and greys out what it may not.
//
// Source: internal/client/client.go, internal/client/metrics.go, internal/dao/{table,generic,dp,scalable,pod}.go and internal/watch/factory.go,
// https://github.com/derailed/k9s/tree/v0.50.16
func asK9s(ctx context.Context, config *rest.Config, namespace string) error {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	untyped, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	k9s := k9s{set: set, untyped: untyped, config: config, namespace: namespace}
	steps := []func(context.Context) error{
		k9s.connects,
		func(ctx context.Context) error { return k9s.lists(ctx, pods) },
		func(ctx context.Context) error { return k9s.watches(ctx, pods) },
		func(ctx context.Context) error { return k9s.watches(ctx, deployments) },
		k9s.tailsLog,
		k9s.restarts,
		k9s.scales,
		k9s.setsImage,
		func(ctx context.Context) error { return k9s.kills(ctx, pods, "lines") },
		func(ctx context.Context) error { return k9s.kills(ctx, pods, "missing") },
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type k9s struct {
	set       kubernetes.Interface
	untyped   dynamic.Interface
	config    *rest.Config
	namespace string
}

// may asks about each verb, as k9s greys out its menus.
func (it k9s) may(ctx context.Context, namespace string, what schema.GroupVersionResource, subresource, name string, verbs ...string) error {
	for _, verb := range verbs {
		review, err := it.set.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
			Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Group: what.Group, Version: what.Version, Resource: what.Resource, Subresource: subresource,
				Name: name, Verb: verb,
			}},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		fmt.Println("may", verb, what.Resource, subresource, name, review.Status.Allowed)
	}
	return nil
}

func (it k9s) connects(ctx context.Context) error {
	client, err := discovery.NewDiscoveryClientForConfig(it.config)
	if err != nil {
		return err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return err
	}
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	resources := 0
	for _, list := range lists {
		resources += len(list.APIResources)
	}
	groups, err := client.ServerGroups()
	if err != nil {
		return err
	}
	hasMetrics := false
	for _, group := range groups.Groups {
		hasMetrics = hasMetrics || group.Name == "metrics.k8s.io"
	}
	fmt.Println("server", version.Major, version.Minor, "resources", resources > 50, "metrics", hasMetrics)
	namespaces := schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	if err := it.may(ctx, "", namespaces, "", "", "list"); err != nil {
		return err
	}
	if err := it.may(ctx, "", schema.GroupVersionResource{Group: "metrics.k8s.io", Version: "v1beta1", Resource: "nodes"}, "", "", "list"); err != nil {
		return err
	}
	all, err := it.set.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, found := range all.Items {
		if found.Name == it.namespace {
			fmt.Println("its namespace is there")
		}
	}
	return nil
}

// lists asks for a table with whole objects in it.
func (it k9s) lists(ctx context.Context, what schema.GroupVersionResource) error {
	table := &metav1.Table{}
	err := it.set.CoreV1().RESTClient().Get().
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json").
		Param("includeObject", "Object").Namespace(it.namespace).Resource(what.Resource).
		VersionedParams(&metav1.ListOptions{LabelSelector: "app=table"}, metav1.ParameterCodec).
		Do(ctx).Into(table)
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		fmt.Println("row", row.Cells[0], len(row.Cells) == len(table.ColumnDefinitions), len(row.Object.Raw) > 1000)
	}
	return nil
}

// watches fills a cache by an informer that knows no types.
func (it k9s) watches(ctx context.Context, what schema.GroupVersionResource) error {
	if err := it.may(ctx, it.namespace, what, "", "", "get", "list", "watch"); err != nil {
		return err
	}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(it.untyped, 10*time.Minute, it.namespace, nil)
	informer := factory.ForResource(what).Informer()
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	fmt.Println("synced", what.Resource, factory.WaitForCacheSync(ctx.Done())[what], len(informer.GetStore().ListKeys()) > 0)
	return nil
}

func (it k9s) tailsLog(ctx context.Context) error {
	pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	if err := it.may(ctx, it.namespace, pods, "log", "lines", "get"); err != nil {
		return err
	}
	lines := int64(100)
	reader, err := it.set.CoreV1().Pods(it.namespace).GetLogs("lines", &corev1.PodLogOptions{
		Follow: true, Timestamps: true, Container: "lines", TailLines: &lines,
	}).Stream(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	for scanner := bufio.NewScanner(reader); scanner.Scan(); {
		stamp, line, _ := strings.Cut(scanner.Text(), " ")
		_, err := time.Parse(time.RFC3339Nano, stamp)
		fmt.Println("log", line, err == nil)
		if line == "three" {
			break
		}
	}
	return nil
}

func (it k9s) patches(ctx context.Context, what string, patch string) error {
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	if err := it.may(ctx, it.namespace, deployments, "", "app", "patch"); err != nil {
		return err
	}
	patched, err := it.set.AppsV1().Deployments(it.namespace).Patch(ctx, "app", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	fmt.Println(what, patched.Spec.Template.Annotations["kubectl.kubernetes.io/restartedAt"], patched.Spec.Template.Spec.Containers[0].Image)
	return nil
}

func (it k9s) restarts(ctx context.Context) error {
	return it.patches(ctx, "restarted", `{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05Z"}}}}}`)
}

func (it k9s) setsImage(ctx context.Context) error {
	return it.patches(ctx, "image", `{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"app"}],"containers":[{"image":"registry.test/busybox:2","name":"app"}]}}}}`)
}

// scales reads the version that it writes, as k9s does. Where the deployment's controller has written in between k9s says so, and a person presses the key again.
func (it k9s) scales(ctx context.Context) error {
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	if err := it.may(ctx, it.namespace, deployments, "scale", "app", "get", "update"); err != nil {
		return err
	}
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		scale, err := it.set.AppsV1().Deployments(it.namespace).GetScale(ctx, "app", metav1.GetOptions{})
		if err != nil {
			return err
		}
		scale.Spec.Replicas = 2
		scaled, err := it.set.AppsV1().Deployments(it.namespace).UpdateScale(ctx, "app", scale, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		fmt.Println("scaled", scaled.Spec.Replicas)
		return nil
	})
}

// kills deletes at once, and what belongs to it behind it.
func (it k9s) kills(ctx context.Context, what schema.GroupVersionResource, name string) error {
	if err := it.may(ctx, it.namespace, what, "", name, "delete"); err != nil {
		return err
	}
	now, behind := int64(0), metav1.DeletePropagationBackground
	err := it.untyped.Resource(what).Namespace(it.namespace).Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: &now, PropagationPolicy: &behind})
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	fmt.Println("killed", name, err)
	return nil
}
