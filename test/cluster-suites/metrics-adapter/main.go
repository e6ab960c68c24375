// Command metrics-adapter serves custom and external metrics as an extension of a cluster's API, as upstream's own library does it for every adapter there
// is. Its metrics are that library's examples; what it is told over HTTP at the address in WRITE_ADDRESS is a custom metric from then on.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/emicklei/go-restful/v3"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
	examples "sigs.k8s.io/custom-metrics-apiserver/test-adapter/provider"
)

func main() {
	adapter := &cmd.AdapterBase{Name: "metrics-adapter"}
	if err := adapter.Flags().Parse(os.Args); err != nil {
		log.Fatal(err)
	}
	client, err := adapter.DynamicClient()
	if err != nil {
		log.Fatal(err)
	}
	mapper, err := adapter.RESTMapper()
	if err != nil {
		log.Fatal(err)
	}
	metrics, writes := examples.NewFakeProvider(client, mapper)
	adapter.WithCustomMetrics(metrics)
	adapter.WithExternalMetrics(metrics)
	restful.DefaultContainer.Add(writes)
	go func() {
		server := &http.Server{Addr: os.Getenv("WRITE_ADDRESS"), ReadHeaderTimeout: 3 * time.Second}
		log.Fatal(server.ListenAndServe())
	}()
	log.Fatal(adapter.Run(context.Background()))
}
