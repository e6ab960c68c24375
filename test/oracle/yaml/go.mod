module yaml

go 1.25.0

require (
	go.yaml.in/yaml/v2 v2.4.3 // indirect; the version that kube-apiserver v1.35.4 is built with
	sigs.k8s.io/yaml v1.6.0
)
