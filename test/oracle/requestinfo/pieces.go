package main

// What requests are made of. The values of an option reach each branch that NewRequestInfo takes on it.

var resources = []string{
	"pods", "services", "nodes", "secrets", "configmaps", "deployments", "roles", "bindings", "events", "namespaces", "widgets",
	"serviceaccounts", "certificatesigningrequests", "status", "finalize", "watch", "proxy", "Pods",
}

var names = []string{
	"a", "web-0", "kube-system", "default", "system:node", "system%3Anode", "x%20y", "caf%C3%A9", "a+b", "a;b", "a=b", "a,b", "a&b", "@", "~", "...",
	"https:web:443", "10.0.0.1", "status", "finalize", "namespaces", "watch", "proxy", "pods", "-", "a%3Fb", "a%23b",
}

var subresources = []string{
	"status", "scale", "log", "exec", "attach", "portforward", "proxy", "eviction", "binding", "ephemeralcontainers", "token", "finalize",
	"approval", "resize", "widgets", "watch",
}

var nonResourcePaths = []string{
	"/", "/api", "/api/", "/api/v1", "/api/v1/", "/apis", "/apis/", "/apis/apps", "/apis/apps/v1", "/apis/apps/v1/", "/version", "/version/", "/healthz",
	"/livez/ping", "/readyz", "/metrics", "/openapi/v2", "/openapi/v3/apis/apps/v1", "/.well-known/openid-configuration", "/openid/v1/jwks", "/logs/x",
	"/debug/pprof/profile", "/apis/apps/watch", "/apiss/v1/pods", "/API/v1/pods", "/ui", "/api%73/v1/pods", "/%61pi/v1/pods",
}

