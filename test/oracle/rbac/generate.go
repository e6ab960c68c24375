package main

import (
	"math/rand"

	rbacv1 "k8s.io/api/rbac/v1"
)

// Words that meet each other often: what is asked and what rules name are drawn from the same few, wildcards and near misses of them among them.
var (
	verbs      = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*", "", "GET", "ge", "get ", "use", "bind"}
	groups     = []string{"", "apps", "batch", "*", "rbac.authorization.k8s.io", "app", "*.k8s.io"}
	kinds      = []string{"pods", "deployments", "services", "configmaps", "jobs", "nodes", "pod", "*"}
	subs       = []string{"", "", "log", "scale", "status", "eviction", "exec", "proxy", "*", "lo", "log/log"}
	entries    = []string{"pods", "pods/log", "deployments", "deployments/scale", "*", "*/scale", "*/log", "pods/*", "*/*", "services", "pods/status", "pods/exec", "*/exec", "nodes/proxy", "*/proxy", "*/", "/log", "", "configmaps", "*/eviction", "po*", "**", "jobs/status"}
	names      = []string{"", "web", "db", "*", "we", "web2"}
	paths      = []string{"/healthz", "/healthz/etcd", "/metrics", "/", "", "*", "/api", "/api/v1", "/logs/kubelet.log", "/healthz*", "/healthz/*"}
	urlEntries = []string{"/healthz", "/healthz/*", "/healthz*", "*", "/*", "/metrics", "/api", "/api/*", "/logs/", "**", "/healthz/**", "", "/a*pi", "/api/v1"}
)

func generate(count, seed int64) []line {
	random := rand.New(rand.NewSource(seed))
	lines := make([]line, count)
	for i := range lines {
		lines[i] = line{Q: ask(random), Rules: make([]rbacv1.PolicyRule, 1+random.Intn(3))}
		for j := range lines[i].Rules {
			lines[i].Rules[j] = rule(random, lines[i].Q)
		}
	}
	return lines
}

func ask(random *rand.Rand) question {
	if random.Intn(5) == 0 {
		return question{Verb: one(random, verbs), Path: one(random, paths)}
	}
	return question{
		Verb: one(random, verbs), APIGroup: one(random, groups), Resource: one(random, kinds),
		Subresource: one(random, subs), Name: one(random, names), Path: one(random, paths),
	}
}

// rule draws a rule; two times in three it holds some of the very words of the question, so that about half of the answers are yes.
func rule(random *rand.Rand, q question) rbacv1.PolicyRule {
	combined := q.Resource
	if q.Subresource != "" {
		combined += "/" + q.Subresource
	}
	r := rbacv1.PolicyRule{Verbs: some(random, verbs, q.Verb, 2)}
	if q.Resource == "" || random.Intn(8) == 0 {
		r.NonResourceURLs = some(random, urlEntries, q.Path, 2)
	}
	if q.Resource != "" || random.Intn(8) == 0 {
		r.APIGroups = some(random, groups, q.APIGroup, 2)
		r.Resources = some(random, entries, combined, 2)
		if random.Intn(3) == 0 {
			r.ResourceNames = some(random, names, q.Name, 2)
		}
	}
	return r
}

func some(random *rand.Rand, words []string, asked string, most int) []string {
	picked := []string{}
	for range random.Intn(most + 1) {
		picked = append(picked, one(random, words))
	}
	if random.Intn(3) > 0 {
		picked = append(picked, asked)
	}
	return picked
}

func one(random *rand.Rand, words []string) string {
	return words[random.Intn(len(words))]
}
