// Command protobuf prints what the gateway needs to read Kubernetes' protobuf: with `fields`, the field numbers of every kind that a request
// body can hold, taken by reflection from the tags of the API server's own types; with `vectors COUNT SEED`, randomly filled objects, each
// as protobuf and as the JSON that the API server makes of that protobuf.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// version names the modules that the output was made from; the build says it.
var version = "unknown"

func main() {
	check(apiextensions.AddToScheme(scheme.Scheme))
	check(apiregistration.AddToScheme(scheme.Scheme))
	switch {
	case len(os.Args) == 2 && os.Args[1] == "fields":
		printFields(os.Stdout)
	case len(os.Args) == 4 && os.Args[1] == "vectors":
		count, err := strconv.Atoi(os.Args[2])
		check(err)
		seed, err := strconv.ParseUint(os.Args[3], 10, 64)
		check(err)
		printVectors(os.Stdout, count, seed)
	default:
		fmt.Fprintln(os.Stderr, "usage: protobuf fields | protobuf vectors COUNT SEED")
		os.Exit(2)
	}
}

// bodyKinds are the kinds that a request body can hold, in order. Lists, watch events and the options that come in a query are none; nor are
// kinds that are registered in every group and mean the same in each, but for DeleteOptions, which clients do send in a group of their own.
func bodyKinds() []schema.GroupVersionKind {
	var kinds []schema.GroupVersionKind
	for kind, goType := range scheme.Scheme.AllKnownTypes() {
		if kind.Version == "__internal" || strings.HasSuffix(kind.Kind, "List") {
			continue
		}
		isMeta := goType.PkgPath() == "k8s.io/apimachinery/pkg/apis/meta/v1"
		if isMeta && kind != metav1.SchemeGroupVersion.WithKind("DeleteOptions") && kind != metav1.Unversioned.WithKind("DeleteOptions") {
			continue
		}
		kinds = append(kinds, kind)
	}
	sort.Slice(kinds, func(i, j int) bool { return kindKey(kinds[i]) < kindKey(kinds[j]) })
	return kinds
}

// kindKey is `apiVersion/kind` as a body has them.
func kindKey(kind schema.GroupVersionKind) string {
	return kind.GroupVersion().String() + "/" + kind.Kind
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
