package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// generator makes requests out of pieces: first each of a fixed list, then each value that a list may or may not be able to read, then
// chance. The same seed gives the same requests.
type generator struct {
	chance *rand.Rand
	fixed  []string
	values []string
}

func newGenerator(seed uint64) *generator {
	return &generator{chance: rand.New(rand.NewPCG(seed, 4)), fixed: fixedURIs, values: readableOrNot()}
}

// readableOrNot has a list for each value that selectors and numbers take here. Its verb shows whether the value could be read: `falſe` is
// false where it could, and true where it could not.
func readableOrNot() []string {
	var uris []string
	for _, option := range options {
		switch option.key {
		case "fieldSelector", "labelSelector", "limit", "timeoutSeconds":
			for _, value := range option.values {
				uris = append(uris, "/api/v1/pods?watch=fal%C5%BFe&"+option.key+"="+url.QueryEscape(value))
			}
		}
	}
	return uris
}

var methods = []string{"GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "DELETE"}

// next is one request, and whether a gateway may refuse it for its form.
func (g *generator) next() (question, bool) {
	if len(g.fixed) > 0 {
		uri := g.fixed[0]
		g.fixed = g.fixed[1:]
		return question{"GET", uri}, true
	}
	if len(g.values) > 0 {
		uri := g.values[0]
		g.values = g.values[1:]
		return question{"GET", uri}, false
	}
	uri, query := g.path(), g.query()
	if query != "" || g.chance.IntN(40) == 0 {
		uri += "?" + query
	}
	if g.chance.IntN(4) > 0 {
		return question{g.pick(methods), uri}, false
	}
	return question{g.pick(append([]string{"OPTIONS", "PROPFIND", "get"}, methods...)), g.spoil(uri)}, true
}

func (g *generator) pick(of []string) string { return of[g.chance.IntN(len(of))] }

func (g *generator) maybe(oneIn int, of ...string) []string {
	if g.chance.IntN(oneIn) > 0 {
		return nil
	}
	return of
}

func (g *generator) path() string {
	if g.chance.IntN(12) == 0 {
		return g.pick(nonResourcePaths)
	}
	parts := []string{g.pick([]string{"api", "api", "apis", "apis", "apis", "api2"})}
	if parts[0] == "apis" {
		parts = append(parts, g.pick([]string{"apps", "batch", "rbac.authorization.k8s.io", "metrics.k8s.io", "example.com", "namespaces", "watch"}))
	}
	parts = append(parts, g.pick([]string{"v1", "v1", "v1", "v1beta1", "v2", "watch", "namespaces"}))
	parts = append(parts, g.maybe(8, "watch")...)
	parts = append(parts, g.maybe(25, "proxy")...)
	if g.chance.IntN(2) == 0 {
		parts = append(parts, "namespaces", g.pick(names))
	}
	if g.chance.IntN(10) > 0 {
		parts = append(parts, g.pick(resources))
		if g.chance.IntN(5) > 1 {
			parts = append(parts, g.pick(names))
			if g.chance.IntN(3) == 0 {
				parts = append(parts, g.pick(subresources))
				parts = append(parts, g.maybe(4, "a", "b:c")...)
			}
		}
	}
	for i, part := range parts {
		if g.chance.IntN(30) == 0 {
			parts[i] = g.encode(part)
		}
	}
	slash := ""
	if g.chance.IntN(15) == 0 {
		slash = "/"
	}
	return "/" + strings.Join(parts, "/") + slash
}

// encode escapes characters that need no escape, as some clients do.
func (g *generator) encode(part string) string {
	var out strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] != '%' && (i == 0 || part[i-1] != '%') && (i < 2 || part[i-2] != '%') && g.chance.IntN(3) == 0 {
			fmt.Fprintf(&out, g.pick([]string{"%%%02x", "%%%02X"}), part[i])
		} else {
			out.WriteByte(part[i])
		}
	}
	return out.String()
}

// query has each key at most once, so that nothing in it is ambiguous.
func (g *generator) query() string {
	if g.chance.IntN(3) == 0 {
		return ""
	}
	var pairs []string
	for _, option := range options {
		if g.chance.IntN(option.oneIn) > 0 {
			continue
		}
		value := g.pick(option.values)
		switch g.chance.IntN(4) {
		case 0:
			pairs = append(pairs, g.encode(option.key)+"="+url.QueryEscape(value))
		case 1:
			pairs = append(pairs, option.key+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
		default:
			pairs = append(pairs, option.key+"="+url.QueryEscape(value))
		}
		if value == "" && g.chance.IntN(2) == 0 {
			pairs[len(pairs)-1] = option.key
		}
	}
	g.chance.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return strings.Join(append(pairs, g.maybe(30, "")...), "&")
}

// spoil puts something hostile at a random place, or repeats a key.
func (g *generator) spoil(uri string) string {
	if g.chance.IntN(4) == 0 {
		separator := "&"
		if !strings.Contains(uri, "?") {
			separator = "?"
		}
		return uri + separator + g.pick(hostileQueries)
	}
	at := g.chance.IntN(len(uri) + 1)
	return uri[:at] + g.pick(hostilePieces) + uri[at:]
}