var options = []struct {
	key    string
	oneIn  int
	values []string
}{
	{"watch", 2, []string{"", "1", "0", "true", "TRUE", "false", "FALSE", "False", "fal\u017fe", "no", "t", "f", " false", "00"}},
	{"fieldSelector", 3, []string{
		"metadata.name=a", "metadata.name==a", "metadata.name!=a", "metadata.name=", "metadata.name=a,metadata.name=b", "metadata.name=b,metadata.name=a",
		"metadata.name=a,metadata.name==b", "metadata.name=a,metadata.name!=a", "metadata.name=..", "metadata.name=.", "metadata.name=a/b", "metadata.name=a%b",
		`metadata.name=a\,b`, `metadata.name=a\=b`, `metadata.name=a\b`, `metadata.name=a\`, "metadata.name=a=b", "metadata.name in (a)", "metadata.name",
		"status.phase=Running", "status.phase=Running,metadata.name=web-0", "metadata.name=system:node", "metadata.name= a", " metadata.name=a", "metadata.name=a ",
		"metadata.namespace=x,metadata.name=y", ",", ",,metadata.name=z,", "=", "=a", "!=", "metadata.name=\u00e9", "metadata.name=\U0001F600,metadata.name=\uFF5E",
		`\`, `\,metadata.name=a`, "metadata.Name=a", "spec.nodeName=n", "",
	}},
	{"labelSelector", 3, []string{
		"app=web", "app==web", "app!=web", "app", "!app", "app in (a,b)", "app notin (a, b)", "app in ()", "app in (,)", "app in (a,,b)", "app in (a", "app in a", "app>5",
		"app<5", "app>x", "app>", "app=", "app=,b", "a=b,", ",a=b", "a=b,,c", "a b", "!a=b", "! a", "!", "!!a", "a===b", "a=!b", "in in (in)", "notin", "in", "a in (in,notin)",
		"example.com/app=web", "Example.com/app=web", "/app=web", "a/b/c=d", "-a=b", "a-=b", "a=-b", "a=b-", "a=\u00e9", "\u00e9=a", "a\t=\nb", " ", "a in (b) c", "a in (b c)", "(a)", ")",
		"a=b,c in (d,e),!f,g", "toolongtoolongtoolongtoolongtoolongtoolongtoolongtoolongtoolongto=a", "a=toolongtoolongtoolongtoolongtoolongtoolongtoolongtoolongtoolongto", "a>9223372036854775807",
		"a>9223372036854775808", "a>-1", "a>007", "a<5x", "a>5,b", "a>,b", "a<", "a in (b,c d)", "a in (-)", "a in (b-)", "a notin (/)", "a in (b)(c)",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd/x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd/x",
		"a=bb23456789012345678901234567890123456789012345678901234567890123", "a=b23456789012345678901234567890123456789012345678901234567890123", "",
	}},
	{"limit", 4, []string{"500", "1", "0", "-1", "+5", "", "x", "1.5", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "0x10", "1_000", " 1", "00000000000000000000001"}},
	{"timeoutSeconds", 5, []string{"30", "x", "", "-5", "99999999999999999999"}},
	{"resourceVersion", 6, []string{"0", "", "123", "abc"}},
	{"resourceVersionMatch", 12, []string{"Exact", "NotOlderThan", "x"}},
	{"allowWatchBookmarks", 8, []string{"true", "false", "x"}},
	{"sendInitialEvents", 10, []string{"true", "x", ""}},
	{"continue", 10, []string{"abc", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ=="}},
	{"pretty", 12, []string{"true"}},
	{"timeout", 10, []string{"10s"}},
	{"command", 15, []string{"ls", "sh -c 'a=1; b'", "100%", "%2e", "\u00e9"}},
	{"unknown", 15, []string{"", "1", "\u2028"}},
}

var hostilePieces = []string{
	"%2f", "%2F", "%25", "%252f", "%5c", "\\", "%00", "%0a", "%7f", "%c2%85", "/../", "/./", "/%2e%2e/", "/.%2e/", "/%2E/", "//", "%2e", "..", "#", "%23", "%", "%4", "%zz", "%c0%af", "%ff", "%ed%a0%80",
	"\u00e9", "\x7f", "\t", ";", "?", "&", "=", "%3b", "%26", "/proxy", "/watch", "/namespaces", "@", "://", ":", "%u002f", "+", "%20", "/",
}

var hostileQueries = []string{
	"watch=true&watch=false", "watch=false&watch=true", "watch&watch=0", "WATCH=true", "Watch=1", "w%61tch=1", "watch=true;limit=1", "limit=1;limit=x", "limit=x&limit=1", "dryRun=All&dryRun=All",
	"dryrun=All", "DryRun=All", "dry-run=All", "dryRun=", "dryRun=all", "dryRun=All", "fieldSelector=metadata.name=a&fieldSelector=metadata.name=b", "fieldselector=metadata.name=a",
	"labelSelector=a&labelSelector=!", "watch=%zz", "%zz=1&watch=1", "watch=1&%", "watch=%00", "fieldSelector=%ff", "labelSelector=%ff", "command=a&command=b", "gracePeriodSeconds=0&gracePeriodSeconds=30",
	"force=true&force=false", "propagationPolicy=Orphan&propagationPolicy=Foreground", "resourceVersion=0&resourceVersion=1", "&&&", "=", "=&watch", "watch%3Dtrue", "?watch=true", "watch=1#x",
	"labelSelector=%", "watch=%74rue", "watch=\u00e9", "access_token=x",
}

// Requests by hand: what chance would reach too seldom.
var fixedURIs = []string{
	"/api/v1/watch", "/api/v1/proxy", "/apis/apps/v1/watch", "/apis/apps/v1/proxy/", "/api/v1/proxy/nodes/n", "/api/v1/proxy/namespaces/x/services/y/a/b", "/api/v1/watch/namespaces/x", "/api/v1/watch/namespaces/x/status",
	"/api/v1/watch/namespaces/x/pods/p?fieldSelector=metadata.name=q", "/api/v1/namespaces/x/status", "/api/v1/namespaces/x/finalize", "/api/v1/namespaces/x/status/y", "/api/v1/namespaces/x/proxy/y", "/api/v1/namespaces/x/watch/y",
	"", "*", "http://other/api/v1/pods", "https://other:6443/api/v1/secrets", "//other/api/v1/pods", "///api/v1/pods", "other:443", "api/v1/pods", "/api/v1/pods//", "/api//v1/pods", "/api/v1/pods/", "/api/v1/pods/?", "/?", "?",
	"/api/v1/namespaces/x/pods/../../y/secrets", "/api/v1/namespaces/x%2f..%2fy/pods", "/api/v1/namespaces/%2e%2e/pods", "/api/v1/namespaces/x/pods/p/exec/../log", "/api/v1/nodes/n/proxy/a/b", "/api/v1/nodes/n/proxy/%2e%2e/b", "/api/v1/nodes/n/proxy//b",
	"/api/v1/namespaces/x/services/https:y:443/proxy/", "/api/v1/namespaces/x/pods/p:80/proxy/a?watch=1&watch=0", "/api/v1/namespaces/x/pods/p/eviction", "/api/v1/namespaces/x/serviceaccounts/s/token", "/apis/apps/v1/namespaces/x/deployments/d/scale",
}
